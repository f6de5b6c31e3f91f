#include "server/access/set_up.hpp"

#include "server/base/digest.hpp"
#include "server/people/first_people.hpp"

namespace karkhana::access {
namespace {

constexpr int kWrongCodes = 10;

}  // namespace

std::string SetUp::open(FacilityId const& facility, Random& random, Instant now) {
    std::lock_guard const lock(mutex_);
    facility_ = facility;
    code_ = people::readable_password(random);
    until_ = now + set_up_lasts;
    wrong_ = 0;
    return code_;
}

bool SetUp::alive(Instant now) const {
    return !code_.empty() && now < until_ && wrong_ < kWrongCodes;
}

std::optional<FacilityId> SetUp::waiting(Instant now) const {
    std::lock_guard const lock(mutex_);
    if (!alive(now)) return std::nullopt;
    return facility_;
}

bool SetUp::matches(std::string_view code, Instant now) {
    std::lock_guard const lock(mutex_);
    if (!alive(now)) return false;
    if (equal_constant_time(code_, code)) return true;
    ++wrong_;
    return false;
}

void SetUp::close() {
    std::lock_guard const lock(mutex_);
    code_.clear();
}

}  // namespace karkhana::access

#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"
#include "server/store/store.hpp"

/// What the judges see: the bookings as their rows say, and what was found wrong.
namespace karkhana::crowd {

struct Row {
    std::string id;
    MachineId machine;
    EnterpriseId enterprise;
    Interval during;
    Instant occupied_from;
    Instant occupied_until;
    std::string state;
    std::string pending_for;  ///< while it is pending
    std::string origin;
    std::optional<Instant> ended;
    std::optional<Instant> confirmed;  ///< when it was, if it had been held before
    std::string follows;               ///< the booking of which it is the rest
    int people = 1;
    bool assisted = false;
    std::int64_t version = 1;

    bool live() const;
    bool operator==(Row const&) const = default;
};
using Rows = std::map<std::string, Row>;  ///< by id

Rows read_rows(store::Reader& reader, FacilityId const& facility);

/// What was wrong, by judge.
class Faults {
public:
    void add(std::string_view judge, std::string words);
    int count() const { return count_; }
    int of(std::string_view judge) const;

private:
    std::map<std::string, int, std::less<>> by_judge_;
    int count_ = 0;
};

}  // namespace karkhana::crowd

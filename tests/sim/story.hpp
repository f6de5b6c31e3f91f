#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/metering/session.hpp"
#include "tests/sim/house.hpp"
#include "tests/sim/oracle.hpp"

namespace karkhana::sim {

struct Options {
    std::uint64_t seed = 20261120;
    int days = 7;
};

/// Two machines share a meter, and another one has two.
inline constexpr std::array sharers{"pearl-1", "cad-1"};
inline constexpr std::string_view with_two = "press-1";

/// The week of the facility, told by one seed.
class Story {
public:
    Story(Options options, std::string const& folder);

    int tell();

private:
    struct Running {
        std::string booking;
        Job job;
    };

    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(chance_() % static_cast<std::uint64_t>(high - low + 1));
    }
    void open_house();
    void note_change_of_prices(Instant at, bool read);
    void note_contacts();
    void enterprises();
    void hour();
    void start(std::string const& slug);
    void stop(std::string const& slug);
    bool begun(std::string const& booking);
    void trouble();
    void trouble_with_the_clock();
    void trouble_with_the_disk();
    void set_clock(Duration by);
    void make_room();
    void settle();
    bool check_day();
    bool check();
    bool check_job(std::string const& booking, Job job);
    bool stood_still(metering::UsageSession const& session) const;
    bool alone(Job const& job) const;
    std::string fault_of_shared(metering::UsageSession const& session, Job const& job) const;
    bool check_meters();
    bool check_time(metering::UsageSession const& session, Job& job);
    bool check_invoices();
    bool close_months();
    bool let_go(std::string const& path);
    bool check_money(metering::UsageSession const& session, Job const& job,
                     std::int64_t billed_poisha);
    bool check_contacts();

    Options options_;
    std::mt19937_64 chance_;
    Clocks clocks_;
    app::Loaded loaded_;
    Scene scene_;
    World world_;
    Plant plant_;
    std::unique_ptr<House> house_;
    std::uint64_t boots_ = 0;
    std::vector<EnterpriseId> enterprises_;
    std::map<std::string, Running> running_;
    std::map<std::string, Job> done_;
    std::set<std::string> checked_;  ///< of those
    Monotonic noted_;                ///< when the contacts were last looked at
    Full full_ = Full::nothing;
    Instant furthest_;                ///< of the wall clock, before it was last set
    Duration ahead_{0};               ///< how far the wall clock is from the sun
    std::int64_t billed_poisha_ = 0;  ///< of all jobs, as the oracle agreed
    bool holds_ = true;
    int refused_ = 0, kills_ = 0, cuts_ = 0, estimated_ = 0, across_ = 0, blind_ = 0, dark_ = 0;
    int steps_ = 0, doubted_ = 0, fills_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace karkhana::sim

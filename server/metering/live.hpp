#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/facility/rules.hpp"
#include "server/http/message.hpp"
#include "server/metering/run.hpp"
#include "server/people/rules.hpp"

/// What a facility's machines do just now.
namespace karkhana::metering {

/// Somebody's slot on a machine. Who it is, is told to those who may know.
struct LiveSlot {
    booking::Booking booking;
    people::Enterprise enterprise;
};

struct LiveMachine {
    facility::Machine machine;
    std::string_view state;  ///< see state_of in rules_run.hpp
    ContactState contact = ContactState::none;
    std::optional<std::int64_t> power_w;
    std::optional<std::int64_t> session_energy_wh;
    std::optional<std::int64_t> register_wh;  ///< as the meter shows it
    Quality quality = Quality::missing;
    std::optional<Instant> as_of;
    std::optional<Instant> free_until;
    std::optional<LiveSlot> now;
    std::optional<LiveSlot> next;
    std::vector<LiveSlot> in_room;  ///< of a room that is shared: all whose time it is, or who stay
    std::string alarm;
    std::optional<RunControl::Stopping> stopping;
    std::vector<std::string_view> ticks;  ///< asked for before it starts
    bool trials = true;                   ///< whether it may be tried out
    std::optional<booking::State> asked;  ///< what somebody asked for that waits for the cycle
};

struct LiveBoard {
    Zone zone;
    Instant now;
    std::vector<LiveMachine> machines;
};

LiveBoard live_board(Services const& services, RunControl const& run, store::Reader& reader,
                     FacilityId const& facility);

/// LiveMachine of the contract, as `who` may see it; nobody in particular: without any names.
boost::json::object live_json(LiveMachine const& live, Zone const& zone,
                              http::Principal const* who);

/// Tells the listeners of the facility what changed on its machines: each at most once a real
/// second, and without anybody's name.
class LiveEvents {
public:
    LiveEvents(Services const& services, RunControl const& run) : services_(services), run_(run) {}

    /// A few times a second, from one thread. Costs nothing while nobody listens.
    void publish_changes();

private:
    struct Told {
        std::string text;
        Monotonic at;
    };

    Services services_;
    RunControl const& run_;
    std::map<MachineId, Told> told_;
    std::optional<Monotonic> looked_at_;
    std::uint64_t changes_ = 0;
};

}  // namespace karkhana::metering

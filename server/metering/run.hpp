#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/rules_life.hpp"
#include "server/booking/start.hpp"
#include "server/facility/rules.hpp"
#include "server/http/message.hpp"
#include "server/metering/alarms.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/leases.hpp"
#include "server/metering/power_uses.hpp"
#include "server/metering/registers.hpp"
#include "server/metering/rules_run.hpp"
#include "server/metering/services.hpp"
#include "server/metering/stop_wish.hpp"
#include "server/metering/turns.hpp"

namespace karkhana::metering {

/// Those of the bookings that are paused, and by no person: by a power cut, a restart, a contact
/// that failed. One query.
std::set<BookingId> paused_by_daemon(store::Reader& reader, FacilityId const& facility,
                                     std::vector<booking::Booking> const& bookings);
bool paused_by_daemon(store::Reader& reader, booking::Booking const& booking);

/// Starts, pauses and stops machines: the ledger first, then the contact; the register of both
/// ends from the meter itself. Everything done to one machine is done one after the other.
class RunControl {
public:
    RunControl(Services const& services, Zone zone, MeterPlan meters, StopRules stops = {});

    http::Response start(http::Request const& request);
    http::Response pause(http::Request const& request);
    http::Response stop(http::Request const& request);
    /// Takes back a stop or a pause that waits for the end of the cycle.
    http::Response withdraw_stop(http::Request const& request);
    /// A person says that another meter has taken a device's place.
    http::Response exchange(http::Request const& request);

    /// Before the lines start: says which contacts may still be closed, because a board opens what
    /// it finds closed for nobody.
    void hold_running();
    /// Once after a start of the daemon, before the jobs: a machine whose contact is still closed
    /// goes on, every other running booking is paused, for no machine starts again by itself.
    /// Takes up to fifteen seconds.
    void reconcile();
    /// Keeps closed what may be closed. At least once a second, from a thread of its own: the
    /// other jobs wait for meters.
    void renew();
    /// Ends what is over, pauses what dropped out, closes what waited for its meter, and opens
    /// and closes sessions by power. About once a second.
    void tick();

    /// Says that a booking or a machine may have changed. Without it a change by somebody else is
    /// seen within ten seconds.
    void touch() { ++changes_; }
    /// Machines that have just come into use by nobody's START; what becomes of it is not known
    /// yet.
    std::vector<booking::PowerUse> rising() const;
    /// Grows with every change that is known of.
    std::uint64_t changes() const { return changes_; }

    /// The machine answers again after an outage: what its register says now is kept with the
    /// session that waits there.
    void read_after_outage(MachineId const& machine);
    /// The input that tells whether there is any mains; before the jobs start.
    void watch_mains(std::optional<Channel> mains) { mains_ = mains; }

    /// The silence of the meters shows that there is no power, or does not any more.
    void cut(bool off) { cut_ = off; }

    /// The next quarter of an hour of local time.
    Instant next_boundary() const;
    /// Takes the registers of all open sessions at a boundary that has just been passed.
    void at_boundary(Instant boundary);

    /// The wall clock was set: what is in progress has no certain duration any more.
    /// Throws what the ledger throws; then tick() does it.
    void clock_was_set(Duration by);

    Alarms& alarms() { return alarms_; }

    /// A machine that was asked to stop and ends its cycle first.
    struct Stopping {
        StopClass stop = StopClass::immediate;
        std::optional<Instant> at_latest;  ///< empty: when a person ends its work
    };
    std::optional<Stopping> stopping(MachineId const& machine) const;
    MachineMeters const& meters() const { return meters_; }

private:
    using Person = std::optional<PersonId>;
    /// A booking on its machine, as it stands.
    struct Scene {
        booking::Booking booking;
        facility::Machine machine;
        std::optional<UsageSession> unfinished;  ///< of the machine, whoever's
        bool outage = false;
        bool taken = false;
        std::vector<std::string_view> ticks;  ///< that the machine asks for before it starts
        booking::StartVerdict hands;          ///< of whoever is about to run it

        UsageSession const* own() const {
            bool const mine = unfinished && unfinished->booking == booking.id;
            return mine ? &*unfinished : nullptr;
        }
    };
    struct Asking {
        booking::Booking booking;
        booking::Actor actor = booking::Actor::party;
        std::vector<std::string> ticks = {};  ///< what the asker has seen to
        booking::Starter starter = {};
    };
    struct AtMachine : Asking {
        Turns::Turn turn;
    };
    /// What a session ends with: what its meters say, as far as they answer.
    struct Ending {
        Instant at;
        std::vector<Register> stops;
        std::vector<Register> boundaries;
        std::optional<std::int64_t> quantity;
    };
    /// What a booking begins with.
    struct Beginning {
        std::vector<Register> registers;
        /// The session that stands in its way, and how it ends.
        std::optional<SessionId> other;
        Ending others_end;
    };
    /// How a booking ends that is still on: because its time is over, if nothing else is said.
    struct Close {
        booking::State to = booking::State::completed;
        std::string_view action = "endBooking";
        Person person = std::nullopt;
        std::string_view reason = "end_of_booking";
        std::optional<std::int64_t> quantity = std::nullopt;
    };
    static Close broken_off(std::string_view reason) {
        return {.to = booking::State::interrupted, .action = "interruptBooking", .reason = reason};
    }
    struct Drawn {
        std::int64_t watts = 0;
        Instant at;
        Monotonic heard;
    };
    struct Watch {
        PowerWatch power;
        Drawn rose;                   ///< the first of the readings that say that it is in use
        std::vector<Believed> quiet;  ///< the energy before the machine came into use
        OpenWatch open;
        bool counts_open = false;  ///< energy behind its open contact
        bool bypass_told = false;
    };
    struct Counted {
        std::int64_t wh = 0;  ///< continued
        std::int64_t resolution = 1;
        Instant at;
    };
    struct Standing {
        std::vector<facility::Machine> machines;
        std::vector<UsageSession> sessions;
        std::map<BookingId, booking::Booking> bookings;
        std::map<BookingId, StopWish> wishes;
        std::vector<facility::Outage> outages;  ///< that are on, or begin at once
        std::map<SessionId, BookingId> claims;  ///< whose use by its own switch it is
        std::uint64_t changes = 0;
        Monotonic read_at;
    };

    Result<Asking> asking(http::Request const& request);
    std::optional<http::Response> kept_answer(http::Request const& request);
    tl::expected<Turns::Turn, http::Response> take_turn(http::Request const& request,
                                                        MachineId const& machine);
    tl::expected<AtMachine, http::Response> at_machine(http::Request const& request);
    Scene scene_of(store::Reader& reader, booking::Booking const& booking, Instant now) const;
    Scene scene_to_start(store::Reader& reader, Asking const& asking,
                         booking::Booking const& booking, Instant now) const;

    /// Error `policy_refused`: then `hands` says why.
    Result<void> begin_once(Asking const& asking, std::string const& key,
                            booking::StartVerdict& hands);
    Result<void> begin(store::Writer& writer, Asking const& asking, std::string const& key,
                       Beginning const& beginning, booking::StartVerdict& hands);
    Result<void> check_start(Asking const& asking, Scene const& scene, Instant now) const;
    Result<Beginning> beginning_of(Scene const& scene, std::vector<Register> const& asked,
                                   Instant now);
    Result<std::vector<Register>> start_registers(Scene const& scene, std::vector<Register> asked,
                                                  Instant now) const;
    Ending way_given(UsageSession const& session, std::vector<Register> const& registers,
                     Instant now);
    void open(store::Writer& writer, UsageSession session, std::vector<Register> registers,
              std::string_view key);
    http::Response answer_start(http::Request const& request, Asking const& asking, bool failed);
    http::Response answer_stop(http::Request const& request, Asking const& asking,
                               Ending const& ending);
    http::Response answer_pause(http::Request const& request, Asking const& asking,
                                std::vector<Register> const& registers);

    http::Response answer_wish(http::Request const& request, Asking const& asking,
                               StopWish const& wish);
    http::Response carry_out(http::Request const& request, Exchange exchange, Point const& point,
                             std::optional<MetMeter> const& met);

    void switch_off(booking::Booking const& booking);
    StopStep stop_now(MachineId const& machine, std::optional<Instant> asked_at = {});
    void warn_of_stop(MachineId const& machine);
    void forget_stop(MachineId const& machine);
    std::vector<booking::Booking> running_bookings();
    std::vector<Register> ask(MachineId const& machine, Edge edge) const;
    bool measures(UsageSession const& session, Channel channel) const;
    Register last_known(UsageSession const& session, Channel channel) const;
    void add_stop(Ending& ending, UsageSession const& session, Register stop) const;
    Ending ending_of(UsageSession const& session, std::optional<std::int64_t> quantity);
    void finish(store::Writer& writer, UsageSession const& session, Ending const& ending);
    void keep_boundaries(store::Writer& writer, UsageSession const* session,
                         std::vector<Register> const& registers);
    Result<void> change(store::Writer& writer, booking::Booking const& before, booking::State to,
                        std::string_view action, Person const& person, std::string_view reason);
    void settle_at(store::Writer& writer, SharedMeter const& meter, Instant boundary);
    std::vector<Knot> power_during(MachineId const& machine, Interval during) const;
    void estimate(UsageSession const& session, Register& stop,
                  std::vector<Register>& boundaries) const;
    void settle_start(UsageSession const& session);
    void tell(BookingId const& id);

    void doubt_running();
    void look_again();
    void watch_power(Standing const& standing);
    std::exception_ptr attend_all();
    void attend(Standing const& standing, UsageSession const& session);
    void attend_open(Standing const& standing, UsageSession const& session);
    void attend_booked(booking::Booking const& booking, UsageSession const& session);
    void attend_wish(booking::Booking const& booking, UsageSession const& session,
                     StopWish const& wish);
    void attend_unbooked(UsageSession const& session);
    void begin_by_power(UsageSession const& session, BookingId const& id);
    void close_late(UsageSession const& session);
    void end_session(UsageSession const& known);
    void end_booking(booking::Booking const& booking, UsageSession const& known,
                     Close const& close);
    void pause_by_daemon(booking::Booking const& booking, std::string_view reason,
                         Person const& person = std::nullopt);
    bool over(booking::Booking const& booking, Opener opened_by);
    bool is_broken(MachineId const& machine) const;
    bool cut_until_the_end(booking::Booking const& booking) const;
    bool tells_use(MachineId const& machine) const;
    bool is_room(MachineId const& machine) const;
    void open_by_power_where_free();
    void note_contact(MachineId const& machine);
    std::optional<Instant> stood_since(store::Reader& reader, booking::Booking const& booking,
                                       Instant now) const;
    bool dropped_out(booking::Booking const& booking);
    bool mains_off() const;
    void look_at_mains();
    bool cut_off(MachineId const& machine) const;
    bool to_open_in_cut(MachineId const& machine);
    void open_by_power(facility::Machine const& machine);
    std::optional<Drawn> drawn(MachineMeter const& meter) const;
    std::vector<Believed> believed_of(MachineMeter const& meter) const;
    std::optional<bool> idle(MachineId const& machine) const;
    std::optional<Counted> counted_alone(MachineId const& machine) const;
    std::optional<bool> rests(MachineId const& machine) const;
    void watch_bypass(Standing const& standing);
    void note_bypass(MachineId const& machine);
    void release_unneeded(Standing const& standing);

    Services services_;
    Zone zone_;
    MachineMeters meters_;
    StopRules stops_;
    std::optional<Channel> mains_;
    Leases leases_;
    Turns turns_;
    Alarms alarms_;

    mutable std::mutex mutex_;
    std::map<MachineId, Watch> watches_;
    std::map<MachineId, int> open_seen_;
    std::map<MachineId, Monotonic> open_since_;   ///< while its booking runs
    std::map<MachineId, Monotonic> closed_seen_;  ///< the last time, while its booking runs
    std::set<MachineId> unwatched_;               ///< whose session could not be attended to
    /// Since when a session without its STOP is known to wait; only tick() touches it.
    std::map<SessionId, Monotonic> waiting_since_;
    std::map<MachineId, Monotonic> stop_asked_;  ///< those that have to stop, and since when
    /// By how much the clock was set in a session, which the ledger does not know of yet.
    std::map<SessionId, Duration> to_doubt_;
    Monotonic last_tick_;
    std::atomic<std::uint64_t> changes_ = 1;
    std::atomic<bool> cut_ = false;
    Standing standing_;                     ///< only tick() touches it
    std::optional<Monotonic> mains_heard_;  ///< its last reading that was counted; only tick()
    std::atomic<int> mains_off_seen_ = 0;   ///< its readings in a row that say there is none
};

}  // namespace karkhana::metering

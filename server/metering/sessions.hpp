#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/metering/records.hpp"
#include "server/metering/rules_counter.hpp"
#include "server/metering/rules_split.hpp"
#include "server/store/store.hpp"

/// Writing usage sessions, their registers and what happened to meters.
namespace karkhana::metering {

/// Opens `session` with the registers it has. `run_key` as in the schema. Throws
/// ConstraintViolated{unique} when the machine has an unfinished session.
void open_session(store::Writer& writer, UsageSession const& session, std::string_view run_key);
/// Keeps a register of a session; one that is there already stays as it is.
void add_register(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                  Register const& reg);
/// The START under way, see the schema; empty when there was none.
std::string run_key_of(store::Reader& reader, FacilityId const& facility, SessionId const& session);
void set_run_key(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                 std::string_view run_key);

/// Ends the session without its STOP register, which is taken when the meter answers again. False
/// when it was not open.
bool begin_closing(store::Writer& writer, UsageSession const& session, Instant stop,
                   std::optional<std::int64_t> quantity);
/// Closes `session`, all of whose registers but `stop` are kept already: its energy is the sum of
/// its segments. A machine without a meter has no registers and took nothing. False when somebody
/// closed it before.
bool close_session(store::Writer& writer, UsageSession const& session, Instant at,
                   std::optional<Register> const& stop, std::optional<std::int64_t> quantity,
                   Quality quality);
/// Its times cannot be trusted, nor what rests on them: whatever its registers say.
void doubt_session(store::Writer& writer, UsageSession const& session);
/// Says whose an unattributed session was. False when its version is no longer `session.version`.
bool assign_session(store::Writer& writer, UsageSession const& session, SessionKind kind,
                    std::optional<EnterpriseId> const& enterprise, std::string_view reason);

/// The end of what the ledger knows of a channel: the greatest of its last registers, because the
/// clock may have been set back since the latest.
std::optional<Register> last_register(store::Reader& reader, FacilityId const& facility,
                                      Channel channel);
/// The greatest register value kept for a moment up to `at`, and the least from `at` on.
struct Bounds {
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> most;
};
Bounds bounds_at(store::Reader& reader, FacilityId const& facility, Channel channel, Instant at);
/// Where the machine's last session ended.
std::optional<Instant> last_stop(store::Reader& reader, FacilityId const& facility,
                                 MachineId const& machine);
/// What the sessions of a channel took in the interval, from register to register. A session that
/// is not closed ends at `now_knot`.
std::vector<Taken> taken_between(store::Reader& reader, FacilityId const& facility, Channel channel,
                                 Interval during, Knot const& now_knot);

struct MeterEvent {
    Channel channel = 0;
    Instant at;
    std::string kind;  ///< a Verdict's name, silent, back, bypass, stranger, frozen, moving, ...
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> after;
    std::int64_t carried = 0;
    std::string note;
    /// Of a change of the form: what was read on either side of it, for the sessions it divides.
    std::optional<Reading> last;
    std::optional<Reading> first;
    std::int64_t carried_before = 0;
};
/// Kept once: the same event again changes nothing.
void insert_event(store::Writer& writer, FacilityId const& facility, MeterEvent const& event);
/// Of a channel within the interval, by time.
std::vector<MeterEvent> events_between(store::Reader& reader, FacilityId const& facility,
                                       Channel channel, Interval during);
/// What rollovers and resets left on top of a channel's words, from each moment on; by time.
CarriedSteps carried_steps(store::Reader& reader, FacilityId const& facility, Channel channel);

}  // namespace karkhana::metering

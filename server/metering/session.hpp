#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/reading.hpp"
#include "server/base/time.hpp"

namespace karkhana::metering {

enum class SessionKind { booked, unattributed, walk_in, own_use, test, maintenance, suspicious };
enum class SessionState { open, closing, closed };
enum class Opener { booking, operator_, power };
/// `final` and `initial` are one moment and one value: where a meter, or a form of its words, ends
/// and the next begins.
enum class Edge { start, boundary, stop, final, initial };
/// How a register value came to be: read at the moment itself, interpolated between two good
/// readings, a bound (the last good one before, the first good one after), or read off by a person.
enum class Method { read, interpolated, last_good, first_good, entered };

std::string_view name_of(SessionKind kind);
std::string_view name_of(SessionState state);
std::string_view name_of(Opener opener);
std::string_view name_of(Edge edge);
std::string_view name_of(Method method);
std::optional<SessionKind> session_kind_of(std::string_view name);

/// A register value kept inside the session: the bill is derived from these alone.
struct Register {
    Channel channel = 0;
    Edge edge = Edge::start;
    Instant at;  ///< the moment it stands for
    std::optional<Instant> asked;
    std::optional<Instant> answered;
    Energy value;  ///< as if the meter had never wrapped or been exchanged
    /// The part of `value` that rollovers and resets before it left: the words say the rest.
    Energy carried;
    RawWords raw;  ///< count 0 when derived
    Quality quality = Quality::good;
    Method method = Method::read;
    std::optional<std::uint64_t> sequence;
    int version = 1;  ///< a correction is another version; it replaces the one before
    std::optional<PersonId> said_by;
    std::string why;

    bool operator==(Register const&) const = default;
};

struct UsageSession {
    FacilityId facility;
    SessionId id;
    MachineId machine;
    std::optional<BookingId> booking;
    std::optional<EnterpriseId> enterprise;
    SessionKind kind = SessionKind::booked;
    SessionState state = SessionState::open;
    Opener opened_by = Opener::booking;
    Instant start;
    std::optional<Instant> stop;
    std::optional<Energy> energy;  ///< stop register minus start register, once closed
    std::optional<std::int64_t> quantity;
    Quality quality = Quality::good;
    std::string reason;  ///< of an assignment
    std::int64_t version = 1;
    std::vector<Register> registers;  ///< by time; filled by find_session and sessions_*
};

/// Energy of a part of a session between two neighbouring registers. The parts of a session sum
/// to its energy exactly.
struct Segment {
    Interval during;
    Energy energy;
    Quality quality = Quality::good;
    Method method = Method::read;

    bool operator==(Segment const&) const = default;
};
std::vector<Segment> segments_of(UsageSession const& session);

/// The one of the two that may be believed less.
Quality worse(Quality a, Quality b);

/// The first register of the session with this edge; null when there is none.
Register const* find_register(UsageSession const& session, Edge edge);

}  // namespace karkhana::metering

#pragma once

#include <cstdint>
#include <optional>
#include <span>
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

/// By what a difference of two registers was shared out, where not all of it is the session's:
/// among machines behind one meter by their rated power, by their time at work or in equal parts;
/// where a reading is missing by what is known of the machine's power, or by how long each side of
/// the moment lasted; or the session is given the least that it must have used, and nobody the
/// rest.
enum class Split { rated_power, time, equal, evidence, elapsed, lower_bound };

/// What a session is given of energy that may be another's because a register is missing: its
/// share, or the least that it must have used.
enum class EstimatedBills { share, lower_bound };

std::string_view name_of(SessionKind kind);
std::string_view name_of(SessionState state);
std::string_view name_of(Opener opener);
std::string_view name_of(Edge edge);
std::string_view name_of(Method method);
std::string_view name_of(Split split);
std::optional<SessionKind> session_kind_of(std::string_view name);
std::optional<Split> split_of(std::string_view name);

/// What of the difference between a register and the session's one before it is the session's:
/// `weight` of `weights` by largest remainder, and in any case between `least` and `most`.
struct Share {
    Energy part;
    Energy least;
    Energy most;
    Split split = Split::time;
    std::int64_t weight = 0;
    std::int64_t weights = 0;

    bool operator==(Share const&) const = default;
};

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
    std::optional<Share> share = {};  ///< empty: all since the register before is the session's
    Energy less = {};  ///< registers of the meters behind this one, when it is shared

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
    std::optional<Energy> energy;  ///< the sum of its segments, once closed
    std::optional<std::int64_t> quantity;
    Quality quality = Quality::good;
    std::string reason;  ///< of an assignment
    std::int64_t version = 1;
    /// By channel, then by time; filled by find_session and sessions_*.
    std::vector<Register> registers;
};

/// Energy of a part of a session between two neighbouring registers of one meter. The parts of a
/// session sum to its energy exactly.
struct Segment {
    Interval during;
    Energy energy;
    Quality quality = Quality::good;
    Method method = Method::read;
    std::optional<Split> split = {};

    bool operator==(Segment const&) const = default;
};
std::vector<Segment> segments_of(UsageSession const& session);

/// The one of the two that may be believed less.
Quality worse(Quality a, Quality b);

/// The first register of the session with this edge; null when there is none.
Register const* find_register(UsageSession const& session, Edge edge);

/// The meters that the session rests on, its registers of one of them, and the last of these; null
/// when it has none.
std::vector<Channel> channels_of(UsageSession const& session);
std::span<Register const> registers_of(UsageSession const& session, Channel channel);
Register const* last_of(UsageSession const& session, Channel channel);
/// True once the session has a STOP register of the meter, or of all its meters.
bool has_stop(UsageSession const& session, Channel channel);
bool is_whole(UsageSession const& session);

}  // namespace karkhana::metering

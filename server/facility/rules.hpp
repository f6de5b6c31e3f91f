#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"

namespace karkhana::facility {

/// A name in both languages; both are never empty (the one given stands for the other).
struct Name {
    std::string en;
    std::string bn;

    bool operator==(Name const&) const = default;
};

struct Facility {
    FacilityId id;
    std::string slug;
    Name name;
    Name address;
    std::string zone;              ///< IANA name
    std::vector<int> weekend{5};   ///< weekdays, in order
    int week_starts = 7;           ///< the weekday on which the week of the quotas begins
    std::int64_t generator_w = 0;  ///< what there is to work with while the mains is off
};

/// Open from `opens_minute` to `closes_minute` after local midnight of the weekday (1 = Monday);
/// over 1440 ends the next day.
struct OpeningHours {
    int weekday = 1;
    int opens_minute = 0;
    int closes_minute = 0;

    bool operator==(OpeningHours const&) const = default;
};

struct Machine {
    FacilityId facility;
    MachineId id;
    std::string slug;
    Name name;
    std::string kind;  ///< laser, press, pearl, cad, recycler, ...
    std::int64_t rated_w = 0;
    int grid_minutes = 15;
    int min_minutes = 15;
    int max_minutes = 240;
    int setup_minutes = 0;   ///< before each booking, part of the occupied time
    int buffer_minutes = 0;  ///< clean-up after each booking, part of the occupied time
    int seats = 1;           ///< more than one: a room, whose bookings overlap up to so many people
    int horizon_days = 30;
    std::int64_t busy_above_w = 0;  ///< power that counts as in use; 0: never opened by power
    std::string piece_unit;         ///< pair, piece, kg; empty: not counted
    bool out_of_order = false;
    int position = 0;  ///< order on the board
};

/// Where an outage comes from. What a timetable says may not come.
enum class OutageSource {
    seen,       ///< by devices
    entered,    ///< by somebody
    timetable,  ///< planned load-shedding: nobody is booked then, but who has power works
    plan,       ///< of maintenance
    closure,    ///< of the facility
};
std::string_view name_of(OutageSource source);
std::optional<OutageSource> outage_source_of(std::string_view name);

struct Outage {
    OutageId id;
    std::optional<MachineId> machine;  ///< empty: the whole facility
    Interval during;
    /// maintenance, load_shedding, breakdown, closure, unreachable (relay), unmetered (meter)
    std::string kind;
    std::string reason;
    OutageSource source = OutageSource::entered;
    std::optional<Uuid> cause = std::nullopt;  ///< the closure, plan or timetable behind it
};

/// Whether a machine at work stands still in it. With a meter alone out of reach it goes on, and so
/// it does when a timetable's cut does not come: one that comes is seen.
bool stops_work(Outage const& outage);

/// NFC and trimmed. Errors: `bad_text` (not UTF-8, control characters), `too_long`.
Result<std::string> plain_text(std::string_view text, std::size_t max_characters);

/// Both plain, and the one given stands for the other. Errors: `name_missing`, `bad_text`,
/// `too_long`.
Result<Name> complete(Name name);

/// Small letters, digits and dashes, 1 to 40, beginning with a letter or digit. Errors: `bad_slug`.
Result<std::string> valid_slug(std::string_view slug);

/// In order of weekday and minute. Errors: `bad_hours` (out of range, empty or longer than a
/// day), `hours_overlap` (also over midnight and from Sunday into Monday).
Result<std::vector<OpeningHours>> valid_hours(std::vector<OpeningHours> hours);

/// Errors: those of `complete` and `valid_slug`, `bad_machine` with the setting as the field.
Result<Machine> valid_machine(Machine machine);

/// Sorts them, and makes one of those that touch or overlap.
void join_touching(std::vector<Interval>& intervals);

/// When the facility is open within the range: in order, apart from each other, clipped to it.
/// Hours that touch (until midnight, from midnight) are one interval.
std::vector<Interval> open_intervals(Zone const& zone, std::vector<OpeningHours> const& hours,
                                     Interval range);

/// True if the whole interval is inside opening hours. An empty one is not.
bool is_open(Zone const& zone, std::vector<OpeningHours> const& hours, Interval during);

}  // namespace karkhana::facility

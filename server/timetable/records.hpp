#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "server/timetable/rules.hpp"

namespace karkhana::timetable {

using TimetableId = Id<struct TimetableTag>;

struct Timetable {
    FacilityId facility;
    TimetableId id;
    std::string name;
    std::string kind;  ///< load_shedding, maintenance, closure
    std::optional<MachineId> machine;
    std::string content;  ///< what read_table takes; empty before the first fetch
    std::optional<std::string> url;
    std::optional<Instant> fetched_at;
    std::string failure;  ///< why it could not be fetched or read the last time
    PersonId created_by;
    Instant created_at;
};

void insert_timetable(store::Writer& writer, Timetable const& table);
/// Those that were not ended, of every facility or of one, newest first.
std::vector<Timetable> list_timetables(store::Reader& reader,
                                       std::optional<FacilityId> const& facility);
/// nullopt when there is none or it was ended.
std::optional<Timetable> find_timetable(store::Reader& reader, FacilityId const& facility,
                                        TimetableId const& id);
/// False when it was ended before. On PostgreSQL the row stays locked, as with every write of it.
bool end_timetable(store::Writer& writer, Timetable const& table, Instant now);
/// What was fetched, or why not; an empty content keeps the one that there was.
void note_fetch(store::Writer& writer, Timetable const& table, std::string const& content,
                std::string const& failure, Instant now);
/// Why what it says is not followed; empty: it is.
void note_failure(store::Writer& writer, Timetable const& table, std::string const& failure);

/// Outages that were made of it and are not over.
std::vector<Kept> kept_dates(store::Reader& reader, Timetable const& table, Instant now);
/// How many outages of each timetable are ahead; one query.
std::map<TimetableId, std::int64_t> dates_ahead(store::Reader& reader, FacilityId const& facility,
                                                Instant now);
/// Queues up behind others who work on the same timetable.
void lock_timetable(store::Writer& writer, Timetable const& table);
void make_outage(store::Writer& writer, Timetable const& table, OutageId const& id,
                 Planned const& planned, Instant now);
void withdraw_outage(store::Writer& writer, Timetable const& table, Kept const& kept, Instant now);
/// A new end for what has begun.
void change_outage(store::Writer& writer, Timetable const& table, Changed const& changed,
                   Instant now);

}  // namespace karkhana::timetable

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/facility/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::facility {

std::optional<Facility> find_facility(store::Reader& reader, FacilityId const& id);
std::optional<Facility> find_facility_by_slug(store::Reader& reader, std::string_view slug);
std::vector<Facility> list_facilities(store::Reader& reader);
/// The time zone of a facility that is there.
Zone zone_of(store::Reader& reader, FacilityId const& facility);
void insert_facility(store::Writer& writer, Facility const& facility, Instant now);
/// Its weekend, the beginning of its week and its generator; the rest is the configuration's.
void save_week(store::Writer& writer, Facility const& facility);

/// What the configuration says. Hours that were entered in the application go before them: whoever
/// decides by hours reads the opening plan.
std::vector<OpeningHours> opening_hours(store::Reader& reader, FacilityId const& facility);
void replace_opening_hours(store::Writer& writer, FacilityId const& facility,
                           std::vector<OpeningHours> const& hours);

std::optional<Machine> find_machine(store::Reader& reader, FacilityId const& facility,
                                    MachineId const& id);
/// In order of position.
std::vector<Machine> list_machines(store::Reader& reader, FacilityId const& facility);
/// Inserts, or updates the machine of the same slug and keeps its id. Returns the id kept. Throws
/// ConstraintViolated{check} when it would be shared and no longer is, or the other way round,
/// while it has live bookings.
MachineId save_machine(store::Writer& writer, Machine const& machine, Instant now);
/// PostgreSQL: locks the machine's row FOR NO KEY UPDATE, so that bookings of one machine queue
/// up instead of deadlocking. SQLite has one writer and needs nothing.
void lock_machine(store::Writer& writer, FacilityId const& facility, MachineId const& id);

/// Outages that overlap the interval, of all machines, in one query.
std::vector<Outage> outages_between(store::Reader& reader, FacilityId const& facility,
                                    Interval during);
/// nullopt when there is none, or it was withdrawn.
std::optional<Outage> find_outage(store::Reader& reader, FacilityId const& facility,
                                  OutageId const& id);
void insert_outage(store::Writer& writer, FacilityId const& facility, Outage const& outage,
                   Instant now);
/// One that has not begun forbids nothing any more, and is kept; one that goes on ends now, so that
/// what it halted stays halted. False when it is over, or there is none.
bool withdraw_outage(store::Writer& writer, FacilityId const& facility, OutageId const& id,
                     Instant now);
/// Makes an outage that goes on reach until `until`.
void extend_outage(store::Writer& writer, FacilityId const& facility, OutageId const& id,
                   Instant until);

}  // namespace karkhana::facility

#pragma once

#include <optional>
#include <vector>

#include "server/recycling/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::recycling {

/// By name.
std::vector<Material> list_materials(store::Reader& reader, FacilityId const& facility);
/// Throws ConstraintViolated{unique} when there is one of that name.
void insert_material(store::Writer& writer, FacilityId const& facility, Material const& material,
                     Instant now);
/// By time.
std::vector<Price> list_prices(store::Reader& reader, FacilityId const& facility);
void insert_price(store::Writer& writer, FacilityId const& facility, Price const& price,
                  PersonId const& by, Instant now);

/// How much may be lost, and what a year is to reach, from a moment on.
struct RecyclingSetting {
    Instant from;
    std::int64_t tolerance_e4 = 200;
    std::optional<std::int64_t> goal_kg;
};
/// By time.
std::vector<RecyclingSetting> recycling_settings(store::Reader& reader, FacilityId const& facility);
/// Of a moment; before the first: two per cent and no goal.
RecyclingSetting setting_at(std::vector<RecyclingSetting> const& settings, Instant at);
void insert_setting(store::Writer& writer, FacilityId const& facility,
                    RecyclingSetting const& setting, PersonId const& by, Instant now);

struct Batch {
    BatchId id;
    std::int64_t number = 0;  ///< without gaps in a facility
    MachineId machine;
    Instant began_at;
    std::optional<Instant> ended_at;
    Energy energy;  ///< of the machine's closed sessions that began in it
    std::int64_t sessions = 0;
};
/// Those that began in the interval, the latest first.
std::vector<Batch> batches_within(store::Reader& reader, FacilityId const& facility,
                                  Interval during, Instant now);
std::optional<Batch> find_batch(store::Reader& reader, FacilityId const& facility,
                                BatchId const& id, Instant now);
/// Throws ConstraintViolated{unique} when the machine has one that is open.
void insert_batch(store::Writer& writer, FacilityId const& facility, Batch const& batch);
/// False when it is closed already.
bool end_batch(store::Writer& writer, FacilityId const& facility, BatchId const& id, Instant at);

void insert_ticket(store::Writer& writer, FacilityId const& facility, Ticket const& ticket);
std::optional<Ticket> find_ticket(store::Reader& reader, FacilityId const& facility,
                                  TicketId const& id);
/// The latest number first, below `cursor` (0: from the latest).
std::vector<Ticket> list_tickets(store::Reader& reader, FacilityId const& facility,
                                 std::int64_t cursor, int limit);
/// Weighed in the interval, by number, with those that are corrected.
std::vector<Ticket> tickets_within(store::Reader& reader, FacilityId const& facility,
                                   Interval during);
/// Of batches that began in the interval.
std::vector<Ticket> tickets_of_batches(store::Reader& reader, FacilityId const& facility,
                                       Interval during);

/// On PostgreSQL tickets and batches of one facility queue up from here to the end of the
/// transaction. On SQLite one writes anyway.
void lock_recycling(store::Writer& writer, FacilityId const& facility);

}  // namespace karkhana::recycling

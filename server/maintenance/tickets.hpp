#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/maintenance/rules_reliability.hpp"
#include "server/store/store.hpp"

namespace karkhana::maintenance {

using TicketId = Id<struct TicketTag>;
using PhotoId = Id<struct PhotoTag>;

/// A breakdown stops its machine until the ticket is closed; an incident where it is asked to, a
/// fault never.
enum class TicketKind { breakdown, fault, incident };
std::string_view name_of(TicketKind kind);
std::optional<TicketKind> ticket_kind_of(std::string_view name);

struct Photo {
    PhotoId id;
    int width = 0;
    int height = 0;
};

struct Ticket {
    TicketId id;
    MachineId machine;
    TicketKind kind = TicketKind::breakdown;
    std::string words;   ///< of whoever opened it
    std::string spares;  ///< which parts it took, and how many
    std::string cause;
    std::string hurt;       ///< of an incident: who was hurt and how
    std::string follow_up;  ///< what was done so that it does not come again
    Instant opened_at;
    PersonId opened_by;
    std::optional<Instant> down_from;
    std::optional<Instant> down_until;
    std::optional<OutageId> outage;
    std::optional<Instant> closed_at;
    std::optional<PersonId> closed_by;
    std::int64_t version = 1;
    std::vector<Photo> photos{};
};

/// Nobody is booked so far ahead while a breakdown is open.
constexpr std::chrono::hours breakdown_reach{48};

void insert_ticket(store::Writer& writer, FacilityId const& facility, Ticket const& ticket);
/// Keeps spares, cause, follow-up and how it was closed, and raises the version. False when the
/// version is another by now.
bool update_ticket(store::Writer& writer, FacilityId const& facility, Ticket const& ticket);
/// With its photos.
std::optional<Ticket> find_ticket(store::Reader& reader, FacilityId const& facility,
                                  TicketId const& id);
struct TicketFilter {
    std::optional<MachineId> machine;
    bool open = false;              ///< those alone that are not closed
    std::optional<TicketId> after;  ///< those that come after it in the list
};
/// The latest first, without their photos.
std::vector<Ticket> list_tickets(store::Reader& reader, FacilityId const& facility,
                                 TicketFilter const& filter, int limit);
/// An open breakdown or incident, and until when its machine is kept from being booked for it.
struct Kept {
    Ticket ticket;
    std::optional<Instant> until;  ///< empty: somebody withdrew it
};
/// Those that are kept for no longer than to `before`.
std::vector<Kept> breakdowns_to_keep(store::Reader& reader, FacilityId const& facility,
                                     Instant before);
/// The machine of the ticket cannot be booked from `from` until so long after `now`.
OutageId keep_from_bookings(store::Writer& writer, FacilityId const& facility, Ticket const& ticket,
                            OutageId const& id, Instant from, Instant now);
/// What keeps the machine from being booked from now on; not a change that somebody made.
void put_outage(store::Writer& writer, FacilityId const& facility, TicketId const& ticket,
                OutageId const& outage);
/// Of each machine, those that lasted into the range. Also an outage that was entered as a
/// breakdown without a ticket.
std::map<MachineId, std::vector<Breakdown>> breakdowns_in(store::Reader& reader,
                                                          FacilityId const& facility,
                                                          Interval range);

void insert_photo(store::Writer& writer, FacilityId const& facility, TicketId const& ticket,
                  Photo const& photo, std::string jpeg, PersonId const& by, Instant now);
std::optional<std::string> photo_bytes(store::Reader& reader, FacilityId const& facility,
                                       TicketId const& ticket, PhotoId const& photo);

}  // namespace karkhana::maintenance

#include "server/maintenance/tickets.hpp"

#include <algorithm>
#include <array>

#include "server/facility/records.hpp"

#define TICKET                                                                                     \
    "SELECT ticket_id, machine_id, kind, words, spares, cause, opened_at, opened_by, down_from, "  \
    "down_until, outage_id, closed_at, closed_by, version, hurt, follow_up FROM ticket "

namespace karkhana::maintenance {
namespace {

constexpr std::array<std::string_view, 3> kind_names{"breakdown", "fault", "incident"};

Ticket ticket_of(store::Row const& row) {
    return {.id = row.id<TicketId>(0),
            .machine = row.id<MachineId>(1),
            .kind = ticket_kind_of(row.text(2)).value(),
            .words = row.text(3),
            .spares = row.text(4),
            .cause = row.text(5),
            .hurt = row.text(14),
            .follow_up = row.text(15),
            .opened_at = row.at(6),
            .opened_by = row.id<PersonId>(7),
            .down_from = row.maybe_at(8),
            .down_until = row.maybe_at(9),
            .outage = row.maybe_id<OutageId>(10),
            .closed_at = row.maybe_at(11),
            .closed_by = row.maybe_id<PersonId>(12),
            .version = row.integer(13)};
}

Photo photo_of(store::Row const& row) {
    return {row.id<PhotoId>(0), static_cast<int>(row.integer(1)), static_cast<int>(row.integer(2))};
}

}  // namespace

std::string_view name_of(TicketKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }

std::optional<TicketKind> ticket_kind_of(std::string_view name) {
    auto const found = std::ranges::find(kind_names, name);
    if (found == kind_names.end()) return std::nullopt;
    return static_cast<TicketKind>(found - kind_names.begin());
}

void insert_ticket(store::Writer& writer, FacilityId const& facility, Ticket const& ticket) {
    writer.execute("INSERT INTO ticket (facility_id, ticket_id, machine_id, kind, words, "
                   "opened_at, opened_by, down_from, outage_id, hurt) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                   facility, ticket.id, ticket.machine, name_of(ticket.kind), ticket.words,
                   ticket.opened_at, ticket.opened_by, ticket.down_from, ticket.outage,
                   ticket.hurt);
}

bool update_ticket(store::Writer& writer, FacilityId const& facility, Ticket const& ticket) {
    return writer.execute(
               "UPDATE ticket SET spares = $4, cause = $5, down_until = $6, closed_at = $7, "
               "closed_by = $8, follow_up = $9, version = version + 1 "
               "WHERE facility_id = $1 AND ticket_id = $2 AND version = $3",
               facility, ticket.id, ticket.version, ticket.spares, ticket.cause, ticket.down_until,
               ticket.closed_at, ticket.closed_by, ticket.follow_up) == 1;
}

std::optional<Ticket> find_ticket(store::Reader& reader, FacilityId const& facility,
                                  TicketId const& id) {
    auto found =
        reader.first(TICKET "WHERE facility_id = $1 AND ticket_id = $2", ticket_of, facility, id);
    if (found)
        found->photos = reader.all("SELECT photo_id, width, height FROM ticket_photo "
                                   "WHERE facility_id = $1 AND ticket_id = $2 "
                                   "ORDER BY added_at, photo_id",
                                   photo_of, facility, id);
    return found;
}

std::vector<Ticket> list_tickets(store::Reader& reader, FacilityId const& facility,
                                 TicketFilter const& filter, int limit) {
    return reader.all(
        TICKET "WHERE facility_id = $1 AND ($2 = '' OR CAST(machine_id AS text) = $2) "
               "AND ($3 = 0 OR closed_at IS NULL) AND ($4 = '' OR (opened_at, ticket_id) < ("
               "SELECT opened_at, ticket_id FROM ticket "
               "WHERE facility_id = $1 AND CAST(ticket_id AS text) = $4)) "
               "ORDER BY opened_at DESC, ticket_id DESC LIMIT $5",
        ticket_of, facility, filter.machine ? filter.machine->text() : std::string{},
        filter.open ? 1 : 0, filter.after ? filter.after->text() : std::string{}, limit);
}

std::vector<Kept> breakdowns_to_keep(store::Reader& reader, FacilityId const& facility,
                                     Instant before) {
    return reader.all(
        "SELECT t.ticket_id, t.machine_id, t.kind, t.words, t.spares, t.cause, t.opened_at, "
        "t.opened_by, t.down_from, t.down_until, t.outage_id, t.closed_at, t.closed_by, t.version, "
        "t.hurt, t.follow_up, CASE WHEN o.withdrawn_at IS NULL THEN o.ends_at END "
        "FROM ticket t JOIN outage o "
        "ON o.facility_id = t.facility_id AND o.outage_id = t.outage_id "
        "WHERE t.facility_id = $1 AND t.closed_at IS NULL "
        "AND (o.ends_at < $2 OR o.withdrawn_at IS NOT NULL) ORDER BY t.ticket_id",
        [](store::Row const& row) { return Kept{ticket_of(row), row.maybe_at(16)}; }, facility,
        before);
}

OutageId keep_from_bookings(store::Writer& writer, FacilityId const& facility, Ticket const& ticket,
                            OutageId const& id, Instant from, Instant now) {
    facility::insert_outage(writer, facility,
                            {.id = id,
                             .machine = ticket.machine,
                             .during = {from, now + breakdown_reach},
                             .kind = "breakdown",
                             .reason = ticket.words.substr(0, ticket.words.find('\n')),
                             .source = facility::OutageSource::entered,
                             .cause = ticket.id.uuid},
                            now);
    return id;
}

void put_outage(store::Writer& writer, FacilityId const& facility, TicketId const& ticket,
                OutageId const& outage) {
    writer.execute("UPDATE ticket SET outage_id = $3 WHERE facility_id = $1 AND ticket_id = $2",
                   facility, ticket, outage);
}

std::map<MachineId, std::vector<Breakdown>> breakdowns_in(store::Reader& reader,
                                                          FacilityId const& facility,
                                                          Interval range) {
    std::map<MachineId, std::vector<Breakdown>> found;
    reader.each(
        "SELECT machine_id, down_from, down_until FROM ticket WHERE facility_id = $1 "
        "AND kind = 'breakdown' AND down_from < $3 "
        "AND (down_until IS NULL OR down_until > $2) "
        "UNION ALL SELECT machine_id, starts_at, ends_at FROM outage WHERE facility_id = $1 "
        "AND kind = 'breakdown' AND machine_id IS NOT NULL AND cause_id IS NULL "
        "AND withdrawn_at IS NULL AND starts_at < $3 AND ends_at > $2",
        [&](store::Row const& row) {
            found[row.id<MachineId>(0)].push_back({row.at(1), row.maybe_at(2)});
        },
        facility, range.start, range.end);
    return found;
}

void insert_photo(store::Writer& writer, FacilityId const& facility, TicketId const& ticket,
                  Photo const& photo, std::string jpeg, PersonId const& by, Instant now) {
    writer.execute("INSERT INTO ticket_photo (facility_id, photo_id, ticket_id, jpeg, width, "
                   "height, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   facility, photo.id, ticket, store::Blob{std::move(jpeg)}, photo.width,
                   photo.height, now, by);
}

std::optional<std::string> photo_bytes(store::Reader& reader, FacilityId const& facility,
                                       TicketId const& ticket, PhotoId const& photo) {
    return reader.first(
        "SELECT jpeg FROM ticket_photo "
        "WHERE facility_id = $1 AND ticket_id = $2 AND photo_id = $3",
        [](store::Row const& row) { return row.blob(0); }, facility, ticket, photo);
}

}  // namespace karkhana::maintenance

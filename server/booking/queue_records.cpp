#include "server/booking/queue_records.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "server/base/digest.hpp"
#include "server/store/id_list.hpp"

#define KARKHANA_ENTRY_COLUMNS                                                                     \
    "w.facility_id, w.entry_id, w.enterprise_id, w.joined_by, w.machine_id, w.group_id, "          \
    "w.wanted_from, w.wanted_until, w.length_minutes, w.quantity, w.joined_at, w.state, "          \
    "w.passed_until, w.last_skip, w.version, w.people, w.assisted, w.operated_by, "                \
    "w.kind, w.resources"
#define KARKHANA_WAITER_COLUMNS                                                                    \
    KARKHANA_ENTRY_COLUMNS ", e.membership, e.women_led FROM waitlist_entry w JOIN enterprise e "  \
                           "ON e.facility_id = w.facility_id "                                     \
                           "AND e.enterprise_id = w.enterprise_id "
#define KARKHANA_OFFER_COLUMNS "offer_id, entry_id, booking_id, offered_at, hold_until"
#define KARKHANA_EVENT_COLUMNS                                                                     \
    "sequence, entry_id, at_us, what, rules, slot, person_id, reason, previous_hash, hash"

namespace karkhana::booking {
namespace {

constexpr std::array<std::string_view, 5> state_names{"waiting", "offered", "taken", "left",
                                                      "expired"};

std::string text_of(std::vector<ResourceId> const& resources) {
    std::string text;
    for (auto const& id : resources) text += (text.empty() ? "" : " ") + id.text();
    return text;
}

std::vector<ResourceId> resources_in(std::string const& text) {
    std::vector<ResourceId> found;
    std::istringstream in{text};
    for (std::string id; in >> id;) found.push_back(ResourceId::parse(id).value());
    return found;
}

WaitlistEntry entry_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<WaitlistEntryId>(1),
            .enterprise = row.id<EnterpriseId>(2),
            .joined_by = row.id<PersonId>(3),
            .machine = row.maybe_id<MachineId>(4),
            .group = row.maybe_id<GroupId>(5),
            .wanted = {row.at(6), row.at(7)},
            .length = std::chrono::minutes{row.integer(8)},
            .quantity = row.maybe_integer(9),
            .people = static_cast<int>(row.integer(15)),
            .assisted = row.flag(16),
            .operated_by = row.maybe_id<PersonId>(17),
            .kind = kind_of(row.text(18)).value(),
            .resources = resources_in(row.text(19)),
            .joined_at = row.at(10),
            .state = waitlist_state_of(row.text(11)).value(),
            .passed_until = row.maybe_at(12),
            .last_skip = row.text(13),
            .version = row.integer(14)};
}

Waiter waiter_of(store::Row const& row) { return {entry_of(row), row.text(20), row.flag(21)}; }

WaitlistOffer offer_of(store::Row const& row) {
    return {.id = row.id<OfferId>(0),
            .entry = row.id<WaitlistEntryId>(1),
            .booking = row.id<BookingId>(2),
            .offered_at = row.at(3),
            .hold_until = row.at(4)};
}

QueueEvent event_of(store::Row const& row) {
    return {.sequence = row.integer(0),
            .entry = row.id<WaitlistEntryId>(1),
            .at = row.at(2),
            .what = row.text(3),
            .rules = row.text(4),
            .slot = row.text(5),
            .person = row.maybe_id<PersonId>(6),
            .reason = row.text(7),
            .previous_hash = row.text(8),
            .hash = row.text(9)};
}

struct Head {
    std::int64_t sequence = 0;
    std::string hash;
};
Head head_of(store::Row const& row) { return {row.integer(0), row.text(1)}; }

Head advance_head(store::Writer& writer, FacilityId const& facility) {
    auto const next = [&] {
        return writer.first("UPDATE queue_head SET sequence = sequence + 1 WHERE facility_id = $1 "
                            "RETURNING sequence, hash",
                            head_of, facility);
    };
    if (auto const head = next()) return *head;
    writer.execute("INSERT INTO queue_head (facility_id, sequence, hash) VALUES ($1, 0, '') "
                   "ON CONFLICT DO NOTHING",
                   facility);
    return next().value();
}

}  // namespace

std::string_view name_of(WaitlistEntry::State state) {
    return state_names.at(static_cast<std::size_t>(state));
}

std::optional<WaitlistEntry::State> waitlist_state_of(std::string_view name) {
    auto const found = std::ranges::find(state_names, name);
    if (found == state_names.end()) return std::nullopt;
    return static_cast<WaitlistEntry::State>(found - state_names.begin());
}

void insert_entry(store::Writer& writer, WaitlistEntry const& entry) {
    writer.execute(
        "INSERT INTO waitlist_entry (facility_id, entry_id, enterprise_id, joined_by, machine_id, "
        "group_id, wanted_from, wanted_until, length_minutes, quantity, joined_at, people, "
        "assisted, operated_by, kind, resources, state) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'waiting')",
        entry.facility, entry.id, entry.enterprise, entry.joined_by, entry.machine, entry.group,
        entry.wanted.start, entry.wanted.end,
        std::chrono::duration_cast<std::chrono::minutes>(entry.length).count(), entry.quantity,
        entry.joined_at, entry.people, entry.assisted, entry.operated_by, name_of(entry.kind),
        text_of(entry.resources));
}

std::optional<WaitlistEntry> find_entry(store::Reader& reader, FacilityId const& facility,
                                        WaitlistEntryId const& id) {
    return reader.first("SELECT " KARKHANA_ENTRY_COLUMNS
                        " FROM waitlist_entry w WHERE w.facility_id = $1 AND w.entry_id = $2",
                        entry_of, facility, id);
}

std::vector<Waiter> open_waiters(store::Reader& reader, FacilityId const& facility) {
    return reader.all("SELECT " KARKHANA_WAITER_COLUMNS
                      "WHERE w.facility_id = $1 AND w.state IN ('waiting', 'offered') "
                      "ORDER BY w.joined_at, w.entry_id",
                      waiter_of, facility);
}

std::vector<Waiter> waiters_for(store::Reader& reader, FacilityId const& facility,
                                Interval during) {
    return reader.all("SELECT " KARKHANA_WAITER_COLUMNS
                      "WHERE w.facility_id = $1 AND w.state = 'waiting' "
                      "AND w.wanted_from < $3 AND $2 < w.wanted_until "
                      "ORDER BY w.joined_at, w.entry_id",
                      waiter_of, facility, during.start, during.end);
}

std::map<WaitlistEntryId, EnterpriseId> enterprises_of_entries(
    store::Reader& reader, FacilityId const& facility, std::vector<WaitlistEntryId> const& ids) {
    std::map<WaitlistEntryId, EnterpriseId> found;
    if (ids.empty()) return found;
    reader.each(
        reader.is_postgres() ? "SELECT entry_id, enterprise_id FROM waitlist_entry "
                               "WHERE facility_id = $1 AND entry_id = ANY(CAST($2 AS uuid[]))"
                             : "SELECT entry_id, enterprise_id FROM waitlist_entry "
                               "WHERE facility_id = $1 "
                               "AND entry_id IN (SELECT value FROM json_each($2))",
        [&](store::Row const& row) {
            found.emplace(row.id<WaitlistEntryId>(0), row.id<EnterpriseId>(1));
        },
        facility, store::id_list(reader, ids));
    return found;
}

std::int64_t open_entries_of(store::Reader& reader, FacilityId const& facility,
                             EnterpriseId const& enterprise) {
    return reader
        .first(
            "SELECT count(*) FROM waitlist_entry WHERE facility_id = $1 AND enterprise_id = $2 "
            "AND state IN ('waiting', 'offered')",
            [](store::Row const& row) { return row.integer(0); }, facility, enterprise)
        .value();
}

bool waits_already(store::Reader& reader, WaitlistEntry const& entry) {
    return reader.exists(
        "SELECT 1 FROM waitlist_entry WHERE facility_id = $1 AND enterprise_id = $2 "
        "AND state IN ('waiting', 'offered') AND (machine_id = $3 OR group_id = $4) "
        "AND wanted_from < $6 AND $5 < wanted_until",
        entry.facility, entry.enterprise, entry.machine, entry.group, entry.wanted.start,
        entry.wanted.end);
}

bool change_entry(store::Writer& writer, WaitlistEntry const& entry, WaitlistEntry::State to) {
    return writer.execute("UPDATE waitlist_entry SET state = $3, version = version + 1 "
                          "WHERE facility_id = $1 AND entry_id = $2 AND state = $4",
                          entry.facility, entry.id, name_of(to), name_of(entry.state)) == 1;
}

bool pass_over(store::Writer& writer, WaitlistEntry const& entry, Instant until) {
    return writer.execute("UPDATE waitlist_entry SET state = 'waiting', passed_until = $3, "
                          "version = version + 1 WHERE facility_id = $1 AND entry_id = $2 "
                          "AND state IN ('waiting', 'offered')",
                          entry.facility, entry.id, until) == 1;
}

bool keep_skip(store::Writer& writer, WaitlistEntry const& entry, std::string_view skip) {
    return writer.execute("UPDATE waitlist_entry SET last_skip = $3 WHERE facility_id = $1 "
                          "AND entry_id = $2 AND state = 'waiting' AND last_skip <> $3",
                          entry.facility, entry.id, skip) == 1;
}

void insert_offer(store::Writer& writer, FacilityId const& facility, WaitlistOffer const& offer) {
    writer.execute("INSERT INTO waitlist_offer (facility_id, offer_id, entry_id, booking_id, "
                   "offered_at, hold_until, state) VALUES ($1, $2, $3, $4, $5, $6, 'open')",
                   facility, offer.id, offer.entry, offer.booking, offer.offered_at,
                   offer.hold_until);
}

std::vector<WaitlistOffer> open_offers(store::Reader& reader, FacilityId const& facility) {
    return reader.all("SELECT " KARKHANA_OFFER_COLUMNS " FROM waitlist_offer "
                      "WHERE facility_id = $1 AND state = 'open' ORDER BY entry_id",
                      offer_of, facility);
}

std::optional<WaitlistOffer> open_offer_of(store::Reader& reader, FacilityId const& facility,
                                           WaitlistEntryId const& entry) {
    return reader.first("SELECT " KARKHANA_OFFER_COLUMNS " FROM waitlist_offer "
                        "WHERE facility_id = $1 AND entry_id = $2 AND state = 'open'",
                        offer_of, facility, entry);
}

std::optional<WaitlistOffer> open_offer_for(store::Reader& reader, FacilityId const& facility,
                                            BookingId const& booking) {
    return reader.first("SELECT " KARKHANA_OFFER_COLUMNS " FROM waitlist_offer "
                        "WHERE facility_id = $1 AND booking_id = $2 AND state = 'open'",
                        offer_of, facility, booking);
}

bool close_offer(store::Writer& writer, FacilityId const& facility, OfferId const& offer,
                 std::string_view to) {
    return writer.execute("UPDATE waitlist_offer SET state = $3 "
                          "WHERE facility_id = $1 AND offer_id = $2 AND state = 'open'",
                          facility, offer, to) == 1;
}

std::string queue_hash(FacilityId const& facility, QueueEvent const& event) {
    std::string canonical;
    add_netstring(canonical, facility.text());
    add_netstring(canonical, std::to_string(event.sequence));
    add_netstring(canonical, event.entry.text());
    add_netstring(canonical, std::to_string(micros(event.at)));
    add_netstring(canonical, event.what);
    add_netstring(canonical, event.rules);
    add_netstring(canonical, event.slot);
    add_netstring(canonical, event.person ? event.person->text() : "");
    add_netstring(canonical, event.reason);
    add_netstring(canonical, event.previous_hash);
    return sha256_hex(canonical);
}

void append_queue(store::Writer& writer, FacilityId const& facility, QueueEvent event) {
    auto head = advance_head(writer, facility);
    event.sequence = head.sequence;
    event.previous_hash = std::move(head.hash);
    event.hash = queue_hash(facility, event);
    writer.execute("INSERT INTO queue_event (facility_id, " KARKHANA_EVENT_COLUMNS
                   ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   facility, event.sequence, event.entry, event.at, event.what, event.rules,
                   event.slot, event.person, event.reason, event.previous_hash, event.hash);
    writer.execute("UPDATE queue_head SET hash = $2 WHERE facility_id = $1", facility, event.hash);
}

std::vector<QueueEvent> list_queue(store::Reader& reader, FacilityId const& facility,
                                   std::int64_t cursor, int limit) {
    auto const before = cursor > 0 ? cursor : INT64_MAX;
    return reader.all("SELECT " KARKHANA_EVENT_COLUMNS " FROM queue_event "
                      "WHERE facility_id = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3",
                      event_of, facility, before, limit);
}

std::optional<std::int64_t> first_broken_queue(store::Reader& reader, FacilityId const& facility) {
    Head last;
    std::optional<std::int64_t> broken;
    reader.each(
        "SELECT " KARKHANA_EVENT_COLUMNS
        " FROM queue_event WHERE facility_id = $1 ORDER BY sequence",
        [&](store::Row const& row) {
            if (broken) return;
            auto const event = event_of(row);
            bool const follows = event.sequence == last.sequence + 1 &&
                                 event.previous_hash == last.hash &&
                                 event.hash == queue_hash(facility, event);
            if (!follows) broken = last.sequence + 1;
            last = {event.sequence, event.hash};
        },
        facility);
    if (broken) return broken;
    auto const head = reader
                          .first("SELECT sequence, hash FROM queue_head WHERE facility_id = $1",
                                 head_of, facility)
                          .value_or(Head{});
    if (head.sequence == last.sequence && head.hash == last.hash) return std::nullopt;
    return last.sequence + 1;
}

}  // namespace karkhana::booking

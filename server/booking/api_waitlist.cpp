#include <algorithm>
#include <boost/json/parse.hpp>
#include <sstream>

#include "server/booking/caller.hpp"
#include "server/booking/decide.hpp"
#include "server/booking/draft.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/waitlist_views.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::minutes;

constexpr std::int64_t entries_allowed = 5;
constexpr days longest_window{31};

/// As whoever books says who runs the machine. Errors: `not_theirs`.
Result<std::optional<PersonId>> operator_wanted(http::Principal const& who,
                                                EnterpriseId const& party, bool assisted,
                                                std::optional<PersonId> named) {
    bool const other = named && (assisted || *named != who.person);
    if (!Caller{who}.is_desk() && other)
        return refuse(ErrorKind::forbidden, "not_theirs", "the desk says who runs the machine",
                      "/operated_by");
    return operator_of({.enterprise = party, .assisted = assisted, .operated_by = named},
                       asker_of(who, party));
}

/// What is waited for, and who waits.
Result<WaitlistEntry> read_wanted(http::Request const& request, Instant now) {
    auto body = http::JsonBody::parse(request);
    auto const machine = body.maybe_id<MachineId>("machine_id");
    auto const group = body.maybe_id<GroupId>("group_id");
    auto const named = body.maybe_id<EnterpriseId>("enterprise_id");
    auto const from = body.at("from"), until = body.at("until");
    auto const length = minutes{body.integer("length_minutes", 1, 7 * 24 * 60)};
    auto const quantity = body.maybe_integer("quantity", 0, 1'000'000);
    auto const people = static_cast<int>(body.maybe_integer("people", 1, 100).value_or(1));
    bool const assisted = body.maybe_flag("assisted").value_or(false);
    auto const kind = read_kind(body);
    auto resources = read_resources(body);
    auto const operated_by = body.maybe_id<PersonId>("operated_by");
    if (machine.has_value() == group.has_value())
        body.fail("machine_or_group", "machine_id", "say one machine or one group");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (until <= now || until - from < length || until - from > longest_window)
        return refuse(ErrorKind::invalid, "bad_interval",
                      "the time must be to come, long enough, and of 31 days at most", "/until");
    auto const& who = request.principal.value();
    auto const party = Caller{who}.party(named);
    if (!party) return tl::make_unexpected(party.error());
    auto const by = operator_wanted(who, *party, assisted, operated_by);
    if (!by) return tl::make_unexpected(by.error());
    return WaitlistEntry{.enterprise = *party,
                         .machine = machine,
                         .group = group,
                         .wanted = {from, until},
                         .length = length,
                         .quantity = quantity,
                         .people = people,
                         .assisted = assisted,
                         .operated_by = *by,
                         .kind = kind,
                         .resources = std::move(resources)};
}

/// Errors: `not_found` with the field, `resource_is_given`, `already_waiting`, `too_many_waiting`.
Result<std::vector<facility::Machine>> check_wanted(facility::Book const& book,
                                                    store::Reader& reader,
                                                    WaitlistEntry const& wanted) {
    auto const& facility = wanted.facility;
    Wish const wish{.enterprise = wanted.enterprise,
                    .machine = wanted.machine,
                    .group = wanted.group,
                    .during = wanted.wanted,
                    .operated_by = wanted.operated_by,
                    .resources = wanted.resources};
    auto machines = machines_of(reader, book, wish);
    if (!machines) return tl::make_unexpected(machines.error());
    if (!people::find_enterprise(reader, facility, wanted.enterprise))
        return refuse(ErrorKind::not_found, "not_found", "no such enterprise", "/enterprise_id");
    if (waits_already(reader, wanted))
        return refuse(ErrorKind::conflict, "already_waiting",
                      "the ME waits for a time of it that overlaps");
    if (open_entries_of(reader, facility, wanted.enterprise) >= entries_allowed)
        return refuse(ErrorKind::conflict, "too_many_waiting",
                      "an ME waits for " + std::to_string(entries_allowed) + " things at most");
    return machines;
}

json::array words(std::string const& text) {
    json::array found;
    std::istringstream in{text};
    for (std::string word; in >> word;) found.emplace_back(word);
    return found;
}

json::object event_json(QueueEvent const& event, Zone const& zone, bool seen,
                        json::value enterprise) {
    json::object shown{{"sequence", event.sequence},
                       {"at", to_rfc3339(event.at, zone)},
                       {"what", event.what},
                       {"rules", words(event.rules)},
                       {"slot", event.slot.empty() ? json::value{} : json::parse(event.slot)},
                       {"hash", event.hash},
                       {"entry_id", nullptr},
                       {"enterprise", nullptr},
                       {"person_id", nullptr},
                       {"reason", ""}};
    if (!seen) return shown;
    shown["entry_id"] = event.entry.text();
    shown["enterprise"] = std::move(enterprise);
    shown["reason"] = event.reason;
    if (event.person) shown["person_id"] = event.person->text();
    return shown;
}

}  // namespace

http::Response join_waitlist(Services const& services, http::Request const& request) {
    auto const now = services.clock.now();
    auto read = read_wanted(request, now);
    if (!read) return http::problem(read.error());
    auto const& who = request.principal.value();
    auto& entry = *read;
    entry.facility = who.facility;
    entry.id = services.ids.make<WaitlistEntryId>();
    entry.joined_by = who.person;
    entry.joined_at = now;
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        // What it waits for already is counted: one after the other.
        lock_party(writer, who.facility, entry.enterprise);
        auto const book = services.books->get(writer, who.facility);
        auto const machines = check_wanted(*book, writer, entry);
        if (!machines) return http::problem(machines.error());
        World const world{.book = book,
                          .now = now,
                          .party = find_party(writer, who.facility, entry.enterprise)->party};
        if (auto const far = too_far(world, entry)) return refused_by_rules({*far});
        if (auto const never = never_fits(world, *machines, entry))
            return refused_by_rules({*never});
        insert_entry(writer, entry);
        append_queue(writer, who.facility,
                     {.entry = entry.id, .at = now, .what = "joined", .person = who.person});
        return entry_answer(services, writer, who, entry.id, 201);
    });
}

http::Response list_waitlist(Services const& services, http::Request const& request) {
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(200, json::object{{"rule", facility::name_json(waitlist_rule())},
                                                     {"items", queue_json(services, reader, who)}});
    });
}

http::Response get_queue_log(Services const& services, http::Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const cursor = http::query_cursor(request);
    if (!cursor) return http::problem(cursor.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const book = services.books->get(reader, who.facility);
        auto events = list_queue(reader, who.facility, *cursor, *limit + 1);
        bool const more = events.size() > static_cast<std::size_t>(*limit);
        if (more) events.pop_back();
        std::vector<WaitlistEntryId> ids;
        for (auto const& event : events) ids.push_back(event.entry);
        auto const parties = enterprises_of_entries(reader, who.facility, ids);
        std::vector<EnterpriseId> named;
        for (auto const& [entry, enterprise] : parties) named.push_back(enterprise);
        auto const enterprises = people::find_enterprises(reader, who.facility, named);
        json::array items;
        for (auto const& event : events) {
            auto const& party = enterprises.at(parties.at(event.entry));
            items.push_back(event_json(
                event, book->zone, Caller{who}.sees(party.id),
                json::object{{"id", party.id.text()}, {"name", facility::name_json(party.name)}}));
        }
        json::value const next =
            more ? json::value(std::to_string(events.back().sequence)) : json::value(nullptr);
        return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
    });
}

}  // namespace karkhana::booking

#include "server/booking/api_feeds.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <iterator>
#include <map>
#include <memory>
#include <unordered_map>

#include "server/base/digest.hpp"
#include "server/booking/calendar_entry.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/feed_records.hpp"
#include "server/booking/records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/operations.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using facility::Name;

constexpr std::size_t feeds_allowed = 20;
/// How long what is past or given up stays in a feed, so that every reader sees it go.
constexpr std::chrono::days kept{30};

std::string new_token(Random& secrets) {
    std::array<std::uint8_t, 32> bytes{};
    secrets.fill(bytes);
    return hex(bytes);
}

/// The name of what the feed is of; nullopt when there is no such thing.
std::optional<Name> name_of_subject(store::Reader& reader, Feed const& feed) {
    switch (feed.scope) {
    case FeedScope::enterprise:
        if (auto const found = people::find_enterprise(reader, feed.facility, {feed.of}))
            return found->name;
        break;
    case FeedScope::machine:
        if (auto const found = facility::find_machine(reader, feed.facility, {feed.of}))
            return found->name;
        break;
    case FeedScope::person:
        if (auto const found = people::find_person(reader, feed.facility, {feed.of}))
            return found->name;
        break;
    }
    return std::nullopt;
}

/// The names of what all of them are of, in three queries.
std::unordered_map<FeedId, Name> names_of(store::Reader& reader, FacilityId const& facility,
                                          std::vector<Feed> const& feeds) {
    std::map<Uuid, Name> known;
    std::vector<EnterpriseId> enterprises;
    for (auto const& feed : feeds)
        if (feed.scope == FeedScope::enterprise) enterprises.push_back({feed.of});
    for (auto const& [id, found] : people::find_enterprises(reader, facility, enterprises))
        known.emplace(id.uuid, found.name);
    for (auto const& machine : facility::list_machines(reader, facility))
        known.emplace(machine.id.uuid, machine.name);
    for (auto const& person : people::list_people(reader, facility))
        known.emplace(person.id.uuid, person.name);
    std::unordered_map<FeedId, Name> names;
    for (auto const& feed : feeds) names.emplace(feed.id, known.at(feed.of));
    return names;
}

json::object feed_json(Feed const& feed, Name const& name, Zone const& zone) {
    return {{"id", feed.id.text()},
            {"scope", name_of(feed.scope)},
            {"scope_id", feed.of.text()},
            {"name", facility::name_json(name)},
            {"language", feed.language == Language::bn ? "bn" : "en"},
            {"created_by", feed.created_by.text()},
            {"created_at", to_rfc3339(feed.created_at, zone)}};
}

void audit(store::Writer& writer, http::Principal const& who, std::string_view action,
           Feed const& feed, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::string(action),
                          .subject = "feed/" + feed.id.text(),
                          .after = json::serialize(json::object{{"scope", name_of(feed.scope)},
                                                                {"scope_id", feed.of.text()}})},
                         now);
}

/// The feed that is asked for. Errors: `not_found` of somebody else's ME or person.
Result<Feed> read_feed_draft(http::Request const& request) {
    auto const& who = request.principal.value();
    auto body = http::JsonBody::parse(request);
    auto const scope = feed_scope_of(body.text("scope", 20));
    if (!scope) body.fail("unknown_scope", "scope", "enterprise, person or machine");
    auto const of = body.id<Id<struct AnyTag>>("scope_id").uuid;
    auto const language = body.maybe_text("language", 2).value_or("bn");
    if (language != "bn" && language != "en") body.fail("unknown_language", "language", "bn or en");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    bool const others = (scope == FeedScope::enterprise && !Caller{who}.sees({of})) ||
                        (scope == FeedScope::person && PersonId{of} != who.person);
    if (others) return refuse(ErrorKind::not_found, "not_found", "", "/scope_id");
    return Feed{.facility = who.facility,
                .id = {},
                .token_sha256 = {},
                .scope = *scope,
                .of = of,
                .language = language == "bn" ? Language::bn : Language::en,
                .created_by = who.person,
                .created_at = {},
                .revoked_at = {}};
}

http::Response create_feed(FeedServices const& services, http::Request const& request) {
    auto feed = read_feed_draft(request);
    if (!feed) return http::problem(feed.error());
    auto const& who = request.principal.value();
    auto const token = new_token(services.secrets);
    feed->id = services.ids.make<FeedId>();
    feed->token_sha256 = sha256_hex(token);
    feed->created_at = services.clock.now();
    auto const insert = [&](store::Writer& writer) {
        auto const name = name_of_subject(writer, *feed);
        if (!name) return http::problem({ErrorKind::not_found, "not_found", "/scope_id"});
        if (list_feeds(writer, who.facility, who.person).size() >= feeds_allowed)
            return http::problem({ErrorKind::conflict, "too_many_feeds", "",
                                  "there are twenty already: take back one that nobody reads"});
        insert_feed(writer, *feed);
        audit(writer, who, "createFeed", *feed, feed->created_at);
        auto shown = feed_json(*feed, *name, facility::zone_of(writer, who.facility));
        shown["url"] = "/api/v1/feeds/" + token + ".ics";
        return http::json_response(201, shown);
    };
    return people::write_once(services.store, services.clock, request, insert,
                              people::Keep::status);
}

http::Response list(FeedServices const& services, http::Request const& request) {
    auto const& who = request.principal.value();
    auto items = services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, who.facility);
        std::optional<PersonId> mine;
        if (!who.has("manager")) mine = who.person;
        auto const feeds = list_feeds(reader, who.facility, mine);
        auto const names = names_of(reader, who.facility, feeds);
        json::array found;
        for (auto const& feed : feeds) found.push_back(feed_json(feed, names.at(feed.id), zone));
        return found;
    });
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

http::Response revoke(FeedServices const& services, http::Request const& request) {
    auto const id = http::path_id<FeedId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const feed = find_feed(writer, who.facility, *id);
        bool const may = feed && (feed->created_by == who.person || who.has("manager"));
        auto const now = services.clock.now();
        if (!may || !revoke_feed(writer, who.facility, *id, now))
            return http::problem({ErrorKind::not_found, "not_found"});
        audit(writer, who, "revokeFeed", *feed, now);
        auto const name = name_of_subject(writer, *feed).value();
        return http::json_response(200,
                                   feed_json(*feed, name, facility::zone_of(writer, who.facility)));
    });
}

// ---------------------------------------------------------------- what a calendar program reads

std::vector<FeedRow> rows_of(store::Reader& reader, Feed const& feed, http::Principal const& owner,
                             Instant since) {
    switch (feed.scope) {
    case FeedScope::enterprise: {
        auto const current = kept_after_merges(reader, feed.facility, {feed.of});
        if (!Caller{owner}.sees(current)) return {};
        return feed_of_enterprises(reader, feed.facility, {EnterpriseId{feed.of}, current}, since);
    }
    case FeedScope::machine:
        if (owner.roles.empty()) return {};
        return feed_of_machine(reader, feed.facility, {feed.of}, since);
    case FeedScope::person: break;
    }
    auto found = feed_of_enterprises(reader, feed.facility, owner.enterprises, since);
    std::ranges::copy(feed_of_operator(reader, feed.facility, {feed.of}, since),
                      std::back_inserter(found));
    return found;
}

/// What its owner may see now of what it is of: roles that are gone take their bookings with them.
ical::Calendar calendar_of(store::Reader& reader, Feed const& feed, Name const& name, Instant now) {
    auto const owner = people::principal_of(reader, feed.facility, feed.created_by);
    auto const place = facility::find_facility(reader, feed.facility).value();
    auto const rows = rows_of(reader, feed, owner, now - kept);
    std::unordered_map<BookingId, Instant> changed;
    std::vector<BookingId> ids;
    for (auto const& row : rows)
        if (changed.emplace(row.booking, row.changed).second) ids.push_back(row.booking);
    auto bookings = find_bookings(reader, feed.facility, ids);
    std::ranges::sort(bookings, {},
                      [](Booking const& each) { return std::pair{each.during.start, each.id}; });
    std::unordered_map<MachineId, Name> machines;
    for (auto const& machine : facility::list_machines(reader, feed.facility))
        machines.emplace(machine.id, machine.name);
    std::vector<EnterpriseId> parties;
    for (auto const& booking : bookings) parties.push_back(booking.enterprise);
    std::ranges::sort(parties);
    auto const [first, last] = std::ranges::unique(parties);
    parties.erase(first, last);
    auto const known = people::find_enterprises(reader, feed.facility, parties);
    ical::Calendar calendar{.name = (feed.language == Language::bn ? name.bn : name.en) + " - " +
                                    (feed.language == Language::bn ? place.name.bn : place.name.en),
                            .language = feed.language,
                            .entries = {}};
    for (auto const& booking : bookings) {
        bool const shown =
            Caller{owner}.sees(booking.enterprise) || booking.operated_by == feed.created_by;
        calendar.entries.push_back(
            calendar_entry({.booking = booking,
                            .facility = place,
                            .machine = machines.at(booking.machine),
                            .party = shown ? &known.at(booking.enterprise).name : nullptr,
                            .changed = changed.at(booking.id)},
                           feed.language));
    }
    return calendar;
}

bool has_it(http::Request const& request, std::string_view etag) {
    auto const known = request.header("if-none-match");
    return known && (*known == "*" || known->find(etag) != known->npos);
}

http::Response read(FeedServices const& services, http::Request const& request) {
    auto const& token = request.param("token");
    auto const digest = sha256_hex(token);
    auto const text = services.store.read([&](store::Reader& reader) -> std::optional<std::string> {
        auto const feed = find_feed_by_token(reader, digest);
        if (!feed || !equal_constant_time(feed->token_sha256, digest)) return std::nullopt;
        auto const name = name_of_subject(reader, *feed);
        if (!name) return std::nullopt;
        return ical::write_calendar(calendar_of(reader, *feed, *name, services.clock.now()));
    });
    if (!text) return http::problem({ErrorKind::not_found, "not_found"});
    auto const etag = "\"" + sha256_hex(*text).substr(0, 32) + "\"";
    http::Response response{.status = 304, .content_type = "text/calendar; charset=utf-8"};
    if (!has_it(request, etag)) {
        response.status = 200;
        response.body = *text;
    }
    return response.with("ETag", etag).with("Cache-Control", "private, no-cache");
}

constexpr http::Operation<FeedServices> feed_operations[]{
    {"POST", "/api/v1/feeds", "createFeed", create_feed},
    {"GET", "/api/v1/feeds", "listFeeds", list},
    {"POST", "/api/v1/feeds/{id}/revoke", "revokeFeed", revoke},
    {"GET", "/api/v1/feeds/{token}.ics", "readFeed", read, {.access = http::Access::open}},
};

}  // namespace

void add_feed_routes(http::Router& router, FeedServices const& services) {
    http::add_operations(router, services, feed_operations);
}

}  // namespace karkhana::booking

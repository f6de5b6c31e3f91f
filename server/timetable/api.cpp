#include "server/timetable/api.hpp"

#include <boost/json/serialize.hpp>
#include <memory>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/operations.hpp"
#include "server/notify/rules.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::timetable {
namespace {

namespace json = boost::json;

constexpr std::size_t timetables_allowed = 50;
constexpr std::chrono::days longest_outage{31};

json::object timetable_json(Timetable const& table, std::int64_t ahead, Zone const& zone) {
    auto const time = [&](std::optional<Instant> at) {
        return at ? json::value(to_rfc3339(*at, zone)) : json::value(nullptr);
    };
    return {{"id", table.id.text()},
            {"name", table.name},
            {"kind", table.kind},
            {"machine_id", table.machine ? json::value(table.machine->text()) : nullptr},
            {"url", table.url ? json::value(*table.url) : nullptr},
            {"fetched_at", time(table.fetched_at)},
            {"failure", table.failure},
            {"outages_ahead", ahead},
            {"created_at", time(table.created_at)}};
}

void audit(store::Writer& writer, http::Principal const& who, std::string_view action,
           Timetable const& table, json::object const& after, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::string(action),
                          .subject = "timetable/" + table.id.text(),
                          .after = json::serialize(after)},
                         now);
}

/// What somebody wants, before the facility's zone is known.
struct Draft {
    Timetable table;
    std::optional<Interval> first;  ///< of one that is entered
    std::string rule;
};

void read_source(http::JsonBody& body, Draft& draft) {
    auto const start = body.maybe_at("start"), end = body.maybe_at("end");
    draft.rule = body.maybe_text("rule", 500).value_or("");
    draft.table.content = body.maybe_text("text", ical::longest_calendar).value_or("");
    draft.table.url = body.maybe_text("url", 500);
    if (start && end) draft.first = Interval{*start, *end};
    int const sources =
        int{start || end} + int{!draft.table.content.empty()} + int{draft.table.url.has_value()};
    if (sources != 1 || start.has_value() != end.has_value())
        body.fail("one_source", "start", "say either start and end, or text, or url");
    if (draft.first && (draft.first->empty() || draft.first->length() > longest_outage))
        body.fail("bad_interval", "end", "the end comes after the start, a month at most");
    auto const check = [&](auto const& result, std::string_view key) {
        if (!result) body.fail(result.error().code, key, result.error().detail);
    };
    if (!draft.rule.empty()) check(ical::parse_rule(draft.rule), "rule");
    if (!draft.rule.empty() && !draft.first)
        body.fail("one_source", "rule", "a rule needs start and end");
    if (!draft.table.content.empty()) check(read_table(draft.table.content), "text");
    if (draft.table.url) check(notify::valid_webhook_url(*draft.table.url), "url");
}

/// Errors: those of JsonBody, read_table, parse_rule and valid_webhook_url, `unknown_kind`,
/// `one_source`, `bad_interval`.
Result<Draft> read_draft(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    Draft draft;
    draft.table.name = body.text("name", 100);
    draft.table.kind = body.text("kind", 20);
    draft.table.machine = body.maybe_id<MachineId>("machine_id");
    auto const& kind = draft.table.kind;
    if (kind != "load_shedding" && kind != "maintenance" && kind != "closure")
        body.fail("unknown_kind", "kind", "load_shedding, maintenance or closure");
    read_source(body, draft);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return draft;
}

/// Fetched before anything is kept, so that what cannot be read is refused at once.
Result<void> fetch_first(Services const& services, Draft& draft) {
    if (!draft.table.url) return {};
    auto text = services.fetch(*draft.table.url, services.stop);
    if (!text) return refuse(ErrorKind::invalid, "not_fetched", text.error().detail, "/url");
    if (text->empty()) return refuse(ErrorKind::invalid, "not_fetched", "nothing is there", "/url");
    auto const read = read_table(*text);
    if (!read) return refuse(ErrorKind::invalid, read.error().code, read.error().detail, "/url");
    draft.table.content = std::move(*text);
    draft.table.fetched_at = services.clock.now();
    return {};
}

http::Response insert(Services const& services, store::Writer& writer, http::Principal const& who,
                      Draft const& draft) {
    auto table = draft.table;
    auto const now = table.created_at;
    auto const zone = facility::zone_of(writer, who.facility);
    if (table.machine && !facility::find_machine(writer, who.facility, *table.machine))
        return http::problem({ErrorKind::not_found, "not_found", "/machine_id"});
    if (list_timetables(writer, who.facility).size() >= timetables_allowed)
        return http::problem({ErrorKind::conflict, "too_many", "", "fifty timetables at most"});
    if (draft.first) table.content = entered_table(zone, *draft.first, draft.rule, table.name);
    insert_timetable(writer, table);
    if (table.fetched_at) note_fetch(writer, table, table.content, "", now);
    auto const made = keep(writer, services.ids, table, now);
    if (!made) return http::problem(made.error());
    auto const shown = timetable_json(table, static_cast<std::int64_t>(*made), zone);
    audit(writer, who, "createTimetable", table, shown, now);
    return http::json_response(201, shown);
}

http::Response create(Services const& services, http::Request const& request) {
    auto draft = read_draft(request);
    if (!draft) return http::problem(draft.error());
    if (auto const replayed = people::answered_before(services.store, request)) return *replayed;
    if (auto const fetched = fetch_first(services, *draft); !fetched)
        return http::problem(fetched.error());
    auto const& who = request.principal.value();
    draft->table.facility = who.facility;
    draft->table.id = services.ids.make<TimetableId>();
    draft->table.created_by = who.person;
    draft->table.created_at = services.clock.now();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        return insert(services, writer, who, *draft);
    });
}

http::Response list(Services const& services, http::Request const& request) {
    auto const& who = request.principal.value();
    auto items = services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, who.facility);
        auto ahead = dates_ahead(reader, who.facility, services.clock.now());
        json::array found;
        for (auto const& table : list_timetables(reader, who.facility))
            found.push_back(timetable_json(table, ahead[table.id], zone));
        return found;
    });
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

http::Response end(Services const& services, http::Request const& request) {
    auto const id = http::path_id<TimetableId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        auto const table = find_timetable(writer, who.facility, *id);
        if (!table || !end_timetable(writer, *table, now))
            return http::problem({ErrorKind::not_found, "not_found"});
        auto const update = update_of(kept_dates(writer, *table, now), {}, now);
        for (auto const& each : update.drop) withdraw_outage(writer, *table, each, now);
        for (auto const& each : update.change) change_outage(writer, *table, each, now);
        auto const shown = timetable_json(*table, 0, facility::zone_of(writer, who.facility));
        audit(writer, who, "endTimetable", *table, shown, now);
        return http::json_response(200, shown);
    });
}

/// A calendar as a text of JSON.
constexpr std::size_t longest_timetable = 2 * ical::longest_calendar;

constexpr http::Operation<Services> operations[]{
    {"POST", "/api/v1/timetables", "createTimetable", create, {.body_limit = longest_timetable}},
    {"GET", "/api/v1/timetables", "listTimetables", list},
    {"POST", "/api/v1/timetables/{id}/end", "endTimetable", end},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
}

}  // namespace karkhana::timetable

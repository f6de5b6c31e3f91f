#include "server/booking/api_settings.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/booking/caller.hpp"
#include "server/booking/rules_setting_history.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_changes.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/operations.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using facility::Setting;
using http::JsonBody;
using http::Request;
using http::Response;

struct Needs {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
};

template <class T, class Show>
json::value or_null(std::optional<T> const& value, Show&& show) {
    return value ? json::value(show(*value)) : json::value(nullptr);
}

json::object setting_json(Setting const& setting, Zone const& zone) {
    auto const text = [](auto const& id) { return id.text(); };
    return {{"name", setting.name},
            {"machine_id", or_null(setting.machine, text)},
            {"group_id", or_null(setting.group, text)},
            {"membership", setting.membership},
            {"season", setting.season},
            {"value", or_null(setting.value, [](std::int64_t value) { return value; })},
            {"from", to_rfc3339(setting.from, zone)}};
}

json::object name_json(SettingName const& name) {
    return {{"name", name.name}, {"unit", name.unit}, {"least", name.least}, {"most", name.most}};
}

Response list_settings(Needs const& needs, Request const& request) {
    auto const here = request.principal.value().facility;
    auto const now = needs.clock.now();
    return needs.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, here);
        auto const settings = facility::list_settings(reader, here);
        auto const entered = facility::entered_by(reader, here);
        auto const standing = standings(settings, now);
        json::array items, names;
        for (std::size_t i = 0; i < settings.size(); ++i) {
            auto shown = setting_json(settings[i], zone);
            shown["id"] = entered.at(i).id.text();
            shown["standing"] = name_of(standing[i]);
            shown["entered_at"] = to_rfc3339(entered[i].at, zone);
            shown["entered_by"] = or_null(entered[i].by, facility::name_json);
            items.push_back(std::move(shown));
        }
        for (auto const& name : setting_names()) names.push_back(name_json(name));
        names.push_back(name_json(*find_setting_name("work.any.seconds")));
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"names", std::move(names)}});
    });
}

/// Errors: `unknown_machine`, `unknown_group`, `unknown_profile`.
std::optional<Error> unknown_scope(store::Reader& reader, FacilityId const& facility,
                                   Setting const& setting) {
    auto const refusal = [](std::string_view code, std::string field, std::string detail) {
        return Error{ErrorKind::invalid, code, std::move(field), std::move(detail)};
    };
    if (setting.machine && !facility::find_machine(reader, facility, *setting.machine))
        return refusal("unknown_machine", "/machine_id", "There is no such machine.");
    auto const groups = facility::list_groups(reader, facility);
    if (setting.group &&
        std::ranges::find(groups, *setting.group, &facility::Group::id) == groups.end())
        return refusal("unknown_group", "/group_id", "There is no such group.");
    auto const plan = facility::read_opening(reader, facility);
    if (!setting.season.empty() &&
        std::ranges::find(plan.profiles, setting.season, &facility::Profile::slug) ==
            plan.profiles.end())
        return refusal("unknown_profile", "/season", "There is no such opening profile.");
    return std::nullopt;
}

Result<Setting> read_setting(Request const& request, Instant now) {
    auto body = JsonBody::parse(request);
    constexpr std::int64_t widest = 1'000'000'000'000;
    Setting setting{.name = body.text("name", 60),
                    .machine = body.maybe_id<MachineId>("machine_id"),
                    .group = body.maybe_id<GroupId>("group_id"),
                    .membership = body.maybe_text("membership", 20).value_or(""),
                    .season = body.maybe_text("season", 40).value_or(""),
                    .value = body.maybe_integer("value", -widest, widest),
                    .from = body.maybe_at("from").value_or(now)};
    bool const lifted = body.maybe_flag("lifted").value_or(false);
    // To say nothing is not to say that the rule is lifted.
    if (lifted == setting.value.has_value())
        body.fail("missing_field", "value", "Either a value, or lifted.");
    if (auto const error = body.finish()) return tl::make_unexpected(*error);
    return valid_setting(std::move(setting), now);
}

Response add_setting(Needs const& needs, Request const& request) {
    auto const now = needs.clock.now();
    auto const setting = read_setting(request, now);
    if (!setting) return http::problem(setting.error());
    auto const& who = request.principal.value();
    auto const id = needs.ids.make<SettingId>();
    return people::write_once(needs.store, needs.clock, request, [&](store::Writer& writer) {
        if (auto const error = unknown_scope(writer, who.facility, *setting))
            return http::problem(*error);
        facility::insert_setting(writer, who.facility, id, *setting, who.person, now);
        auto const shown = setting_json(*setting, facility::zone_of(writer, who.facility));
        people::append_audit(writer, who.facility,
                             {who.person, "addSetting", "policy_setting/" + id.text(), "",
                              json::serialize(shown), ""},
                             now);
        return http::json_response(201, shown);
    });
}

/// The ME for which the limits are asked. Errors: `bad_id`, `not_found` also for one of others.
Result<std::string> class_asked(store::Reader& reader, http::Principal const& who,
                                std::string_view asked) {
    auto const enterprise = EnterpriseId::parse(asked);
    if (!enterprise) return refuse(ErrorKind::invalid, "bad_id", "enterprise_id is no UUID.");
    auto const found = membership_of(reader, who.facility, *enterprise);
    if (!found || !Caller{who}.sees(*enterprise)) return refuse(ErrorKind::not_found, "not_found");
    return *found;
}

json::array limits_json(facility::Book const& book, facility::Machine const& machine,
                        Scope const& scope) {
    json::array items;
    for (auto const& each : explain(book, machine, scope)) {
        auto shown = name_json(each.name);
        shown["value"] = or_null(each.value, [](std::int64_t value) { return value; });
        shown["setting"] = each.setting == nullptr
                               ? json::value(nullptr)
                               : json::value(setting_json(*each.setting, book.zone));
        items.push_back(std::move(shown));
    }
    return items;
}

/// What holds on the machine on a day: at its first moment, or now when the day is today.
Response explain_limits(Needs const& needs, Request const& request) {
    auto const id = http::path_id<MachineId>(request);
    if (!id) return http::problem(id.error());
    auto const day = request.parameter("day");
    auto const asked = day ? parse_date(*day).map([](auto found) { return std::optional{found}; })
                           : Result<std::optional<std::chrono::local_days>>{std::nullopt};
    if (!asked) return http::problem(asked.error());
    auto const& who = request.principal.value();
    return needs.store.read([&](store::Reader& reader) {
        auto const book = facility::read_book(reader, who.facility);
        auto const machine = std::ranges::find(book.machines, *id, &facility::Machine::id);
        if (machine == book.machines.end())
            return http::problem({ErrorKind::not_found, "not_found"});
        std::string membership = "member";
        if (auto const enterprise = request.parameter("enterprise_id")) {
            auto const found = class_asked(reader, who, *enterprise);
            if (!found) return http::problem(found.error());
            membership = *found;
        }
        auto const now = needs.clock.now();
        auto const on = asked->value_or(local_day(book.zone, now));
        auto const& season = facility::profile_on(book.opening, on).slug;
        Scope const scope{*id, membership, season,
                          std::max(now, day_interval(book.zone, on).start)};
        return http::json_response(200,
                                   json::object{{"day", to_date(on)},
                                                {"season", season},
                                                {"membership", membership},
                                                {"items", limits_json(book, *machine, scope)}});
    });
}

constexpr http::Operation<Needs> setting_operations[]{
    {"GET", "/api/v1/policy-settings", "listSettings", list_settings},
    {"POST", "/api/v1/policy-settings", "addSetting", add_setting},
    {"GET", "/api/v1/machines/{id}/limits", "explainLimits", explain_limits},
};

}  // namespace

void add_settings_routes(http::Router& router, store::Store& store, WallClock const& clock,
                         IdSource& ids) {
    http::add_operations(router, Needs{store, clock, ids}, setting_operations);
}

}  // namespace karkhana::booking

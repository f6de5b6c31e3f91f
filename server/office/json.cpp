#include "server/http/json.hpp"

#include "server/facility/json.hpp"
#include "server/office/json.hpp"

namespace karkhana::office {

namespace json = boost::json;
using facility::name_json;

namespace {

json::object span_json(facility::Span span) {
    return {{"from_minute", span.from_minute}, {"until_minute", span.until_minute}};
}

}  // namespace

json::object week_json(facility::Facility const& facility) {
    json::array weekend;
    for (int const weekday : facility.weekend)
        weekend.push_back(json::object{{"weekday", weekday}});
    return {{"weekend", std::move(weekend)},
            {"week_starts", facility.week_starts},
            {"generator_w", facility.generator_w}};
}

json::object profile_json(facility::Profile const& profile) {
    json::array breaks;
    for (auto const& each : profile.breaks) {
        auto shown = span_json(each.span);
        shown["weekday"] = each.weekday;
        shown["name"] = name_json(each.name);
        breaks.push_back(std::move(shown));
    }
    return {{"slug", profile.slug},
            {"name", name_json(profile.name)},
            {"entered", !profile.id.is_nil()},
            {"hours", facility::opening_hours_json(profile.hours)},
            {"breaks", std::move(breaks)}};
}

json::array periods_json(facility::OpeningPlan const& plan) {
    json::array out;
    for (auto const& each : plan.periods)
        out.push_back(json::object{{"first_day", to_date(each.first)},
                                   {"last_day", to_date(each.last)},
                                   {"profile", plan.profiles.at(each.profile).slug}});
    return out;
}

json::array special_days_json(std::vector<facility::SpecialDay> const& days) {
    json::array out;
    for (auto const& each : days) {
        json::array spans;
        for (auto const span : each.spans) spans.push_back(span_json(span));
        out.push_back(json::object{{"day", to_date(each.day)},
                                   {"name", name_json(each.name)},
                                   {"spans", std::move(spans)},
                                   {"source", each.source}});
    }
    return out;
}

json::object group_json(facility::Group const& group) {
    json::array machines;
    for (auto const& machine : group.machines)
        machines.push_back(json::object{{"id", machine.text()}});
    return {{"id", group.id.text()},
            {"slug", group.slug},
            {"name", name_json(group.name)},
            {"machines", std::move(machines)}};
}

json::object reserved_json(facility::Reserved const& window, Zone const& zone) {
    auto shown = span_json(window.span);
    shown["machine_id"] = http::or_null(window.machine);
    shown["group_id"] = http::or_null(window.group);
    shown["weekday"] = window.weekday;
    shown["audience"] = facility::name_of(window.audience);
    shown["release_hours"] = window.release.count();
    shown["from"] = to_rfc3339(window.from, zone);
    return shown;
}

json::object resource_json(facility::Resource const& resource) {
    return {{"id", resource.id.text()},
            {"kind", resource.kind},
            {"slug", resource.slug},
            {"name", name_json(resource.name)},
            {"capacity", resource.capacity},
            {"machine_id", http::or_null(resource.machine)},
            {"person_id", http::or_null(resource.person)}};
}

json::object need_json(facility::Need const& need) {
    return {{"machine_id", need.machine.text()},
            {"resource_id", http::or_null(need.resource)},
            {"kind", need.kind.empty() ? json::value(nullptr) : json::value(need.kind)},
            {"units", need.units}};
}

json::object shift_json(facility::Shift const& shift, people::Person const& person,
                        Zone const& zone) {
    return {{"person_id", shift.person.text()},
            {"name", name_json(person.name)},
            {"start", to_rfc3339(shift.during.start, zone)},
            {"end", to_rfc3339(shift.during.end, zone)}};
}

json::object authorisation_json(people::Authorisation const& granted, Zone const& zone) {
    return {{"id", granted.id.text()},
            {"person_id", granted.person.text()},
            {"machine_kind", granted.machine_kind},
            {"granted_at", to_rfc3339(granted.granted_at, zone)},
            {"expires_at", http::or_null(granted.expires_at, zone)},
            {"granted_by", name_json(granted.granted_by)},
            {"revoked_at", http::or_null(granted.revoked_at, zone)}};
}

}  // namespace karkhana::office

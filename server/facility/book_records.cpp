#include "server/facility/book_records.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "server/facility/records.hpp"

namespace karkhana::facility {
namespace {

std::chrono::local_days day_of(store::Row const& row, int column) {
    return parse_date(row.text(column)).value();
}

/// [[from, until], ...] in minutes.
std::vector<Span> spans_of(std::string const& text) {
    std::vector<Span> spans;
    auto const parsed = boost::json::parse(text);
    for (auto const& pair : parsed.as_array()) {
        auto const& ends = pair.as_array();
        spans.push_back({ends.at(0).to_number<int>(), ends.at(1).to_number<int>()});
    }
    return spans;
}

std::vector<Profile> entered_profiles(store::Reader& reader, FacilityId const& facility) {
    auto profiles = reader.all(
        "SELECT profile_id, slug, name_en, name_bn FROM opening_profile WHERE facility_id = $1 "
        "ORDER BY slug",
        [](store::Row const& row) {
            return Profile{.id = row.id<ProfileId>(0),
                           .slug = row.text(1),
                           .name = {row.text(2), row.text(3)}};
        },
        facility);
    reader.each(
        "SELECT profile_id, weekday, from_minute, until_minute, break_en, break_bn "
        "FROM opening_span WHERE facility_id = $1 "
        "ORDER BY profile_id, weekday, from_minute, break_en",
        [&](store::Row const& row) {
            auto& profile = *std::ranges::find(profiles, row.id<ProfileId>(0), &Profile::id);
            Name const name{row.text(4), row.text(5)};
            Span const span{row.small(2), row.small(3)};
            if (name.en.empty())
                profile.hours.push_back({row.small(1), span.from_minute, span.until_minute});
            else
                profile.breaks.push_back({row.small(1), span, name});
        },
        facility);
    return profiles;
}

/// The first holds where no period says otherwise.
std::vector<Profile> profiles_of(store::Reader& reader, FacilityId const& facility) {
    auto profiles = entered_profiles(reader, facility);
    auto configured = opening_hours(reader, facility);
    auto const normal = std::ranges::find(profiles, "normal", &Profile::slug);
    if (normal == profiles.end())
        profiles.insert(profiles.begin(), Profile{.slug = "normal",
                                                  .name = {"Normal", "সাধারণ"},
                                                  .hours = std::move(configured)});
    else
        std::rotate(profiles.begin(), normal, std::next(normal));
    return profiles;
}

}  // namespace

OpeningPlan read_opening(store::Reader& reader, FacilityId const& facility) {
    OpeningPlan plan{.profiles = profiles_of(reader, facility)};
    plan.periods = reader.all(
        "SELECT first_day, last_day, profile_id FROM opening_period WHERE facility_id = $1 "
        "ORDER BY first_day",
        [&](store::Row const& row) {
            auto const profile =
                std::ranges::find(plan.profiles, row.id<ProfileId>(2), &Profile::id);
            return Period{day_of(row, 0), day_of(row, 1),
                          static_cast<std::size_t>(profile - plan.profiles.begin())};
        },
        facility);
    plan.special = reader.all(
        "SELECT day, name_en, name_bn, spans, source FROM special_day WHERE facility_id = $1 "
        "ORDER BY day",
        [](store::Row const& row) {
            return SpecialDay{
                day_of(row, 0), {row.text(1), row.text(2)}, spans_of(row.text(3)), row.text(4)};
        },
        facility);
    return plan;
}

std::vector<Group> list_groups(store::Reader& reader, FacilityId const& facility) {
    auto groups = reader.all(
        "SELECT group_id, slug, name_en, name_bn FROM machine_group WHERE facility_id = $1 "
        "ORDER BY slug",
        [](store::Row const& row) {
            return Group{
                .id = row.id<GroupId>(0), .slug = row.text(1), .name = {row.text(2), row.text(3)}};
        },
        facility);
    reader.each(
        "SELECT g.group_id, g.machine_id FROM machine_group_member g JOIN machine m "
        "ON m.facility_id = g.facility_id AND m.machine_id = g.machine_id "
        "WHERE g.facility_id = $1 ORDER BY m.position, m.machine_id",
        [&](store::Row const& row) {
            std::ranges::find(groups, row.id<GroupId>(0), &Group::id)
                ->machines.push_back(row.id<MachineId>(1));
        },
        facility);
    return groups;
}

std::vector<Setting> list_settings(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT name, machine_id, group_id, membership, season, value, effective_from "
        "FROM policy_setting WHERE facility_id = $1 ORDER BY created_at, setting_id",
        [](store::Row const& row) {
            return Setting{.name = row.text(0),
                           .machine = row.maybe_id<MachineId>(1),
                           .group = row.maybe_id<GroupId>(2),
                           .membership = row.text(3),
                           .season = row.text(4),
                           .value = row.maybe_integer(5),
                           .from = row.at(6)};
        },
        facility);
}

std::vector<Reserved> list_reserved(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT machine_id, group_id, weekday, from_minute, until_minute, audience, "
        "release_hours, effective_from, effective_to, window_id FROM reserved_window "
        "WHERE facility_id = $1 ORDER BY weekday, from_minute, window_id",
        [](store::Row const& row) {
            return Reserved{.id = row.id<ReservedId>(9),
                            .machine = row.maybe_id<MachineId>(0),
                            .group = row.maybe_id<GroupId>(1),
                            .weekday = row.small(2),
                            .span = {row.small(3), row.small(4)},
                            .audience = audience_of(row.text(5)).value(),
                            .release = std::chrono::hours{row.integer(6)},
                            .from = row.at(7),
                            .to = row.maybe_at(8)};
        },
        facility);
}

std::vector<Resource> list_resources(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT resource_id, kind, slug, name_en, name_bn, capacity, machine_id, person_id "
        "FROM resource WHERE facility_id = $1 AND retired = 0 ORDER BY slug",
        [](store::Row const& row) {
            return Resource{.id = row.id<ResourceId>(0),
                            .kind = row.text(1),
                            .slug = row.text(2),
                            .name = {row.text(3), row.text(4)},
                            .capacity = row.integer(5),
                            .machine = row.maybe_id<MachineId>(6),
                            .person = row.maybe_id<PersonId>(7)};
        },
        facility);
}

std::vector<Need> list_needs(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT machine_id, resource_id, kind, units FROM machine_need WHERE facility_id = $1 "
        "ORDER BY machine_id, need",
        [](store::Row const& row) {
            return Need{.machine = row.id<MachineId>(0),
                        .resource = row.maybe_id<ResourceId>(1),
                        .kind = row.text(2),
                        .units = row.integer(3)};
        },
        facility);
}

Book read_book(store::Reader& reader, FacilityId const& id) {
    auto facility = find_facility(reader, id).value();
    auto zone = Zone::find(facility.zone).value();
    return {.facility = std::move(facility),
            .zone = std::move(zone),
            .opening = read_opening(reader, id),
            .machines = list_machines(reader, id),
            .groups = list_groups(reader, id),
            .settings = list_settings(reader, id),
            .reserved = list_reserved(reader, id),
            .resources = list_resources(reader, id),
            .needs = list_needs(reader, id)};
}

std::vector<Entered> entered_by(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT s.setting_id, s.created_at, p.name_en, p.name_bn FROM policy_setting s "
        "LEFT JOIN person p ON p.facility_id = s.facility_id AND p.person_id = s.created_by "
        "WHERE s.facility_id = $1 ORDER BY s.created_at, s.setting_id",
        [](store::Row const& row) {
            Entered entered{.id = row.id<SettingId>(0), .by = std::nullopt, .at = row.at(1)};
            if (!row.is_null(2)) entered.by = Name{row.text(2), row.text(3)};
            return entered;
        },
        facility);
}

}  // namespace karkhana::facility

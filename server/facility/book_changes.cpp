#include "server/facility/book_changes.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/facility/book_cache.hpp"
#include "server/facility/book_records.hpp"

namespace karkhana::facility {
namespace {

void insert_span(store::Writer& writer, FacilityId const& facility, ProfileId const& profile,
                 Break const& part) {
    writer.execute("INSERT INTO opening_span (facility_id, profile_id, weekday, from_minute, "
                   "until_minute, break_en, break_bn) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   facility, profile, part.weekday, part.span.from_minute, part.span.until_minute,
                   part.name.en, part.name.bn);
}

std::string spans_text(std::vector<Span> const& spans) {
    boost::json::array out;
    for (auto const [from, until] : spans) out.push_back(boost::json::array{from, until});
    return boost::json::serialize(out);
}

/// Whether both reserve the same time for the same people.
bool same_window(Reserved const& one, Reserved const& other) {
    return one.machine == other.machine && one.group == other.group &&
           one.weekday == other.weekday && one.span == other.span &&
           one.audience == other.audience && one.release == other.release;
}

}  // namespace

void save_profile(store::Writer& writer, FacilityId const& facility, Profile const& profile) {
    auto const id =
        writer
            .first(
                "INSERT INTO opening_profile (facility_id, profile_id, slug, name_en, name_bn) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (facility_id, slug) DO UPDATE SET "
                "name_en = excluded.name_en, name_bn = excluded.name_bn RETURNING profile_id",
                [](store::Row const& row) { return row.id<ProfileId>(0); }, facility, profile.id,
                profile.slug, profile.name.en, profile.name.bn)
            .value();
    writer.execute("DELETE FROM opening_span WHERE facility_id = $1 AND profile_id = $2", facility,
                   id);
    for (auto const& each : profile.hours)
        insert_span(writer, facility, id,
                    {each.weekday, {each.opens_minute, each.closes_minute}, {}});
    for (auto const& each : profile.breaks) insert_span(writer, facility, id, each);
    touch_settings(writer, facility);
}

void replace_periods(store::Writer& writer, FacilityId const& facility,
                     std::vector<Profile> const& profiles, std::vector<Period> const& periods) {
    writer.execute("DELETE FROM opening_period WHERE facility_id = $1", facility);
    for (auto const& each : periods)
        writer.execute("INSERT INTO opening_period (facility_id, first_day, last_day, profile_id) "
                       "VALUES ($1, $2, $3, $4)",
                       facility, to_date(each.first), to_date(each.last),
                       profiles.at(each.profile).id);
    touch_settings(writer, facility);
}

void replace_special_days(store::Writer& writer, FacilityId const& facility,
                          std::vector<SpecialDay> const& days) {
    writer.execute("DELETE FROM special_day WHERE facility_id = $1", facility);
    for (auto const& each : days)
        writer.execute("INSERT INTO special_day (facility_id, day, name_en, name_bn, spans, "
                       "source) VALUES ($1, $2, $3, $4, $5, $6)",
                       facility, to_date(each.day), each.name.en, each.name.bn,
                       spans_text(each.spans), each.source);
    touch_settings(writer, facility);
}

GroupId save_group(store::Writer& writer, FacilityId const& facility, Group const& group) {
    auto const id =
        writer
            .first(
                "INSERT INTO machine_group (facility_id, group_id, slug, name_en, name_bn) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (facility_id, slug) DO UPDATE SET "
                "name_en = excluded.name_en, name_bn = excluded.name_bn RETURNING group_id",
                [](store::Row const& row) { return row.id<GroupId>(0); }, facility, group.id,
                group.slug, group.name.en, group.name.bn)
            .value();
    writer.execute("DELETE FROM machine_group_member WHERE facility_id = $1 AND group_id = $2",
                   facility, id);
    for (auto const& machine : group.machines)
        writer.execute("INSERT INTO machine_group_member (facility_id, group_id, machine_id) "
                       "VALUES ($1, $2, $3)",
                       facility, id, machine);
    touch_settings(writer, facility);
    return id;
}

void insert_setting(store::Writer& writer, FacilityId const& facility, SettingId const& id,
                    Setting const& setting, std::optional<PersonId> const& by, Instant now) {
    writer.execute("INSERT INTO policy_setting (facility_id, setting_id, name, machine_id, "
                   "group_id, membership, season, value, effective_from, created_by, created_at) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   facility, id, setting.name, setting.machine, setting.group, setting.membership,
                   setting.season, setting.value, setting.from, by, now);
    touch_settings(writer, facility);
}

void insert_reserved(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                     Reserved const& window) {
    writer.execute("INSERT INTO reserved_window (facility_id, window_id, machine_id, group_id, "
                   "weekday, from_minute, until_minute, audience, release_hours, effective_from, "
                   "effective_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   facility, ids.make<ReservedId>(), window.machine, window.group, window.weekday,
                   window.span.from_minute, window.span.until_minute, name_of(window.audience),
                   window.release.count(), window.from, window.to);
    touch_settings(writer, facility);
}

void replace_reserved(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                      std::vector<Reserved> const& wanted, Instant now) {
    auto const before = list_reserved(writer, facility);
    auto const stands = [&](Reserved const& each) { return !each.to || *each.to > now; };
    for (auto const& each : before) {
        if (!stands(each) || std::ranges::any_of(wanted, [&](Reserved const& wish) {
                return same_window(wish, each);
            }))
            continue;
        writer.execute("UPDATE reserved_window SET effective_to = $3 WHERE facility_id = $1 "
                       "AND window_id = $2",
                       facility, each.id, now);
    }
    for (auto each = wanted.begin(); each != wanted.end(); ++each) {
        auto const same = [&](Reserved const& other) { return same_window(*each, other); };
        bool const had = std::ranges::any_of(
            before, [&](Reserved const& other) { return stands(other) && same(other); });
        if (had || std::any_of(wanted.begin(), each, same)) continue;
        auto wish = *each;
        wish.from = now;
        wish.to.reset();
        insert_reserved(writer, ids, facility, wish);
    }
    touch_settings(writer, facility);
}

ResourceId save_resource(store::Writer& writer, FacilityId const& facility,
                         Resource const& resource) {
    auto const id = writer.first(
        "INSERT INTO resource (facility_id, resource_id, kind, slug, name_en, name_bn, capacity, "
        "machine_id, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (facility_id, slug) DO UPDATE SET kind = excluded.kind, "
        "name_en = excluded.name_en, name_bn = excluded.name_bn, capacity = excluded.capacity, "
        "machine_id = excluded.machine_id, person_id = excluded.person_id, retired = 0 "
        "RETURNING resource_id",
        [](store::Row const& row) { return row.id<ResourceId>(0); }, facility, resource.id,
        resource.kind, resource.slug, resource.name.en, resource.name.bn, resource.capacity,
        resource.machine, resource.person);
    touch_settings(writer, facility);
    return id.value();
}

bool retire_resource(store::Writer& writer, FacilityId const& facility, ResourceId const& id) {
    touch_settings(writer, facility);
    return writer.execute("UPDATE resource SET retired = 1 WHERE facility_id = $1 "
                          "AND resource_id = $2 AND retired = 0",
                          facility, id) == 1;
}

void replace_needs(store::Writer& writer, FacilityId const& facility, MachineId const& machine,
                   std::vector<Need> const& needs) {
    writer.execute("DELETE FROM machine_need WHERE facility_id = $1 AND machine_id = $2", facility,
                   machine);
    int number = 0;
    for (auto const& need : needs)
        writer.execute("INSERT INTO machine_need (facility_id, machine_id, need, resource_id, "
                       "kind, units) VALUES ($1, $2, $3, $4, $5, $6)",
                       facility, machine, ++number, need.resource, need.kind, need.units);
    touch_settings(writer, facility);
}

}  // namespace karkhana::facility

#include "tests/sim/crowd/town.hpp"

#include <algorithm>

#include "server/base/calendar.hpp"
#include "server/facility/book_changes.hpp"
#include "server/facility/records.hpp"
#include "server/people/records.hpp"

namespace karkhana::crowd {
namespace {

using std::chrono::days;

constexpr Instant always{Duration{0}};
/// 2027-03-03 00:00 in Dhaka.
constexpr Instant first_midnight =
    std::chrono::sys_days{std::chrono::year{2027} / 3 / 3} - std::chrono::hours{6};

facility::Name named(std::string const& name) { return {name, name}; }

std::vector<facility::Machine> machines_there() {
    auto const made = [](std::string slug, std::string kind, int watts, int buffer) {
        return facility::Machine{.slug = slug,
                                 .name = named(slug),
                                 .kind = std::move(kind),
                                 .rated_w = watts,
                                 .grid_minutes = 15,
                                 .min_minutes = 30,
                                 .max_minutes = 180,
                                 .buffer_minutes = buffer};
    };
    std::vector<facility::Machine> found{
        made("laser-1", "laser", 3000, 0),       made("laser-2", "laser", 3000, 0),
        made("press-1", "press", 5000, 15),      made("press-2", "press", 5000, 15),
        made("press-3", "press", 5000, 15),      made("sole-1", "sole", 66'000, 15),
        made("crusher-1", "crusher", 45'000, 0), made("pearl-1", "pearl", 2000, 0),
        made("pearl-2", "pearl", 2000, 0),       made("cad-1", "cad", 500, 0),
        made("cutter-1", "cutter", 4000, 0),     made("room-1", "room", 0, 0)};
    found[5].setup_minutes = 15;
    found.back().seats = seats;
    return found;
}

/// Seasonal caps by class: what the members have in ordinary weeks is too much before Eid.
std::vector<Cap> caps_there() {
    return {{"daily_minutes", "", "", "", 300},
            {"daily_minutes", "", "", "eid", 240},
            {"daily_minutes", "", "non_member", "eid", 120},
            {"daily_count", "", "", "", 3},
            {"weekly_minutes", "", "", "", 900},
            {"weekly_minutes", "", "", "eid", 600},
            {"weekly_minutes", "lasers", "", "eid", 180},
            {"weekly_minutes", "lasers", "non_member", "eid", 90},
            {"future_count", "", "", "", 4}};
}

struct Founder {
    store::Store& store;
    IdSource& ids;
    Instant now;
    Chance& chance;
    Town town;

    template <class Work>
    void write(Work&& work) {
        store.write([&](store::Writer& writer) {
            work(writer);
            return true;
        });
    }

    void house() {
        town.facility = ids.make<FacilityId>();
        write([&](store::Writer& writer) {
            facility::insert_facility(writer,
                                      {.id = town.facility,
                                       .slug = "crowd",
                                       .name = {"Footwear centre", "জুতা কেন্দ্র"},
                                       .zone = "Asia/Dhaka"},
                                      now);
            for (auto machine : machines_there()) {
                machine.facility = town.facility;
                machine.id = ids.make<MachineId>();
                machine.position = static_cast<int>(town.machines.size());
                facility::save_machine(writer, machine, now);
                town.machines.push_back(machine);
            }
            opening(writer);
            for (auto const* name : {"laser", "press", "pearl"}) group(writer, name);
        });
    }
    void opening(store::Writer& writer) {
        facility::Profile normal{
            .id = ids.make<ProfileId>(), .slug = "normal", .name = named("normal")};
        facility::Profile eid{.id = ids.make<ProfileId>(), .slug = "eid", .name = named("eid")};
        for (int weekday = 1; weekday <= 7; ++weekday) {
            if (weekday != 5) normal.hours.push_back({weekday, 9 * 60, 17 * 60});
            eid.hours.push_back({weekday, opens, closes});
            eid.breaks.push_back({weekday, {prayer_from, prayer_until}, {"Prayer", "নামাজ"}});
        }
        facility::save_profile(writer, town.facility, normal);
        facility::save_profile(writer, town.facility, eid);
        auto const day = [](int count) {
            return std::chrono::local_days{std::chrono::year{2027} / 3 / 3} + days{count};
        };
        facility::replace_periods(writer, town.facility, {normal, eid},
                                  {{day(0), day(eid_day - 1), 1}});
        std::vector<facility::SpecialDay> holidays;
        for (int i = 0; i < 3; ++i)
            holidays.push_back(
                {.day = day(eid_day + i), .name = {"Eid", "ঈদ"}, .spans = {}, .source = ""});
        facility::replace_special_days(writer, town.facility, holidays);
    }
    void group(store::Writer& writer, std::string const& kind) {
        facility::Group group{.id = ids.make<GroupId>(), .slug = kind + "s", .name = named(kind)};
        for (auto const& machine : town.machines)
            if (machine.kind == kind) group.machines.push_back(machine.id);
        group.id = facility::save_group(writer, town.facility, group);
        town.groups[group.slug] = group;
    }

    void rules() {
        town.caps = caps_there();
        auto const set = [&](store::Writer& writer, facility::Setting setting) {
            setting.from = always;
            facility::insert_setting(writer, town.facility, ids.make<SettingId>(), setting,
                                     std::nullopt, now);
        };
        write([&](store::Writer& writer) {
            for (auto const& cap : town.caps) {
                facility::Setting setting{.name = cap.name, .machine = {}, .group = {}};
                if (!cap.group.empty()) setting.group = town.groups.at(cap.group).id;
                setting.membership = cap.membership;
                setting.season = cap.season;
                setting.value = cap.value;
                set(writer, setting);
            }
            auto const number = [&](std::string name, std::int64_t value, std::string membership,
                                    std::optional<MachineId> machine) {
                set(writer, {.name = std::move(name),
                             .machine = machine,
                             .group = {},
                             .membership = std::move(membership),
                             .season = "",
                             .value = value,
                             .from = always});
            };
            for (auto const& [name, value] :
                 std::vector<std::pair<std::string, int>>{{"notice_cancel", 120},
                                                          {"late_1_minutes", 120},
                                                          {"late_1_percent", 50},
                                                          {"missed_percent", 100},
                                                          {"missed_most", 3},
                                                          {"missed_days", 7},
                                                          {"overrun_percent", 150},
                                                          {"offer_minutes", 30},
                                                          {"overdue_days", 30}})
                number(name, value, "", std::nullopt);
            number("max_minutes", 120, "non_member", std::nullopt);
            number("horizon_days", 4, "non_member", std::nullopt);
            number("gap_minutes", 30, "", town.machine("laser-1").id);
            number("approval", 2, "", town.machine("sole-1").id);
            number("needs_authorisation", 1, "", town.machine("crusher-1").id);
            for (int weekday = 1; weekday <= 7; ++weekday)
                facility::insert_reserved(writer, ids, town.facility,
                                          {.id = ids.make<facility::ReservedId>(),
                                           .machine = {},
                                           .group = town.groups.at("lasers").id,
                                           .weekday = weekday,
                                           .span = {opens, women_until},
                                           .release = women_released,
                                           .from = always});
        });
    }

    void resources() {
        write([&](store::Writer& writer) {
            auto const add = [&](std::string slug, std::string kind, std::int64_t capacity,
                                 std::optional<PersonId> person) {
                facility::save_resource(writer, town.facility,
                                        {.id = ids.make<ResourceId>(),
                                         .kind = std::move(kind),
                                         .slug = slug,
                                         .name = named(slug),
                                         .capacity = capacity,
                                         .machine = {},
                                         .person = person});
            };
            for (int i = 0; i < dies; ++i) add("die-" + std::to_string(i + 1), "die", 1, {});
            add("extraction", "extractor", extractors, {});
            add("site", "power", site_watts, {});
            for (auto const& shift : town.shifts)
                add("operator-" + std::to_string(shift.from_minute), "operator", 1, shift.person);
            auto const need = [&](facility::Machine const& machine, std::string const& kind) {
                facility::replace_needs(writer, town.facility, machine.id,
                                        {{.machine = machine.id, .resource = {}, .kind = kind}});
            };
            for (auto const& machine : town.machines) {
                if (machine.kind == "press") need(machine, "die");
                if (machine.kind == "laser" || machine.kind == "cutter") need(machine, "extractor");
            }
            for (auto const& shift : town.shifts)
                for (int day = 0; day < eid_day; ++day)
                    writer.execute("INSERT INTO shift (facility_id, shift_id, person_id, "
                                   "starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
                                   town.facility, ids.make<BookingId>(), shift.person,
                                   at(day, shift.from_minute), at(day, shift.until_minute));
        });
    }

    http::Principal person(std::string const& login, std::string const& role,
                           std::optional<EnterpriseId> enterprise,
                           std::optional<std::string> phone) {
        people::Person person{.id = ids.make<PersonId>(),
                              .login = login,
                              .name = named(login),
                              .phone = std::move(phone),
                              .roles = {{role, enterprise}}};
        write([&](store::Writer& writer) {
            people::insert_person(writer, town.facility, person, "not a hash", now);
        });
        http::Principal found{
            .facility = town.facility, .person = person.id, .roles = {role}, .enterprises = {}};
        if (enterprise) found.enterprises = {*enterprise};
        return found;
    }
    void staff() {
        town.manager = person("manager", "manager", {}, {});
        town.desk = person("desk", "operator", {}, {});
        town.shifts = {{person("karim", "operator", {}, {}).person, 9 * 60, 17 * 60},
                       {person("salma", "operator", {}, {}).person, 15 * 60, closes}};
    }
    void shop(int number) {
        Shop shop{.id = ids.make<EnterpriseId>(), .name = "ME-" + std::to_string(number)};
        int const kind = chance.between(0, 9);
        shop.membership = kind < 5 ? "member" : kind < 8 ? "non_member" : "priority";
        shop.women_led = chance.percent(30);
        shop.has_phone = chance.percent(80);
        shop.in_debt = chance.percent(3);
        write([&](store::Writer& writer) {
            people::insert_enterprise(
                writer, town.facility,
                {.id = shop.id, .name = named(shop.name), .women_led = shop.women_led}, now);
            writer.execute("UPDATE enterprise SET membership = $3 WHERE facility_id = $1 "
                           "AND enterprise_id = $2",
                           town.facility, shop.id, shop.membership);
        });
        std::optional<std::string> phone;
        if (shop.has_phone) phone = "+88017120" + std::to_string(10'000 + number);
        shop.member = person("of-" + shop.name, "owner", shop.id, phone);
        if (chance.percent(20))
            write([&](store::Writer& writer) {
                writer.execute(
                    "INSERT INTO authorisation (facility_id, authorisation_id, person_id, "
                    "machine_kind, granted_at, expires_at, granted_by) "
                    "VALUES ($1, $2, $3, 'crusher', $4, $5, $6)",
                    town.facility, ids.make<BookingId>(), shop.member.person, always,
                    at(chance.between(1, 60), 0), town.manager.person);
            });
        town.shops.push_back(std::move(shop));
    }
};

}  // namespace

Instant at(int day, int minute) { return first_midnight + days{day} + minutes{minute}; }

int day_of(Instant when) {
    return static_cast<int>(std::chrono::floor<days>(when - first_midnight).count());
}

std::string text_of(Instant when) {
    static Zone const zone = Zone::find("Asia/Dhaka").value();
    return to_rfc3339(when, zone);
}

facility::Machine const& Town::machine(std::string_view slug) const {
    return *std::ranges::find(machines, slug, &facility::Machine::slug);
}
facility::Machine const& Town::machine(MachineId const& id) const {
    return *std::ranges::find(machines, id, &facility::Machine::id);
}
Shop const& Town::shop(EnterpriseId const& id) const {
    return *std::ranges::find(shops, id, &Shop::id);
}
bool Town::in_group(std::string const& group, MachineId const& machine) const {
    return group.empty() || std::ranges::count(groups.at(group).machines, machine) > 0;
}

Town found_town(store::Store& store, IdSource& ids, Instant now, Chance& chance, int shops) {
    Founder founder{store, ids, now, chance, {}};
    founder.house();
    founder.rules();
    founder.staff();
    founder.resources();
    for (int number = 1; number <= shops; ++number) founder.shop(number);
    return std::move(founder.town);
}

}  // namespace karkhana::crowd

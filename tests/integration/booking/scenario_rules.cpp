#include "server/booking/records.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_changes.hpp"
#include "server/facility/book_records.hpp"
#include "tests/integration/booking/scenario.hpp"
#include "tests/integration/booking/scenario_words.hpp"

/// The lines of a scenario that say what the rules are.
namespace karkhana::booking {
namespace {

/// As if it had always been so.
constexpr Instant always{Duration{0}};

facility::Name named(std::string const& name) { return {name, name}; }

std::string taka(std::int64_t poisha) {
    auto const rest = poisha % 100;
    return std::to_string(poisha / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

}  // namespace

Scenario::Scenario(store::Store& ledger) : shop_(ledger) {
    // The routes have a copy of the services each; what is asked of billing is asked here.
    shop_.price_of_minute = [this] { return minute_price_; };
    shop_.account_of = [this](EnterpriseId const& id) { return accounts_[id]; };
}

std::string Scenario::rest_of_draft(Words& line, std::string& label) {
    std::string more, resources;
    for (auto word = word_of(line); !word.empty(); word = word_of(line)) {
        if (word == "as")
            label = word_of(line);
        else if (word == "trial" || word == "training")
            more += R"(,"kind":")" + word + "\"";
        else if (word == "assisted")
            more += R"(,"assisted":true)";
        else if (word == "people")
            more += R"(,"people":)" + word_of(line);
        else if (word == "quoted")
            more += R"(,"quote":")" + quotes_.at(word_of(line)) + "\"";
        else if (word == "with")
            resources += (resources.empty() ? "" : ",") +
                         (R"({"id":")" + resources_.at(word_of(line)).text() + "\"}");
        else if (word == "override")
            more += R"(,"overrides":[{"rule":")" + word_of(line) + R"(","reason":"agreed"}])";
        else
            throw std::runtime_error("no such word: " + word);
    }
    if (!resources.empty()) more += R"(,"resources":[)" + resources + "]";
    return more;
}

bool Scenario::run_rule(std::string const& verb, Words& line) {
    if (verb == "set")
        set_rule(line);
    else if (verb == "profile")
        add_profile(line);
    else if (verb == "period")
        add_period(line);
    else if (verb == "break" || verb == "holiday" || verb == "week" || verb == "generator") {
        line.seekg(0);
        add_break(line);
    } else if (verb == "group")
        add_group(line);
    else if (verb == "resource")
        add_resource(line);
    else if (verb == "need")
        add_need(line);
    else if (verb == "operator")
        add_operator(line);
    else if (verb == "authorise")
        authorise(line);
    else if (verb == "reserve")
        reserve(line);
    else if (verb == "account")
        set_account(line);
    else if (verb == "women-led" || verb == "class" || verb == "until")
        set_member(verb, line);
    else if (verb == "tariff")
        minute_price_ = std::stoll(word_of(line));
    else if (verb == "approve")
        step_to(word_of(line), State::confirmed);
    else if (verb == "finish")
        step_to(word_of(line), State::completed);
    else
        return false;
    return true;
}

void Scenario::set_rule(Words& line) {
    facility::Setting setting{.name = word_of(line), .from = always};
    auto const value = word_of(line);
    if (value != "none") setting.value = std::stoll(value);
    for (auto word = word_of(line); !word.empty(); word = word_of(line)) {
        if (word == "machine") setting.machine = machines_.at(word_of(line)).id;
        if (word == "group") setting.group = groups_.at(word_of(line));
        if (word == "class") setting.membership = word_of(line);
        if (word == "season") setting.season = word_of(line);
    }
    shop_.ledger.write([&](store::Writer& writer) {
        facility::insert_setting(writer, shop_.facility, shop_.ids.make<SettingId>(), setting,
                                 std::nullopt, shop_.clock.now());
        return true;
    });
}

facility::OpeningPlan Scenario::plan() {
    return shop_.ledger.read(
        [&](store::Reader& reader) { return facility::read_opening(reader, shop_.facility); });
}

void Scenario::add_profile(Words& line) {
    auto const slug = word_of(line);
    facility::Profile const profile{.id = shop_.ids.make<ProfileId>(),
                                    .slug = slug,
                                    .name = named(slug),
                                    .hours = hours_of(line)};
    shop_.ledger.write([&](store::Writer& writer) {
        facility::save_profile(writer, shop_.facility, profile);
        return true;
    });
}

void Scenario::add_period(Words& line) {
    auto const profiles = plan().profiles;
    auto const slug = word_of(line);
    auto const at = std::ranges::find(profiles, slug, &facility::Profile::slug);
    facility::Period const period{parse_date(word_of(line)).value(),
                                  parse_date(word_of(line)).value(),
                                  static_cast<std::size_t>(at - profiles.begin())};
    shop_.ledger.write([&](store::Writer& writer) {
        facility::replace_periods(writer, shop_.facility, profiles, {period});
        return true;
    });
}

void Scenario::add_break(Words& line) {
    auto const verb = word_of(line), first = word_of(line), second = word_of(line);
    auto const opening = plan();
    shop_.ledger.write([&](store::Writer& writer) {
        if (verb == "holiday") {
            facility::replace_special_days(
                writer, shop_.facility,
                {{.day = parse_date(first).value(), .name = named(second)}});
            return true;
        }
        if (verb == "break") {
            auto normal = opening.profiles.front();
            if (normal.id.is_nil()) normal.id = shop_.ids.make<ProfileId>();
            for (int const day : weekdays_of(first))
                normal.breaks.push_back(
                    {day,
                     {minute_of(second.substr(0, 5)), minute_of(second.substr(6))},
                     named(word_of(line))});
            facility::save_profile(writer, shop_.facility, normal);
            return true;
        }
        auto facility = facility::find_facility(writer, shop_.facility).value();
        if (verb == "week")
            facility.week_starts = weekdays_of(first).front();
        else
            facility.generator_w = std::stoll(first);
        facility::save_week(writer, facility);
        return true;
    });
}

void Scenario::add_group(Words& line) {
    auto const slug = word_of(line);
    facility::Group group{.id = shop_.ids.make<GroupId>(), .slug = slug, .name = named(slug)};
    for (auto name = word_of(line); !name.empty(); name = word_of(line))
        group.machines.push_back(machines_.at(name).id);
    groups_[slug] = shop_.ledger.write(
        [&](store::Writer& writer) { return facility::save_group(writer, shop_.facility, group); });
}

void Scenario::add_resource(Words& line) {
    auto const slug = word_of(line);
    facility::Resource resource{
        .id = shop_.ids.make<ResourceId>(), .kind = word_of(line), .slug = slug};
    resource.name = named(slug);
    resource.capacity = std::stoll(word_of(line));
    resources_[slug] = shop_.ledger.write([&](store::Writer& writer) {
        return facility::save_resource(writer, shop_.facility, resource);
    });
}

void Scenario::add_need(Words& line) {
    facility::Need need{.machine = machines_.at(word_of(line)).id};
    auto const what = word_of(line);
    if (resources_.contains(what))
        need.resource = resources_.at(what);
    else
        need.kind = what;
    need.units = std::stoll(word_of(line));
    shop_.ledger.write([&](store::Writer& writer) {
        facility::replace_needs(writer, shop_.facility, need.machine, {need});
        return true;
    });
}

void Scenario::add_operator(Words& line) {
    auto const name = word_of(line);
    auto const during = interval(line);
    auto const person = shop_.add_person(name, "operator", {}).person;
    facility::Resource resource{.id = shop_.ids.make<ResourceId>(),
                                .kind = "operator",
                                .slug = name,
                                .name = named(name),
                                .person = person};
    shop_.ledger.write([&](store::Writer& writer) {
        facility::save_resource(writer, shop_.facility, resource);
        return writer.execute("INSERT INTO shift (facility_id, shift_id, person_id, starts_at, "
                              "ends_at) VALUES ($1, $2, $3, $4, $5)",
                              shop_.facility, shop_.ids.make<BookingId>(), person, during.start,
                              during.end);
    });
}

void Scenario::authorise(Words& line) {
    auto const person = party(word_of(line)).member.person;
    auto const kind = word_of(line), until = word_of(line);
    shop_.ledger.write([&](store::Writer& writer) {
        return writer.execute(
            "INSERT INTO authorisation (facility_id, authorisation_id, person_id, machine_kind, "
            "granted_at, expires_at, granted_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            shop_.facility, shop_.ids.make<BookingId>(), person, kind, always,
            dhaka(until + " 00:00"), shop_.manager.person);
    });
}

void Scenario::reserve(Words& line) {
    auto const day = weekdays_of(word_of(line)).front();
    auto const times = word_of(line), audience = word_of(line);
    facility::Reserved const window{
        .id = shop_.ids.make<facility::ReservedId>(),
        .weekday = day,
        .span = {minute_of(times.substr(0, 5)), minute_of(times.substr(6))},
        .audience = facility::audience_of(audience).value(),
        .release = std::chrono::hours{std::stoi(word_of(line))},
        .from = always};
    shop_.ledger.write([&](store::Writer& writer) {
        facility::insert_reserved(writer, shop_.ids, shop_.facility, window);
        return true;
    });
}

void Scenario::set_account(Words& line) {
    auto const id = party(word_of(line)).id;
    auto const balance = std::stoll(word_of(line)), overdue = std::stoll(word_of(line));
    accounts_[id] = {.balance = {balance * 100},
                     .overdue = {overdue * 100},
                     .overdue_days = std::stoi(word_of(line))};
}

void Scenario::set_member(std::string const& what, Words& line) {
    auto const id = party(word_of(line)).id;
    auto const value = word_of(line);
    shop_.ledger.write([&](store::Writer& writer) {
        if (what == "class")
            return writer.execute("UPDATE enterprise SET membership = $3 WHERE facility_id = $1 "
                                  "AND enterprise_id = $2",
                                  shop_.facility, id, value);
        if (what == "until")
            return writer.execute("UPDATE enterprise SET member_until = $3 WHERE facility_id = $1 "
                                  "AND enterprise_id = $2",
                                  shop_.facility, id, dhaka(value + " 00:00"));
        return writer.execute("UPDATE enterprise SET women_led = 1 WHERE facility_id = $1 "
                              "AND enterprise_id = $2",
                              shop_.facility, id);
    });
}

void Scenario::step_to(std::string const& label, State to) {
    auto const before = stored(label);
    shop_.ledger.write([&](store::Writer& writer) {
        return change_state(writer, before, to, std::nullopt, "", shop_.clock.now());
    });
}

bool Scenario::expect_rule(std::string const& what, Words& line) {
    if (what == "assisted") {
        auto const body = json_of(answers_.at(0));
        expect_equal(body.at("assisted_possible").as_bool() ? "yes" : "no", rest_of(line));
        return true;
    }
    if (what != "machine" && what != "price" && what != "overridden") return false;
    auto const booking = stored(word_of(line));
    if (what == "price") expect_equal(taka(booking.quote.poisha), rest_of(line));
    if (what == "machine") {
        for (auto const& [slug, machine] : machines_)
            if (machine.id == booking.machine) expect_equal(slug, rest_of(line));
    }
    if (what == "overridden") {
        std::string text;
        for (auto const& each : shop_.ledger.read([&](store::Reader& reader) {
                 return overrides_of(reader, shop_.facility, booking.id);
             }))
            text += (text.empty() ? "" : " ") + std::string{name_of(each.rule)} + ":" + each.reason;
        expect_equal(text, rest_of(line));
    }
    return true;
}

}  // namespace karkhana::booking

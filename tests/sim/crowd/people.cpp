#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "server/booking/records.hpp"
#include "server/booking/tale.hpp"
#include "tests/sim/crowd/week.hpp"

/// What everybody does.
namespace karkhana::crowd {
namespace {

namespace json = boost::json;

json::object object_of(http::Response const& answer) {
    return json::parse(answer.body).as_object();
}

std::string text_in(json::object const& object, char const* key) {
    return std::string{object.at(key).as_string()};
}

/// Everybody wants a laser or a press.
std::vector<std::string> const wanted{
    "laser-1", "laser-1", "laser-2", "laser-2", "press-1",  "press-1",   "press-2", "press-3",
    "sole-1",  "sole-1",  "pearl-1", "pearl-2", "cutter-1", "crusher-1", "cad-1",   "room-1"};

}  // namespace

Interval Week::some_time(facility::Machine const& machine) {
    auto const now = clock_.now();
    int const today = day_of(now), last = std::max(today, options_.days - 1);
    bool const late = now >= at(today, closes - 180);
    int const day = std::min(today + chance_.between(late ? 1 : 0, 2), last);
    int const passed = static_cast<int>(std::max(now - at(day, 0), Duration{0}) / minutes{15}) + 1;
    int const from = std::max(opens / 15, passed), until = closes / 15;
    // Mornings and evenings are what people fight for.
    int const start = chance_.percent(60) ? std::min(chance_.between(from, from + 16), until - 2)
                                          : chance_.between(std::min(from, until - 2), until - 2);
    int const length = chance_.between(2, machine.kind == "laser" ? 6 : 8);
    Interval during{at(day, start * 15), at(day, (start + length) * 15)};
    if (chance_.percent(3)) during.start += minutes{5};
    if (chance_.percent(2)) during.end += minutes{180};
    return during;
}

void Week::ask_for_time() {
    auto const& shop = chance_.one_of(town_.shops);
    auto const& machine = town_.machine(chance_.one_of(wanted));
    auto const during = some_time(machine);
    json::object draft{{"enterprise_id", shop.id.text()},
                       {"start", text_of(during.start)},
                       {"end", text_of(during.end)}};
    auto const group = town_.groups.find(machine.kind + "s");
    bool const any = group != town_.groups.end() && chance_.percent(25);
    if (any)
        draft["group_id"] = group->second.id.text();
    else
        draft["machine_id"] = machine.id.text();
    if (machine.kind == "room") draft["people"] = chance_.between(2, 8);
    if (machine.kind == "crusher" && chance_.percent(60)) draft["assisted"] = true;
    bool const by_manager = chance_.percent(3);
    if (by_manager) {
        json::array rules;
        for (auto const* rule : {"daily_quota", "weekly_quota", "future_quota", "reserved_hours"})
            rules.push_back({{"rule", rule}, {"reason", "A large order for Eid"}});
        draft["overrides"] = std::move(rules);
    }
    ++figures_["asked"];
    auto const answer =
        ask(by_manager ? town_.manager : shop.member, "POST", "/api/v1/bookings", draft);
    look();
    if (answer.status == 201) {
        ++figures_["granted"];
        auto const found = rows_.find(text_in(object_of(answer), "id"));
        if (found == rows_.end() || !found->second.live())
            faults_.add("lost", "what was granted is not there: " + answer.body);
        return;
    }
    auto const body = object_of(answer);
    bool taken = answer.status == 409;
    if (body.contains("violations"))
        for (auto const& each : body.at("violations").as_array()) {
            auto const code = text_in(each.as_object(), "code");
            ++figures_["refused: " + code];
            taken = taken || code == "slot_taken" || code == "co_resource" || code == "waited_for";
        }
    else
        ++figures_["refused: " + text_in(body, "code")];
    if (taken && chance_.percent(40)) wait_for(shop, machine, during);
}

void Week::wait_for(Shop const& shop, facility::Machine const& machine, Interval during) {
    auto const now = clock_.now();
    auto const group = town_.groups.find(machine.kind + "s");
    bool const any = group != town_.groups.end() && chance_.percent(50);
    int const day = day_of(during.start);
    Waiting waiting{.enterprise = shop.id,
                    .machine = {},
                    .group = any ? group->first : "",
                    .window = {std::max(at(day, opens), now), at(day, closes)},
                    .length = std::chrono::floor<minutes>(during.length()),
                    .joined = now};
    if (chance_.percent(50)) waiting.window = {during.start, during.end + minutes{60}};
    json::object body{{"from", text_of(waiting.window.start)},
                      {"until", text_of(waiting.window.end)},
                      {"length_minutes", waiting.length.count()}};
    if (any) {
        body["group_id"] = group->second.id.text();
    } else {
        waiting.machine = machine.id;
        body["machine_id"] = machine.id.text();
    }
    auto const answer = ask(shop.member, "POST", "/api/v1/waitlist", body);
    if (answer.status != 201) return;
    ++figures_["joined the queue"];
    queue_.joined(text_in(object_of(answer), "id"), std::move(waiting));
}

void Week::answer_offers() {
    bool any = false;
    for (auto const& [id, row] : rows_) any = any || row.pending_for == "offer";
    if (!any) return;
    auto const listed = object_of(ask(town_.manager, "GET", "/api/v1/waitlist", {}));
    for (auto const& each : listed.at("items").as_array()) {
        auto const& item = each.as_object();
        if (item.at("offer").is_null()) continue;
        int const mood = chance_.between(1, 100);
        if (mood > 24) continue;
        auto const party =
            EnterpriseId::parse(text_in(item.at("enterprise").as_object(), "id")).value();
        auto const* const what = mood > 20 ? "decline" : "take";
        auto const answer = ask(town_.shop(party).member, "POST",
                                "/api/v1/waitlist/" + text_in(item, "id") + "/" + what, {});
        ++figures_[answer.status == 200 ? mood > 20 ? "offers declined" : "offers taken"
                                        : "offers: " + text_in(object_of(answer), "code")];
        look();
    }
}

void Week::answer_proposals() {
    if (clock_.now().time_since_epoch() % minutes{15} != Duration::zero()) return;
    auto const listed = object_of(ask(town_.manager, "GET", "/api/v1/proposals", {}));
    for (auto const& each : listed.at("items").as_array()) {
        auto const& item = each.as_object();
        if (item.at("to").is_null() || !chance_.percent(20)) continue;
        auto const party =
            EnterpriseId::parse(text_in(item.at("enterprise").as_object(), "id")).value();
        auto const answer = ask(town_.shop(party).member, "POST",
                                "/api/v1/proposals/" + text_in(item, "id") + "/take", {});
        ++figures_[answer.status == 200 ? "new times taken: " + text_in(item, "verdict")
                                        : "new times: " + text_in(object_of(answer), "code")];
        look();
    }
}

void Week::approve() {
    for (auto const& [id, row] : Rows{rows_}) {
        if (row.pending_for != "approval") continue;
        int const mood = chance_.between(1, 100);
        if (mood > 12) continue;
        bool const refuses = mood > 10;
        auto const answer = ask(town_.manager, "POST",
                                "/api/v1/bookings/" + id + (refuses ? "/refuse" : "/approve"),
                                refuses ? json::object{{"reason", "Not now"}} : json::object{});
        if (answer.status == 200) ++figures_[refuses ? "not approved" : "approved"];
        look(refuses);
    }
}

void Week::change_mind() {
    std::vector<Row> ahead;
    for (auto const& [id, row] : rows_)
        if (row.state == "confirmed" && row.during.start > clock_.now() + minutes{60})
            ahead.push_back(row);
    if (ahead.empty() || !chance_.percent(50)) return;
    auto const& row = chance_.one_of(ahead);
    auto const& machine = town_.machine(row.machine);
    json::object change;
    if (chance_.percent(60)) {
        auto const during = some_time(machine);
        change = {{"start", text_of(during.start)}, {"end", text_of(during.end)}};
        if (machine.kind == "press") change["machine_id"] = town_.machine("press-3").id.text();
    } else {
        change = {{"end", text_of(row.during.end + minutes{15 * chance_.between(-1, 2)})}};
    }
    auto const answer = ask(town_.shop(row.enterprise).member, "PATCH",
                            "/api/v1/bookings/" + row.id, change, row.version);
    ++figures_[answer.status == 200 ? "moved" : "not moved"];
    look();
}

void Week::hand_over() {
    std::vector<Row> ahead;
    for (auto const& [id, row] : rows_)
        if (row.state == "confirmed" && row.during.start > clock_.now()) ahead.push_back(row);
    if (ahead.empty()) return;
    auto const& row = chance_.one_of(ahead);
    auto const& to = chance_.one_of(town_.shops);
    if (to.id == row.enterprise) return;
    auto const answer = ask(town_.manager, "POST", "/api/v1/bookings/" + row.id + "/hand-over",
                            {{"enterprise_id", to.id.text()}});
    if (answer.status == 200) ++figures_["handed over"];
    look();
    auto const listed = object_of(ask(town_.manager, "GET", "/api/v1/waitlist", {}));
    auto const& items = listed.at("items").as_array();
    if (items.empty()) return;
    auto const id = text_in(items.front().as_object(), "id");
    auto const passed = ask(town_.manager, "POST", "/api/v1/waitlist/" + id + "/skip",
                            {{"reason", "Asked to wait on the telephone"}});
    if (passed.status == 200) ++figures_["passed over"];
    look();
}

Week::Plan& Week::plan_of(Row const& row) {
    auto const at = plans_.find(row.id);
    if (at != plans_.end()) return at->second;
    using Shows = Plan::Shows;
    int const mood = chance_.between(1, 100);
    Plan plan{.shows = mood <= 82   ? Shows::comes
                       : mood <= 89 ? Shows::never
                       : mood <= 96 ? Shows::cancels
                                    : Shows::cancels_late};
    int const stays = chance_.between(1, 10);
    plan.stays = minutes{stays == 1 ? 10 : stays == 2 ? -20 : 0};
    plan.extends = chance_.percent(10);
    return plans_[row.id] = plan;
}

/// The booking moves on as a machine or an operator would have it: metering's part.
void Week::step(Row const& row, booking::State to, char const* action, char const* reason) {
    try {
        stores_.ledger().write([&](store::Writer& writer) {
            auto const before =
                booking::find_booking(writer, town_.facility, BookingId::parse(row.id).value());
            booking::Tale tale{town_.facility, town_.desk.person};
            auto const after =
                booking::step_to(writer, *before, to, town_.desk.person, reason, clock_.now());
            if (after) tale.changed(action, before, *after, reason);
            tale.write(writer, clock_.now());
            return true;
        });
        ++figures_[action];
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::unique) throw;
        ++figures_["waited for the machine"];
    }
    look();
}

void Week::come(Row const& row, Plan& plan) {
    using Shows = Plan::Shows;
    auto const left = row.during.start - clock_.now();
    auto const& member = town_.shop(row.enterprise).member;
    auto const post = [&](char const* what) {
        auto const answer = ask(member, "POST", "/api/v1/bookings/" + row.id + "/" + what, {});
        look();
        return answer.status == 200;
    };
    bool const cancels = (plan.shows == Shows::cancels && left > minutes{180}) ||
                         (plan.shows == Shows::cancels_late && left < minutes{60});
    if (cancels && chance_.percent(20)) {
        if (post("cancel")) ++figures_["cancelled"];
        plan.done = true;
        return;
    }
    bool const comes = plan.shows == Shows::comes || plan.shows == Shows::cancels;
    if (comes && left <= minutes{10} && usable(row.machine) && post("check-in"))
        ++figures_["checked in"];
}

void Week::work(Row const& row, Plan& plan) {
    auto const now = clock_.now();
    using booking::State;
    if (row.state == "checked_in" || row.state == "paused") {
        if (row.state == "paused" && now >= row.during.end)
            return step(row, State::completed, "stopBooking", "");
        if (row.during.start <= now && now < row.during.end && usable(row.machine))
            step(row, State::running, "startBooking", "");
        return;
    }
    if (now >= row.during.end + plan.stays) return step(row, State::completed, "stopBooking", "");
    if (!plan.extends || now < row.during.end - minutes{20}) return;
    plan.extends = false;
    auto const answer =
        ask(town_.shop(row.enterprise).member, "PATCH", "/api/v1/bookings/" + row.id,
            {{"end", text_of(row.during.end + minutes{30})}}, row.version);
    ++figures_[answer.status == 200 ? "stayed longer" : "could not stay longer"];
    look();
}

void Week::come_and_go() {
    for (auto const& [id, row] : Rows{rows_}) {
        if (!row.live() || row.state == "pending") continue;
        auto& plan = plan_of(row);
        if (row.state == "confirmed") {
            if (!plan.done) come(row, plan);
        } else {
            work(row, plan);
        }
    }
}

}  // namespace karkhana::crowd

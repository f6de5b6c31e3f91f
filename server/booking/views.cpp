#include "server/booking/views.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "server/facility/json.hpp"
#include "server/http/json.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;

void write_history(JsonText& out, TimeTexts& times, std::vector<Transition> const& history) {
    out.key("history").open('[');
    for (auto const& step : history) {
        out.open('{').key("at").plain(times(step.at)).key("from");
        step.from ? out.plain(name_of(*step.from)) : out.null();
        out.key("to").plain(name_of(step.to)).key("person_id");
        step.person ? out.id(*step.person) : out.null();
        out.key("reason");
        step.reason.empty() ? out.null() : out.text(step.reason);
        out.close('}');
    }
    out.close(']');
}

void write_overrides(JsonText& out, TimeTexts& times, std::vector<KeptOverride> const& overrides) {
    out.key("overrides").open('[');
    for (auto const& each : overrides) {
        out.open('{').key("rule").plain(name_of(each.rule)).key("reason").text(each.reason);
        out.key("at").plain(times(each.at)).key("by");
        write_name(out, each.by);
        out.close('}');
    }
    out.close(']');
}

void write_holds(JsonText& out, TimeTexts& times, std::vector<NamedHold> const& holds) {
    out.key("holds").open('[');
    for (auto const& [held, kind, name] : holds) {
        out.open('{').key("id").id(held.resource).key("kind").text(kind).key("name");
        write_name(out, name);
        out.key("units").integer(held.units).key("asked").flag(held.asked);
        out.key("start").plain(times(held.during.start));
        out.key("end").plain(times(held.during.end)).close('}');
    }
    out.close(']');
}

void write_hand(JsonText& out, std::optional<people::Person> const& hand) {
    out.key("operated_by");
    if (!hand) return void(out.null());
    out.open('{').key("id").id(hand->id).key("name");
    write_name(out, hand->name);
    out.close('}');
}

json::value number_json(std::variant<std::int64_t, std::string> const& number) {
    return std::visit([](auto const& held) { return json::value(held); }, number);
}

json::object numbers_json(Violation const& violation) {
    json::object numbers;
    for (auto const& [name, number] : violation.numbers) numbers[name] = number_json(number);
    return numbers;
}

}  // namespace

void write_name(JsonText& out, facility::Name const& name) {
    out.open('{').key("en").text(name.en).key("bn").text(name.bn).close('}');
}

void write_machine(JsonText& out, facility::Machine const& machine) {
    out.open('{').key("id").id(machine.id).key("slug").text(machine.slug).key("name");
    write_name(out, machine.name);
    out.key("kind").text(machine.kind).close('}');
}

void write_enterprise(JsonText& out, people::Enterprise const& enterprise) {
    out.open('{').key("id").id(enterprise.id).key("name");
    write_name(out, enterprise.name);
    out.close('}');
}

void write_booking(JsonText& out, TimeTexts& times, BookingView const& view) {
    auto const& booking = view.booking;
    out.open('{').key("id").id(booking.id).key("machine");
    write_machine(out, view.machine);
    out.key("enterprise");
    write_enterprise(out, view.enterprise);
    out.key("start").plain(times(booking.during.start));
    out.key("end").plain(times(booking.during.end));
    out.key("state").plain(name_of(booking.state)).key("quantity");
    booking.quantity ? out.integer(*booking.quantity) : out.null();
    out.key("note").text(booking.note).key("quote").money(booking.quote);
    out.key("version").integer(booking.version);
    out.key("created_at").plain(times(booking.created_at));
    out.key("created_by").id(booking.created_by).key("cancel_reason");
    booking.cancel_reason ? out.text(*booking.cancel_reason) : out.null();
    out.key("kind").plain(name_of(booking.kind)).key("people").integer(booking.people);
    out.key("assisted").flag(booking.assisted);
    if (booking.pending_for) {
        out.key("pending_for").plain(name_of(*booking.pending_for));
        out.key("hold_until").plain(times(booking.hold_until.value()));
    }
    if (booking.series) {
        out.key("series_id").id(*booking.series);
        out.key("occurrence").plain(times(booking.occurrence.value()));
    }
    if (view.sessions) {
        out.key("session_ids").open('[');
        for (auto const& session : *view.sessions) out.id(session);
        out.close(']');
    }
    if (view.costs) out.key("costs").raw(json::serialize(*view.costs));
    if (view.pin) out.key("pin").plain(*view.pin);
    out.key("actions").open('[');
    for (auto const action : view.actions) out.plain(action);
    out.close(']');
    if (view.history) write_history(out, times, *view.history);
    if (view.overrides) write_overrides(out, times, *view.overrides);
    if (view.holds) write_holds(out, times, *view.holds);
    if (view.hand) write_hand(out, *view.hand);
    out.close('}');
}

json::array violations_json(std::span<Violation const> violations, std::span<Rule const> may_pass) {
    json::array found;
    for (auto const& violation : violations)
        found.push_back(json::object{
            {"code", name_of(violation.rule)},
            {"message", facility::name_json(violation.message)},
            {"numbers", numbers_json(violation)},
            {"may_override", std::ranges::find(may_pass, violation.rule) != may_pass.end()}});
    return found;
}

std::string numbers_text(Violation const& violation) {
    return json::serialize(numbers_json(violation));
}

json::object offer_json(Candidate const& candidate, Money price, Zone const& zone) {
    return {{"machine", facility::machine_ref_json(*candidate.machine)},
            {"start", to_rfc3339(candidate.during.start, zone)},
            {"end", to_rfc3339(candidate.during.end, zone)},
            {"price", http::to_json(price)}};
}

json::object price_json(PriceAnswer const& answer) {
    json::array terms;
    for (auto const& term : answer.terms) {
        json::object one{{"label", facility::name_json(term.label)},
                         {"basis", term.basis},
                         {"window", term.window},
                         {"quantity", term.quantity},
                         {"unit", term.unit},
                         {"price_e4", term.price.e4},
                         {"per", term.per},
                         {"amount", http::to_json(term.amount)}};
        if (!term.price_unit.empty()) one["price_unit"] = term.price_unit;
        terms.push_back(std::move(one));
    }
    json::value card = nullptr;
    if (answer.rate_card) card = answer.rate_card->text();
    return {{"price", http::to_json(answer.price)},
            {"terms", std::move(terms)},
            {"estimated_energy_wh", answer.estimated_energy_wh},
            {"rate_card_id", std::move(card)}};
}

}  // namespace karkhana::booking

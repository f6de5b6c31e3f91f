#include <boost/json/parse.hpp>

#include "server/billing/api_money.hpp"
#include "server/billing/closing.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

json::object cash_day_json(CashDay const& day, MoneyNames const& names, bool closed) {
    return {{"day", day.day},
            {"closed", closed},
            {"until", names.time(day.until)},
            {"expected", to_json(day.expected)},
            {"counted", closed ? json::value(to_json(day.counted)) : json::value(nullptr)},
            {"notes", day.notes.empty() ? json::value(nullptr) : json::parse(day.notes)},
            {"reason", day.reason}};
}

/// The days that were closed in the last month, and today as it stands.
Response list_days(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        auto const today = local_day(names.zone, now);
        json::array items;
        for (auto const& day :
             list_cash_days(reader, facility, to_date(today - std::chrono::days{31}), "9999-12-31"))
            items.push_back(cash_day_json(day, names, true));
        auto const open = cash_day_now(reader, facility, names.zone, today, now);
        return http::json_response(200, json::object{{"today", cash_day_json(open, names, false)},
                                                     {"items", std::move(items)}});
    });
}

/// Notes and coins by their value in poisha and how many there are; their sum is what was counted.
Money read_notes(JsonBody& body, json::object& notes) {
    Money sum;
    for (auto& part : body.objects("notes", 20)) {
        auto const value = part.integer("value", 1, 100'000);
        auto const count = part.integer("count", 0, 1'000'000);
        body.close(part);
        notes[std::to_string(value)] = count;
        sum += Money{value * count};
    }
    return sum;
}

Response close_day(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const day = parse_date(body.text("day", 10));
    if (!day) body.fail("bad_date", "day", "like 2026-11-20");
    json::object notes;
    auto const of_notes = read_notes(body, notes);
    auto const counted = body.maybe_money("counted").value_or(of_notes);
    auto const reason = body.maybe_text("reason", 200).value_or("");
    if (counted < Money{}) body.fail("not_positive", "counted", "nothing or more");
    if (!notes.empty() && counted != of_notes)
        body.fail("sum_differs", "counted", "is not the sum of the notes");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "closeCashDay", 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const closed = close_cash_day(writer, who.facility, names.zone, services.ids, *day,
                                               counted, notes.empty() ? "" : json::serialize(notes),
                                               reason, who.person, now);
            if (!closed) return tl::make_unexpected(closed.error());
            return Done{"cash_day/" + closed->day, cash_day_json(*closed, names, true)};
        });
}

json::object act_json(PeriodAct const& act, MoneyNames const& names) {
    return {{"period", act.period},
            {"action", act.action},
            {"locked_until", names.time(act.lock_at)},
            {"sha256", http::text_or_null(act.sha256)},
            {"reason", act.reason},
            {"at", names.time(act.at)},
            {"person_id", act.by.text()}};
}

/// What is open of the month, first; then what was done with it.
Response get_close(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    std::string const period{request.parameter("period").value_or("")};
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        auto const during = period_interval(names.zone, period);
        if (!during) return http::problem(during.error());
        auto const open =
            exceptions_of(reader, facility, names.zone, period, *during, services.clock.now());
        json::array exceptions, acts;
        for (auto const& [code, count] : open.named())
            exceptions.push_back(json::object{{"code", code}, {"count", count}});
        for (auto const& act : list_period_acts(reader, facility))
            if (act.period == period) acts.push_back(act_json(act, names));
        bool const closed = period_locked(reader, facility, during->start);
        return http::json_response(
            200, json::object{{"period", period},
                              {"exceptions", std::move(exceptions)},
                              {"closed", closed},
                              {"may_close",
                               !closed && open.may_close() && during->end <= services.clock.now()},
                              {"acts", std::move(acts)}});
    });
}

Response close_month(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const period = body.text("period", 7);
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "closePeriod", 201, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const act =
                close_period(writer, who.facility, names.zone, period, who.person, now);
            if (!act) return tl::make_unexpected(act.error());
            return Done{"period/" + period, act_json(*act, names)};
        });
}

Response reopen_month(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const period = body.text("period", 7);
    auto const reason = body.text("reason", 200);
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "reopenPeriod", 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const act =
                reopen_period(writer, who.facility, names.zone, period, reason, who.person, now);
            if (!act) return tl::make_unexpected(act.error());
            return Done{"period/" + period, act_json(*act, names)};
        });
}

}  // namespace

void add_closing_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation,
                  MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/cash-days", "listCashDays", list_days);
    on("POST", "/cash-days", "closeCashDay", close_day);
    on("GET", "/period-close", "getPeriodClose", get_close);
    on("POST", "/period-close", "closePeriod", close_month);
    on("POST", "/period-reopen", "reopenPeriod", reopen_month);
}

}  // namespace karkhana::billing

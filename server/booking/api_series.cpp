#include "server/booking/api_series.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "server/booking/caller.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/json_text.hpp"
#include "server/booking/records.hpp"
#include "server/booking/series.hpp"
#include "server/booking/views.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

constexpr std::int64_t longest_minutes = longest_booking.count();

tl::unexpected<Error> not_found(std::string field = {}) {
    return refuse(ErrorKind::not_found, "not_found", "", std::move(field));
}

/// Errors: those of JsonBody, parse_rule and Caller::party, `bad_interval`, `unknown_clash`,
/// `not_theirs` of who runs the machine.
Result<SeriesWish> read_series_draft(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    SeriesWish draft;
    auto& wish = draft.wish;
    wish.machine = body.id<MachineId>("machine_id");
    auto const named = body.maybe_id<EnterpriseId>("enterprise_id");
    wish.during = {body.at("start"), body.at("end")};
    wish.quantity = body.maybe_integer("quantity", 0, 1'000'000);
    wish.people = static_cast<int>(body.maybe_integer("people", 1, 1000).value_or(1));
    wish.assisted = body.maybe_flag("assisted").value_or(false);
    wish.operated_by = body.maybe_id<PersonId>("operated_by");
    draft.note = body.maybe_text("note", 500).value_or("");
    draft.rule_text = body.text("rule", 500);
    auto const clash = clash_of(body.maybe_text("clash").value_or("skip"));
    if (!clash) body.fail("unknown_clash", "clash", "skip, move or refuse");
    auto rule = ical::parse_rule(draft.rule_text);
    if (!rule) body.fail(rule.error().code, "rule", rule.error().detail);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (wish.during.empty() || wish.during.length() > longest_booking)
        return refuse(ErrorKind::invalid, "bad_interval", "the end comes after the start", "/end");
    draft.clash = *clash;
    draft.rule = std::move(*rule);
    Caller const caller{request.principal.value()};
    auto const party = caller.party(named);
    if (!party) return tl::make_unexpected(party.error());
    wish.enterprise = *party;
    bool const other =
        wish.operated_by && (wish.assisted || *wish.operated_by != caller.who.person);
    if (!caller.is_desk() && other)
        return refuse(ErrorKind::forbidden, "not_theirs", "the desk says who runs the machine",
                      "/operated_by");
    return draft;
}

// ---------------------------------------------------------------- what is shown

json::object times_json(Interval during, Zone const& zone) {
    return {{"start", to_rfc3339(during.start, zone)}, {"end", to_rfc3339(during.end, zone)}};
}

/// What would become of a date, and what else it could be.
json::object date_json(PlannedDate const& planned, Zone const& zone,
                       std::function<Money(SeriesSlot const&)> const& price_of) {
    auto const offer = [&](SeriesSlot const& slot) {
        return offer_json({&slot.machine, slot.during}, price_of(slot), zone);
    };
    auto shown = times_json(planned.date.during, zone);
    shown["occurrence"] = to_rfc3339(planned.date.occurrence, zone);
    shown["outcome"] = !planned.slot ? "skipped" : planned.moved() ? "moved" : "booked";
    shown["slot"] = planned.slot ? json::value(offer(*planned.slot)) : json::value(nullptr);
    shown["violations"] = violations_json(planned.violations);
    json::array alternatives;
    for (auto const& each : planned.alternatives) alternatives.push_back(offer(each));
    shown["alternatives"] = std::move(alternatives);
    return shown;
}

json::array dates_json(Services const& services, store::Reader& reader, FacilityId const& facility,
                       SeriesWish const& wish, SeriesPlan const& plan) {
    auto const price_of = [&](SeriesSlot const& slot) {
        return services.pricing
            .price(reader, facility, slot.machine, slot.during, price_wish(wish.wish))
            .price;
    };
    json::array dates;
    for (auto const& each : plan.dates) dates.push_back(date_json(each, plan.zone, price_of));
    return dates;
}

bool is_refused(SeriesPlan const& plan, Clash clash) {
    auto const booked = [](PlannedDate const& each) { return each.slot.has_value(); };
    return std::ranges::none_of(plan.dates, booked) ||
           (clash == Clash::refuse && !std::ranges::all_of(plan.dates, booked));
}

json::array codes_json(std::string_view codes) {
    json::array found;
    while (!codes.empty()) {
        auto const end = std::min(codes.find(' '), codes.size());
        found.emplace_back(codes.substr(0, end));
        codes.remove_prefix(std::min(end + 1, codes.size()));
    }
    return found;
}

json::object series_json(Series const& series, std::vector<SeriesOutcome> const& outcomes,
                         std::vector<Booking> const& bookings, Zone const& zone) {
    std::unordered_map<BookingId, Booking const*> known;
    for (auto const& booking : bookings) known.emplace(booking.id, &booking);
    json::array dates;
    for (auto const& each : outcomes) {
        json::object shown{{"occurrence", to_rfc3339(each.occurrence, zone)},
                           {"outcome", each.outcome},
                           {"codes", codes_json(each.codes)},
                           {"booking", nullptr}};
        if (each.booking && known.contains(*each.booking)) {
            auto const& booking = *known.at(*each.booking);
            auto at = times_json(booking.during, zone);
            at["id"] = booking.id.text();
            at["machine_id"] = booking.machine.text();
            at["state"] = name_of(booking.state);
            shown["booking"] = std::move(at);
        }
        dates.push_back(std::move(shown));
    }
    json::object shown{{"id", series.id.text()},
                       {"machine_id", series.machine.text()},
                       {"enterprise_id", series.enterprise.text()},
                       {"rule", series.rule},
                       {"local_start", series.local_start},
                       {"length_minutes", series.length_minutes},
                       {"note", series.note},
                       {"clash", name_of(series.clash)},
                       {"created_at", to_rfc3339(series.created_at, zone)},
                       {"dates", std::move(dates)}};
    if (series.quantity) shown["quantity"] = *series.quantity;
    return shown;
}

// ---------------------------------------------------------------- making one

http::Response preview(Services const& services, http::Request const& request) {
    auto const wish = read_series_draft(request);
    if (!wish) return http::problem(wish.error());
    auto const& who = request.principal.value();
    auto const asker = asker_of(who, wish->wish.enterprise);
    return services.store.read([&](store::Reader& reader) {
        auto const found = plan(services, reader, who.facility, *wish, asker, services.clock.now());
        if (!found) return http::problem(found.error());
        return http::json_response(
            200,
            json::object{{"refused", is_refused(*found, wish->clash)},
                         {"dates", dates_json(services, reader, who.facility, *wish, *found)}});
    });
}

/// What one run of the transaction came to, for what follows the commit.
struct Made {
    std::vector<Booking> bookings;
};

http::Response make(Services const& services, store::Writer& writer, http::Principal const& who,
                    SeriesWish const& wish, Made& made, Instant now) {
    made = {};
    auto const asker = asker_of(who, wish.wish.enterprise);
    auto const found = plan(services, writer, who.facility, wish, asker, now);
    if (!found) return http::problem(found.error());
    if (is_refused(*found, wish.clash))
        return http::problem(
            {ErrorKind::invalid, "series_refused", "", "dates of the series break rules"},
            {{"dates", dates_json(services, writer, who.facility, wish, *found)}});
    auto const series = book(services, writer, who.facility, wish, *found, asker, now);
    if (!series)
        return http::problem(
            {ErrorKind::conflict, "series_changed", "", "look at the dates again"});
    made.bookings = series->bookings;
    return http::json_response(
        201, series_json(series->series, series->outcomes, series->bookings, found->zone));
}

http::Response create(Services const& services, http::Request const& request) {
    auto const wish = read_series_draft(request);
    if (!wish) return http::problem(wish.error());
    Made made;
    try {
        auto answer =
            people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
                return make(services, writer, request.principal.value(), *wish, made,
                            services.clock.now());
            });
        if (answer.status < 400)
            for (auto const& booking : made.bookings) publish_change(services, booking, nullptr);
        return answer;
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return http::problem(
            {ErrorKind::conflict, "series_changed", "", "look at the dates again"});
    }
}

// ---------------------------------------------------------------- one that there is

Result<Series> find_own_series(store::Reader& reader, http::Request const& request) {
    auto const& who = request.principal.value();
    auto const id = http::path_id<SeriesId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const series = find_series(reader, who.facility, *id);
    if (!series || !Caller{who}.sees(series->enterprise)) return not_found();
    return *series;
}

json::object shown_series(store::Reader& reader, Series const& series) {
    auto const outcomes = outcomes_of(reader, series.facility, series.id);
    std::vector<BookingId> ids;
    for (auto const& each : outcomes)
        if (each.booking) ids.push_back(*each.booking);
    auto bookings = find_bookings(reader, series.facility, ids);
    // What was handed over is of another ME.
    std::erase_if(bookings,
                  [&](Booking const& each) { return each.enterprise != series.enterprise; });
    return series_json(series, outcomes, bookings, facility::zone_of(reader, series.facility));
}

http::Response get_series(Services const& services, http::Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        auto const series = find_own_series(reader, request);
        if (!series) return http::problem(series.error());
        return http::json_response(200, shown_series(reader, *series));
    });
}

json::array changed_json(std::vector<ChangedDate> const& dates, Zone const& zone) {
    json::array shown;
    for (auto const& each : dates) {
        auto const& now = each.after.value_or(each.before);
        auto one = times_json(now.during, zone);
        one["occurrence"] = to_rfc3339(now.occurrence.value(), zone);
        one["booking_id"] = now.id.text();
        one["machine_id"] = now.machine.text();
        one["state"] = name_of(now.state);
        one["outcome"] = each.after ? "changed" : "left";
        one["violations"] = violations_json(each.violations);
        shown.push_back(std::move(one));
    }
    return shown;
}

/// Which dates ahead, and how.
struct Ahead {
    std::optional<Instant> from;  ///< the first occurrence; empty: all
    bool all_or_none = false;     ///< one that stays as it was undoes all
    bool dry_run = false;         ///< everything is decided, and nothing kept

    static Ahead read(http::JsonBody& body) {
        return {.from = body.maybe_at("from"),
                .dry_run = body.maybe_flag("dry_run").value_or(false)};
    }
};

using OnDates = std::function<Result<std::vector<ChangedDate>>(
    store::Writer&, Series const&, std::vector<Booking> const&, Asker const&, Instant)>;

/// What the work comes to, in the caller's transaction.
http::Response work_on(Services const& services, store::Writer& writer,
                       http::Request const& request, Ahead const& ahead, OnDates const& work,
                       std::vector<ChangedDate>& dates) {
    auto const& who = request.principal.value();
    auto const series = find_own_series(writer, request);
    if (!series) return http::problem(series.error());
    if (auto const actor = Caller{who}.actor_for(series->enterprise); !actor)
        return http::problem(actor.error());
    auto const now = services.clock.now();
    auto dates_ahead = [&] {
        return ahead_in(writer, who.facility, series->id, ahead.from.value_or(Instant{}), now);
    };
    std::vector<BookingId> ids;
    for (auto const& booking : dates_ahead()) ids.push_back(booking.id);
    lock_whole(writer, who.facility, ids);
    auto done = work(writer, *series, dates_ahead(), asker_of(who, series->enterprise), now);
    if (!done) return http::problem(done.error());
    dates = std::move(*done);
    auto const stayed = [](ChangedDate const& each) { return !each.after; };
    bool const refused = (ahead.all_or_none && std::ranges::any_of(dates, stayed)) ||
                         (!dates.empty() && std::ranges::all_of(dates, stayed));
    json::object answer{{"refused", refused},
                        {"dates", changed_json(dates, facility::zone_of(writer, who.facility))}};
    if (refused && !ahead.dry_run)
        return http::problem(
            {ErrorKind::invalid, "series_refused", "", "dates of the series break rules"},
            std::move(answer));
    return http::json_response(200, answer);
}

/// Does the work on the dates ahead of a series.
http::Response on_dates_ahead(Services const& services, http::Request const& request,
                              Ahead const& ahead, OnDates const& work) {
    std::vector<ChangedDate> dates;
    auto const take = [&](store::Writer& writer) {
        dates.clear();
        return work_on(services, writer, request, ahead, work, dates);
    };
    try {
        if (ahead.dry_run) return undone(services, take);
        auto answer = people::write_once(services.store, services.clock, request, take);
        if (answer.status < 400)
            for (auto const& each : dates)
                if (each.after) publish_change(services, *each.after, &each.before);
        return answer;
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return http::problem(
            {ErrorKind::conflict, "series_changed", "", "look at the dates again"});
    }
}

/// Errors: those of days_moved.
Result<DaysMoved> days_of(Services const& services, store::Reader& reader, Series const& series,
                          std::string_view weekdays) {
    auto const book = services.books->get(reader, series.facility);
    auto const first = parse_date(std::string_view{series.local_start}.substr(0, 10)).value();
    auto const weekday = static_cast<int>(std::chrono::weekday{first}.iso_encoding());
    return days_moved(ical::parse_rule(series.rule).value().text, weekday, weekdays,
                      book->facility.week_starts);
}

http::Response change_series(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto ahead = Ahead::read(body);
    SeriesChange wanted;
    if (auto const minute = body.maybe_integer("start_minute", 0, 1439))
        wanted.shift.start_minute = static_cast<int>(*minute);
    if (auto const length = body.maybe_integer("length_minutes", 1, longest_minutes))
        wanted.shift.length = minutes{*length};
    wanted.machine = body.maybe_id<MachineId>("machine_id");
    auto const weekdays = body.maybe_text("weekdays", 20);
    auto const clash = clash_of(body.maybe_text("clash").value_or("refuse"));
    if (!clash || *clash == Clash::move) body.fail("unknown_clash", "clash", "skip or refuse");
    if (!wanted.shift.start_minute && !wanted.shift.length && !wanted.machine && !weekdays)
        body.fail("nothing_to_change", "start_minute", "weekdays, a time, a length or a machine");
    if (auto const error = body.finish()) return http::problem(*error);
    ahead.all_or_none = clash == Clash::refuse;
    return on_dates_ahead(
        services, request, ahead,
        [&](store::Writer& writer, Series const& series, std::vector<Booking> const& bookings,
            Asker const& asker, Instant now) -> Result<std::vector<ChangedDate>> {
            auto change = wanted;
            if (weekdays) {
                auto const moved = days_of(services, writer, series, *weekdays);
                if (!moved) return tl::make_unexpected(moved.error());
                change.shift.days = *moved;
            }
            return change_dates(services, writer, series, bookings, change, asker, now);
        });
}

http::Response cancel_series(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const ahead = Ahead::read(body);
    auto const reason = body.maybe_text("reason", 500).value_or("");
    if (auto const error = body.finish()) return http::problem(*error);
    return on_dates_ahead(
        services, request, ahead,
        [&](store::Writer& writer, Series const& series, std::vector<Booking> const& bookings,
            Asker const& asker, Instant now) -> Result<std::vector<ChangedDate>> {
            return cancel_dates(services, writer, series, bookings, asker, reason, now);
        });
}

http::Response approve_series(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const ahead = Ahead::read(body);
    if (auto const error = body.finish()) return http::problem(*error);
    return on_dates_ahead(
        services, request, ahead,
        [&](store::Writer& writer, Series const& series, std::vector<Booking> const& bookings,
            Asker const& asker,
            Instant now) { return approve_dates(services, writer, series, bookings, asker, now); });
}

http::Response refuse_series(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const ahead = Ahead::read(body);
    auto const reason = body.text("reason", 500);
    if (reason.empty()) body.fail("reason_missing", "reason", "say why");
    if (auto const error = body.finish()) return http::problem(*error);
    return on_dates_ahead(
        services, request, ahead,
        [&](store::Writer& writer, Series const& series, std::vector<Booking> const& bookings,
            Asker const& asker,
            Instant now) { return refuse_dates(writer, series, bookings, asker, reason, now); });
}

constexpr Operation series_operations[]{
    {"POST", "/api/v1/series/preview", "previewSeries", preview, {.only_looks = true}},
    {"POST", "/api/v1/series", "createSeries", create},
    {"GET", "/api/v1/series/{id}", "getSeries", get_series},
    {"POST", "/api/v1/series/{id}/change", "changeSeries", change_series},
    {"POST", "/api/v1/series/{id}/cancel", "cancelSeries", cancel_series},
    {"POST", "/api/v1/series/{id}/approve", "approveSeries", approve_series},
    {"POST", "/api/v1/series/{id}/refuse", "refuseSeries", refuse_series},
};

}  // namespace

void add_series_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, series_operations);
}

}  // namespace karkhana::booking

#include "server/booking/api.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <unordered_map>

#include "server/booking/api_series.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_pin.hpp"
#include "server/booking/secret_records.hpp"
#include "server/booking/steps.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::booking {
namespace {

/// "start.id": where the last page ended.
std::string cursor_of(Booking const& booking) {
    return std::to_string(micros(booking.during.start)) + "." + booking.id.text();
}

Result<ListCursor> read_cursor(http::Request const& request) {
    auto const text = request.parameter("cursor");
    if (!text) return ListCursor{};
    auto const dot = text->find('.');
    std::int64_t start = 0;
    auto const number = text->substr(0, dot);
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), start);
    auto const id = dot == text->npos ? std::nullopt : BookingId::parse(text->substr(dot + 1));
    if (error != std::errc{} || end != number.data() + number.size() || !id)
        return refuse(ErrorKind::invalid, "bad_cursor", "The cursor is not one of ours.");
    return ListCursor{instant(start), *id};
}

Result<std::optional<Instant>> maybe_time(http::Request const& request, std::string_view name) {
    if (!request.parameter(name)) return std::nullopt;
    auto const at = http::query_time(request, name);
    if (!at) return tl::make_unexpected(at.error());
    return *at;
}

Result<ListFilter> read_filter(http::Request const& request) {
    ListFilter filter;
    auto const from = maybe_time(request, "from"), to = maybe_time(request, "to");
    if (!from) return tl::make_unexpected(from.error());
    if (!to) return tl::make_unexpected(to.error());
    filter.from = *from;
    filter.to = *to;
    if (auto const name = request.parameter("state")) {
        filter.state = state_of(*name);
        if (!filter.state)
            return refuse(ErrorKind::invalid, "unknown_state", "There is no such state.");
    }
    if (auto const text = request.parameter("machine_id")) {
        filter.machine = MachineId::parse(*text);
        if (!filter.machine)
            return refuse(ErrorKind::invalid, "bad_id", "machine_id must be a UUID.");
    }
    return filter;
}

/// A page of what the caller may see: staff of everything, members of each of their MEs.
std::vector<Booking> read_page(store::Reader& reader, http::Principal const& who, ListFilter filter,
                               ListCursor const& cursor, int limit) {
    if (people::is_staff(who)) return list_bookings(reader, who.facility, filter, cursor, limit);
    std::vector<Booking> found;
    for (auto const& mine : who.enterprises) {
        filter.enterprise = mine;
        std::ranges::copy(list_bookings(reader, who.facility, filter, cursor, limit),
                          std::back_inserter(found));
    }
    std::ranges::sort(found, [](Booking const& a, Booking const& b) {
        return std::pair{a.during.start, a.id} > std::pair{b.during.start, b.id};
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(limit)));
    return found;
}

void write_page(JsonText& out, Services const& services, store::Reader& reader,
                http::Principal const& who, std::vector<Booking> const& page) {
    TimeTexts times{facility::zone_of(reader, who.facility)};
    std::unordered_map<MachineId, facility::Machine> machines;
    for (auto& machine : facility::list_machines(reader, who.facility))
        machines.emplace(machine.id, std::move(machine));
    std::unordered_map<EnterpriseId, people::Enterprise> known;
    auto const party = [&](EnterpriseId const& id) -> people::Enterprise const& {
        auto at = known.find(id);
        if (at == known.end())
            at = known.emplace(id, people::find_enterprise(reader, who.facility, id).value()).first;
        return at->second;
    };
    auto const now = services.clock.now();
    std::vector<BookingId> ids;
    for (auto const& booking : page) ids.push_back(booking.id);
    auto const owed_for = owing(reader, who.facility, ids);
    for (auto const& booking : page)
        write_booking(out, times,
                      {.booking = booking,
                       .machine = machines.at(booking.machine),
                       .enterprise = party(booking.enterprise),
                       .actions = Caller{who}.actions(booking, services.settings, now,
                                                      owed_for.contains(booking.id))});
}

constexpr Operation operations[]{
    {"POST", "/api/v1/quotes", "createQuote", create_quote, {.only_looks = true}},
    {"POST", "/api/v1/bookings", "createBooking", create_booking},
    {"GET", "/api/v1/bookings", "listBookings", list},
    {"GET", "/api/v1/bookings/{id}", "getBooking", get},
    {"PATCH", "/api/v1/bookings/{id}", "changeBooking", change_booking},
    {"GET", "/api/v1/machines/{id}/availability", "getAvailability", get_availability},
    {"GET", "/api/v1/availability", "listAvailability", list_availability},
    {"GET", "/api/v1/calendar", "getCalendar", get_calendar},
    {"GET", "/api/v1/find-a-time", "findTime", find_time},
    {"GET", "/api/v1/reports/shares", "getShares", get_shares},
};

}  // namespace

http::Response list(Services const& services, http::Request const& request) {
    auto const filter = read_filter(request);
    if (!filter) return http::problem(filter.error());
    auto const cursor = read_cursor(request);
    if (!cursor) return http::problem(cursor.error());
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const& who = request.principal.value();
    auto const size = static_cast<std::size_t>(*limit);
    JsonText out;
    services.store.read([&](store::Reader& reader) {
        // One more than is shown says whether there is a next page.
        auto page = read_page(reader, who, *filter, *cursor, static_cast<int>(size) + 1);
        bool const more = page.size() > size;
        page.resize(std::min(page.size(), size));
        out.open('{').key("items").open('[');
        write_page(out, services, reader, who, page);
        out.close(']').key("next");
        more ? out.plain(cursor_of(page.back())) : out.null();
        out.close('}');
        return true;
    });
    return {.body = out.take()};
}

http::Response get(Services const& services, http::Request const& request) {
    auto const id = http::path_id<BookingId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    auto const secret = make_secret(services.store, who.facility, pin_secret);
    return services.store.read([&](store::Reader& reader) {
        auto const booking = find_booking(reader, who.facility, *id);
        if (!booking || !Caller{who}.sees(booking->enterprise))
            return http::problem({ErrorKind::not_found, "not_found"});
        return booking_answer(services, reader, request, *booking, 200, secret);
    });
}

http::Response undone(Services const& services,
                      std::function<http::Response(store::Writer&)> const& work) {
    using Undone = tl::expected<http::Response, http::Response>;
    return services.store
        .write([&](store::Writer& writer) -> Undone { return tl::make_unexpected(work(writer)); })
        .error();
}

http::Response show(int status, BookingView const& view, Zone const& zone) {
    TimeTexts times{zone};
    JsonText out;
    out.reserve(1024);
    write_booking(out, times, view);
    http::Response response{.status = status, .body = out.take()};
    return response.with("ETag", http::etag(view.booking.version));
}

http::Response booking_answer(Services const& services, store::Reader& reader,
                              http::Request const& request, Booking const& booking, int status,
                              std::string_view secret) {
    auto const machine = facility::find_machine(reader, booking.facility, booking.machine).value();
    auto const enterprise =
        people::find_enterprise(reader, booking.facility, booking.enterprise).value();
    auto const history = history_of(reader, booking.facility, booking.id);
    std::vector<SessionId> sessions;
    if (services.sessions_of) sessions = services.sessions_of(reader, booking.facility, booking.id);
    Caller const caller{request.principal.value()};
    bool const may_come = booking.state == State::confirmed && caller.actor_for(booking.enterprise);
    std::optional<std::string> pin;
    if (may_come && !secret.empty()) pin = pin_of(secret, booking.id);
    auto const costs = costs_json(services, reader, booking, services.clock.now());
    auto const overrides = overrides_of(reader, booking.facility, booking.id);
    // What did not take place held nothing.
    bool const took_place = is_live(booking.state) || booking.state == State::completed ||
                            booking.state == State::interrupted;
    std::vector<NamedHold> holds;
    if (took_place) holds = named_holds(reader, booking.facility, booking.id);
    std::optional<people::Person> hand;
    if (booking.operated_by)
        hand = people::find_person(reader, booking.facility, *booking.operated_by);
    return show(status,
                {.booking = booking,
                 .machine = machine,
                 .enterprise = enterprise,
                 .actions = caller.actions(
                     booking, services.settings, services.clock.now(),
                     owing(reader, booking.facility, {booking.id}).contains(booking.id)),
                 .history = &history,
                 .sessions = services.sessions_of ? &sessions : nullptr,
                 .overrides = &overrides,
                 .holds = &holds,
                 .hand = &hand,
                 .pin = pin,
                 .costs = &costs},
                facility::zone_of(reader, booking.facility));
}

void publish_change(Services const& services, Booking const& booking, Booking const* before) {
    if (!services.publish) return;
    auto const write_place = [&](JsonText& out, Booking const& at) {
        out.key("machine_id").id(at.machine);
        out.key("start").plain(rfc3339_text(at.during.start, Duration{}));
        out.key("end").plain(rfc3339_text(at.during.end, Duration{}));
    };
    JsonText out;
    out.open('{');
    write_place(out, booking);
    out.key("state").plain(name_of(booking.state));
    if (before) {
        out.key("was").open('{');
        write_place(out, *before);
        out.close('}');
    }
    services.publish(booking.facility, "booking", out.close('}').take());
}

Result<std::optional<std::int64_t>> query_integer(http::Request const& request,
                                                  std::string_view name, std::int64_t min,
                                                  std::int64_t max) {
    auto const text = request.parameter(name);
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size() || number < min || number > max)
        return refuse(ErrorKind::invalid, "bad_integer",
                      std::string(name) + " must be a whole number from " + std::to_string(min) +
                          " to " + std::to_string(max) + ".");
    return number;
}

Result<Interval> query_interval(http::Request const& request, std::chrono::days most) {
    auto const from = http::query_time(request, "from");
    if (!from) return tl::make_unexpected(from.error());
    auto const to = http::query_time(request, "to");
    if (!to) return tl::make_unexpected(to.error());
    if (*to <= *from || *to - *from > most)
        return refuse(ErrorKind::invalid, "bad_interval",
                      "to must come after from, by " + std::to_string(most.count()) +
                          " days at most.");
    return Interval{*from, *to};
}

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
    http::add_operations(router, services, life_operations());
    add_series_routes(router, services);
}

}  // namespace karkhana::booking

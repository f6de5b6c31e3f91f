#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/costs/handlers.hpp"
#include "server/costs/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::costs {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::size_t most_lines = 40;
constexpr std::int64_t most_wh = 1'000'000'000'000;
constexpr std::int64_t most_register = 1'000'000'000'000'000;

Response not_found() { return http::problem({ErrorKind::not_found, "not_found"}); }

BillLine read_line(JsonBody& body) {
    BillLine line;
    auto const head = line_head_of(body.text("head"));
    if (!head) body.fail("bad_head", "head", "one of the heads of a bill");
    line.head = head.value_or(LineHead::other);
    auto const window = window_of(body.maybe_text("window").value_or("any"));
    if (!window) body.fail("bad_window", "window", "any, peak or off_peak");
    line.window = window.value_or(Window::any);
    if (auto const wh = body.maybe_integer("energy_wh", 0, most_wh)) line.energy = Energy{*wh};
    line.register_from = body.maybe_integer("register_from_wh", 0, most_register);
    line.register_to = body.maybe_integer("register_to_wh", 0, most_register);
    line.multiplier = body.maybe_integer("multiplier", 1, 100'000).value_or(1);
    line.amount = body.money("amount");
    line.label = body.maybe_text("label").value_or("");
    return line;
}

Instant read_day(JsonBody& body, std::string_view key, Zone const& zone) {
    auto const day = parse_date(body.text(key, 10));
    if (!day) body.fail("bad_date", key, "a day like 2026-11-05");
    return at_minute(zone, day.value_or(std::chrono::local_days{}), 0);
}

Result<UtilityBill> read_bill(JsonBody& body, Zone const& zone, bool correction) {
    UtilityBill bill;
    bill.paper_number = body.text("paper_number", 60);
    bill.during = {read_day(body, "from", zone), read_day(body, "to", zone)};
    bill.sanctioned_w = body.maybe_integer("sanctioned_w", 1, 100'000'000);
    bill.peak_from_minute =
        static_cast<int>(body.maybe_integer("peak_from_minute", 0, 1439).value_or(17 * 60));
    bill.peak_to_minute =
        static_cast<int>(body.maybe_integer("peak_to_minute", 1, 1440).value_or(23 * 60));
    for (auto& part : body.objects("lines", most_lines)) {
        bill.lines.push_back(read_line(part));
        body.close(part);
    }
    bill.total = body.money("total");
    bill.source = body.text("source", 500);
    if (correction) bill.reason = body.text("reason", 500);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return valid_bill(std::move(bill));
}

Zone zone_at(Services const& services, FacilityId const& here) {
    return services.store.read(
        [&](store::Reader& reader) { return services.books.get(reader, here)->zone; });
}

/// Another bill of the same days would be paid twice.
std::optional<Error> overlapping(store::Reader& reader, FacilityId const& here,
                                 UtilityBill const& bill) {
    for (auto const& other : bills_within(reader, here, bill.during))
        if (other.id != bill.id)
            return Error{ErrorKind::conflict, "bill_overlaps", "/from", other.paper_number};
    return std::nullopt;
}

Response keep(Services const& services, Request const& request, UtilityBill bill, int status,
              Zone const& zone) {
    auto const& who = request.principal.value();
    bill.measured = services.measured(who.facility, zone, bill);
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_costs(writer, who.facility);
        if (bill.during.end > now)
            return http::problem({ErrorKind::invalid, "bad_period", "/to", "it is not over"});
        if (auto const error = overlapping(writer, who.facility, bill))
            return http::problem(*error);
        auto kept = bill;
        kept.created_at = now;
        if (status == 200) {
            auto const versions = bill_versions(writer, who.facility, bill.id);
            if (versions.empty()) return not_found();
            kept.version = versions.front().version + 1;
        }
        insert_bill(writer, who.facility, kept, who.person);
        auto const setting = setting_at(cost_settings(writer, who.facility), kept.during.start);
        auto const shown = bill_json(kept, setting, zone);
        people::append_audit(writer, who.facility,
                             {.person = who.person,
                              .action = status == 200 ? "correctUtilityBill" : "createUtilityBill",
                              .subject = "utility-bill/" + kept.id.text(),
                              .after = json::serialize(shown),
                              .reason = kept.reason},
                             now);
        return http::json_response(status, shown);
    });
}

}  // namespace

Response list_utility_bills(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const settings = cost_settings(reader, here);
        auto const bills = bills_within(reader, here, {Instant{}, Instant::max()});
        json::array items;
        for (auto bill = bills.rbegin(); bill != bills.rend(); ++bill)
            items.push_back(bill_json(*bill, setting_at(settings, bill->during.start), zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_utility_bill(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const zone = zone_at(services, request.principal.value().facility);
    auto bill = read_bill(body, zone, false);
    if (!bill) return http::problem(bill.error());
    bill->id = services.ids.make<BillId>();
    return keep(services, request, std::move(*bill), 201, zone);
}

Response get_utility_bill(Services const& services, Request const& request) {
    auto const id = http::path_id<BillId>(request);
    if (!id) return http::problem(id.error());
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const settings = cost_settings(reader, here);
        json::array versions;
        for (auto const& bill : bill_versions(reader, here, *id))
            versions.push_back(bill_json(bill, setting_at(settings, bill.during.start), zone));
        if (versions.empty()) return not_found();
        return http::json_response(200, json::object{{"versions", std::move(versions)}});
    });
}

Response correct_utility_bill(Services const& services, Request const& request) {
    auto const id = http::path_id<BillId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const zone = zone_at(services, request.principal.value().facility);
    auto bill = read_bill(body, zone, true);
    if (!bill) return http::problem(bill.error());
    bill->id = *id;
    return keep(services, request, std::move(*bill), 200, zone);
}

}  // namespace karkhana::costs

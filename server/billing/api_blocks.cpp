#include "server/billing/api_money.hpp"
#include "server/billing/number_blocks.hpp"
#include "server/facility/records.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::int64_t kMostNumbers = 10'000;
constexpr std::int64_t kLastNumber = 999'999;

json::object block_json(NumberBlock const& block, MoneyNames const& names) {
    bool const some_void = block.ended_at && block.last_used < block.last;
    return {{"id", block.id.text()},
            {"series", block.series},
            {"fiscal_year", block.fiscal_year},
            {"box", block.box},
            {"first", block.first},
            {"last", block.last},
            {"held", block.held},
            {"made_at", names.time(block.made_at)},
            {"ended_at", http::or_null(block.ended_at, names.zone)},
            {"void_from", some_void ? json::value(block.last_used + 1) : json::value(nullptr)},
            {"reason", block.reason}};
}

std::string read_series(JsonBody& body) {
    auto const series = body.maybe_text("series", 20).value_or("invoice");
    if (series != "invoice" && series != "credit_note")
        body.fail("unknown_value", "series", "invoice or credit_note");
    return series;
}

Response get_blocks(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        json::array items;
        for (auto const& block : list_number_blocks(reader, facility))
            items.push_back(block_json(block, names));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response reserve(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    NumberBlock block;
    block.series = read_series(body);
    block.box = body.text("box", 60);
    auto const count = body.integer("count", 1, kMostNumbers);
    if (block.box.empty()) body.fail("missing_value", "box", "who gives them out");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "reserveNumbers", 201, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& facility = request.principal->facility;
            block.fiscal_year = fiscal_year(names.zone, now);
            auto const made = reserve_block(writer, facility, services.ids, block, count, now);
            return Done{"number_block/" + made.id.text(), block_json(made, names)};
        });
}

Response hold(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    NumberBlock block;
    block.series = read_series(body);
    block.fiscal_year = body.text("fiscal_year", 7);
    block.box = body.text("box", 60);
    block.first = body.integer("first", 1, kLastNumber);
    block.last = body.integer("last", 1, kLastNumber);
    if (block.last < block.first) body.fail("last_not_of_block", "last", "not before the first");
    if (block.box.empty()) body.fail("missing_value", "box", "the name of this one");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "holdNumbers", 201, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const held =
                hold_block(writer, request.principal->facility, services.ids, block, now);
            if (!held) return tl::make_unexpected(held.error());
            return Done{"number_block/" + held->id.text(), block_json(*held, names)};
        });
}

Response give_block_back(Services const& services, Request const& request) {
    auto const id = http::path_id<NumberBlockId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const last_used = body.integer("last_used", 0, kLastNumber);
    auto const reason = body.text("reason", 200);
    if (reason.empty()) body.fail("reason_missing", "reason", "Say why.");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "returnNumbers", 200, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const ended =
                end_block(writer, request.principal->facility, *id, last_used, reason, now);
            if (!ended) return tl::make_unexpected(ended.error());
            return Done{"number_block/" + id->text(), block_json(*ended, names)};
        });
}

}  // namespace

void add_block_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string method, std::string pattern, std::string operation,
                        MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/number-blocks", "listNumberBlocks", get_blocks);
    on("POST", "/number-blocks", "reserveNumbers", reserve);
    on("POST", "/number-blocks/held", "holdNumbers", hold);
    on("POST", "/number-blocks/{id}/return", "returnNumbers", give_block_back);
}

}  // namespace karkhana::billing

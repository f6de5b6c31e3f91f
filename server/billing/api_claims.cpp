#include <algorithm>
#include <array>

#include "server/base/digest.hpp"
#include "server/billing/api_money.hpp"
#include "server/billing/claims.hpp"
#include "server/http/paging.hpp"
#include "server/people/roles.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

constexpr std::array kChannels{"bkash", "nagad", "rocket", "bank"};
constexpr int kShownLines = 500;
constexpr std::size_t kFileLimit = 4 << 20;

bool is_channel(std::string_view name) {
    return std::ranges::find(kChannels, name) != kChannels.end();
}

json::object claim_json(Claim const& claim, MoneyNames const& names) {
    return {{"id", claim.id.text()},
            {"channel", claim.channel},
            {"trx_id", claim.trx_id},
            {"enterprise", names.enterprise(claim.enterprise)},
            {"invoice_id", http::or_null(claim.invoice)},
            {"invoice_number", http::text_or_null(claim.invoice_number)},
            {"amount", to_json(claim.amount)},
            {"sender", claim.sender},
            {"paid_at", names.time(claim.paid_at)},
            {"claimed_at", names.time(claim.claimed_at)},
            {"claimed_by", claim.claimed_by.text()},
            {"state", claim.state},
            {"statement_line_id", http::or_null(claim.line)}};
}

Response list_all_claims(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    ClaimFilter filter{.limit = *limit};
    if (auto const state = request.parameter("state")) filter.state = std::string{*state};
    if (auto const cursor = request.parameter("cursor")) {
        if (!ClaimId::parse(*cursor))
            return http::problem({ErrorKind::invalid, "bad_cursor", "cursor", ""});
        filter.before = *cursor;
    }
    return services.store.read([&](store::Reader& reader) {
        std::vector<Claim> found;
        if (people::keeps_books(who))
            found = list_claims(reader, who.facility, filter);
        else
            for (auto const& mine : who.enterprises) {
                filter.enterprise = mine;
                std::ranges::move(list_claims(reader, who.facility, filter),
                                  std::back_inserter(found));
            }
        auto const names = money_names(reader, who.facility);
        json::array items;
        for (auto const& claim : found) items.push_back(claim_json(claim, names));
        json::value next = nullptr;
        if (std::ssize(found) == *limit) next = found.back().id.text();
        return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
    });
}

Response claim_money(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    auto body = JsonBody::parse(request);
    Claim claim;
    claim.id = services.ids.make<ClaimId>();
    claim.channel = body.text("channel", 20);
    claim.trx_id = body.text("trx_id", 60);
    claim.enterprise = body.id<EnterpriseId>("enterprise_id");
    claim.invoice = body.maybe_id<InvoiceId>("invoice_id");
    claim.amount = body.money("amount");
    claim.sender = body.maybe_text("sender", 30).value_or("");
    claim.paid_at = body.maybe_at("paid_at").value_or(services.clock.now());
    claim.claimed_by = who.person;
    if (!is_channel(claim.channel))
        body.fail("unknown_method", "channel", "bkash, nagad, rocket or bank");
    if (claim.amount <= Money{}) body.fail("not_positive", "amount", "more than nothing");
    if (claim.paid_at > services.clock.now()) body.fail("in_future", "paid_at", "not yet");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "createClaim", 201, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            if (!names.enterprises.contains(claim.enterprise) ||
                !(people::keeps_books(who) || who.acts_for(claim.enterprise)))
                return refuse(ErrorKind::not_found, "not_found");
            auto const made = make_claim(writer, who.facility, claim, now);
            if (!made) return tl::make_unexpected(made.error());
            return Done{"claim/" + made->id.text(), claim_json(*made, names)};
        });
}

/// A step of the claim in the path.
Response step_claim(Services const& services, Request const& request, std::string const& operation,
                    std::string const& reason,
                    std::function<Result<Claim>(store::Writer&, ClaimId const&, Instant)> step) {
    auto const id = http::path_id<ClaimId>(request);
    if (!id) return http::problem(id.error());
    return change_money(
        services, request, operation, 200, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const claim = step(writer, *id, now);
            if (!claim) return tl::make_unexpected(claim.error());
            return Done{"claim/" + id->text(), claim_json(*claim, names)};
        });
}

Response match_one(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const line = body.maybe_id<StatementLineId>("statement_line_id");
    if (auto error = body.finish()) return http::problem(*error);
    auto const& who = *request.principal;
    return step_claim(services, request, "matchClaim", "",
                      [&](store::Writer& writer, ClaimId const& id, Instant now) {
                          return match_by_hand(writer, who.facility, id, line, who.person, now);
                      });
}

Response apply_one(Services const& services, Request const& request) {
    if (auto error = JsonBody::parse(request).finish()) return http::problem(*error);
    auto const& who = *request.principal;
    return step_claim(services, request, "applyClaim", "",
                      [&](store::Writer& writer, ClaimId const& id, Instant now) {
                          return apply_claim(writer, who.facility, services.ids, id, who.person,
                                             now);
                      });
}

Response reject_one(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    if (auto error = body.finish()) return http::problem(*error);
    auto const& who = *request.principal;
    return step_claim(services, request, "rejectClaim", reason,
                      [&](store::Writer& writer, ClaimId const& id, Instant now) {
                          return reject_claim(writer, who.facility, id, reason, who.person, now);
                      });
}

Response list_lines(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    bool const unmatched = request.parameter("unmatched") == "true";
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, facility);
        json::array items;
        for (auto const& line : list_statement_lines(reader, facility, unmatched, kShownLines))
            items.push_back(json::object{{"id", line.seen.id.text()},
                                         {"channel", line.seen.channel},
                                         {"trx_id", line.seen.trx_id},
                                         {"amount", to_json(line.seen.amount)},
                                         {"sender", line.seen.sender},
                                         {"reference", line.seen.reference},
                                         {"paid_at", to_rfc3339(line.seen.paid_at, zone)},
                                         {"claim_id", http::or_null(line.claim)}});
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

std::string query_text(Request const& request, std::string_view name) {
    return std::string{request.parameter(name).value_or("")};
}

Response refused_file(StatementFile const& file) {
    json::array faults;
    for (auto const& fault : file.faults)
        faults.push_back(
            json::object{{"line", fault.line}, {"column", fault.column}, {"code", fault.code}});
    return http::problem({ErrorKind::invalid, "bad_statement", "", "nothing was imported"},
                         {{"faults", std::move(faults)}});
}

Response import_lines(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    auto const channel = query_text(request, "channel");
    if (!is_channel(channel))
        return http::problem(
            {ErrorKind::invalid, "unknown_method", "channel", "bkash, nagad, rocket or bank"});
    StatementColumns const columns{query_text(request, "trx_id"), query_text(request, "amount"),
                                   query_text(request, "paid_at"), query_text(request, "sender"),
                                   query_text(request, "reference")};
    auto const offset = services.store.read([&](store::Reader& reader) {
        return facility::zone_of(reader, who.facility).offset_at(services.clock.now());
    });
    auto const file = read_statement(request.body, channel, columns, offset);
    if (!file.faults.empty()) return refused_file(file);
    return change_money(services, request, "importStatement", 201, "",
                        [&](store::Writer& writer, MoneyNames const&, Instant now) -> Result<Done> {
                            auto const done =
                                import_statement(writer, who.facility, services.ids, file, channel,
                                                 sha256_hex(request.body), who.person, now);
                            if (!done) return tl::make_unexpected(done.error());
                            return Done{"statement/" + done->id.text(),
                                        {{"id", done->id.text()},
                                         {"channel", channel},
                                         {"added", done->added},
                                         {"known", done->known},
                                         {"matched", done->matched}}};
                        });
}

}  // namespace

void add_claim_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation,
                  MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/claims", "listClaims", list_all_claims);
    on("POST", "/claims", "createClaim", claim_money);
    on("POST", "/claims/{id}/match", "matchClaim", match_one);
    on("POST", "/claims/{id}/apply", "applyClaim", apply_one);
    on("POST", "/claims/{id}/reject", "rejectClaim", reject_one);
    on("GET", "/statement-lines", "listStatementLines", list_lines);
    add_money_route(router, services, "POST", "/statements", "importStatement", import_lines,
                    "text/csv", kFileLimit);
}

}  // namespace karkhana::billing

#include "server/base/digest.hpp"
#include "server/billing/api_money.hpp"
#include "server/billing/disputes.hpp"
#include "server/people/roles.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

json::object dispute_json(Dispute const& dispute, MoneyNames const& names) {
    return {{"id", dispute.id.text()},
            {"invoice_id", dispute.invoice.text()},
            {"number", dispute.number},
            {"line", dispute.line},
            {"enterprise", names.enterprise(dispute.enterprise)},
            {"amount", to_json(dispute.amount)},
            {"reason", dispute.reason},
            {"state", dispute.state()},
            {"answer", http::or_null(dispute.answer)},
            {"outcome", http::or_null(dispute.outcome)},
            {"opened_at", names.time(dispute.opened_at)},
            {"evidence_sha256", dispute.evidence_sha256}};
}

Response list_all_disputes(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    bool const unsettled = request.parameter("unsettled") == "true";
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, who.facility);
        json::array items;
        auto const add = [&](std::optional<EnterpriseId> const& enterprise) {
            for (auto const& dispute : list_disputes(reader, who.facility, enterprise, unsettled))
                items.push_back(dispute_json(dispute, names));
        };
        if (people::keeps_books(who))
            add(std::nullopt);
        else
            for (auto const& mine : who.enterprises) add(mine);
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response dispute_line(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 500);
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "createDispute", 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const invoice = find_invoice(writer, who.facility, *id);
            if (!invoice || !invoice->final ||
                !(people::keeps_books(who) || who.acts_for(invoice->enterprise)))
                return refuse(ErrorKind::not_found, "not_found");
            auto const proof = proof_of(writer, who.facility, *invoice, request.param("line"));
            if (!proof) return tl::make_unexpected(proof.error());
            auto const& line = proof->at("line").as_object();
            Dispute dispute{services.ids.make<DisputeId>(),
                            *id,
                            static_cast<int>(line.at("line").as_int64()),
                            invoice->enterprise,
                            invoice->number_text,
                            {line.at("amount").at("amount").as_int64()},
                            reason,
                            json::serialize(*proof),
                            {},
                            now,
                            who.person};
            dispute.evidence_sha256 = sha256_hex(dispute.evidence);
            auto const opened = open_dispute(writer, who.facility, std::move(dispute));
            if (!opened) return tl::make_unexpected(opened.error());
            return Done{"dispute/" + opened->id.text(), dispute_json(*opened, names)};
        });
}

Response step_dispute(Services const& services, Request const& request,
                      std::string const& operation, bool settle) {
    auto const id = http::path_id<DisputeId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const words = body.text("words", 500);
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, operation, 200, words,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const dispute =
                answer_dispute(writer, who.facility, *id, words, settle, who.person, now);
            if (!dispute) return tl::make_unexpected(dispute.error());
            return Done{"dispute/" + id->text(), dispute_json(*dispute, names)};
        });
}

Response answer_one(Services const& services, Request const& request) {
    return step_dispute(services, request, "answerDispute", false);
}

Response settle_one(Services const& services, Request const& request) {
    return step_dispute(services, request, "settleDispute", true);
}

}  // namespace

void add_dispute_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation,
                  MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/disputes", "listDisputes", list_all_disputes);
    on("POST", "/invoices/{id}/lines/{line}/disputes", "createDispute", dispute_line);
    on("POST", "/disputes/{id}/answer", "answerDispute", answer_one);
    on("POST", "/disputes/{id}/settle", "settleDispute", settle_one);
}

}  // namespace karkhana::billing

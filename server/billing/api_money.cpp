#include "server/billing/api_money.hpp"

#include <algorithm>
#include <array>

#include "server/billing/bangla_qr.hpp"
#include "server/billing/json.hpp"
#include "server/billing/money_settings.hpp"
#include "server/billing/waivers.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/json.hpp"
#include "server/people/roles.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

constexpr std::array kInHand{"cash", "wallet", "vds"};

/// An amount of the body that is more than nothing.
Money some_money(JsonBody& body, std::string_view key) {
    auto const amount = body.money(key);
    if (amount <= Money{}) body.fail("not_positive", key, "more than nothing");
    return amount;
}

/// How it was paid; withheld VAT has the number of its certificate.
void read_way(JsonBody& body, Receipt& receipt) {
    receipt.amount = some_money(body, "amount");
    receipt.method = body.text("method", 20);
    receipt.reference = body.maybe_text("reference", 100);
    if (std::ranges::find(kInHand, receipt.method) == kInHand.end())
        body.fail("unknown_method", "method", "cash, wallet or vds; what was sent is claimed");
    if (receipt.method == "vds" && receipt.reference.value_or("").empty())
        body.fail("missing_field", "reference", "the number of the certificate");
}

Response take(Services const& services, Request const& request, std::string const& operation,
              std::function<Result<Receipt>(store::Writer&)> const& order) {
    return change_money(services, request, operation, 201, "",
                        [&](store::Writer& writer, MoneyNames const&, Instant now) -> Result<Done> {
                            auto const& who = *request.principal;
                            auto const receipt = order(writer);
                            if (!receipt) return tl::make_unexpected(receipt.error());
                            auto const paid = receive(writer, who.facility, services.ids, *receipt,
                                                      who.person, now);
                            if (!paid) return tl::make_unexpected(paid.error());
                            return Done{"payment/" + paid->id.text(),
                                        payment_json(*paid, read_names(writer, who.facility))};
                        });
}

Response pay_invoice(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    Receipt receipt;
    read_way(body, receipt);
    if (auto error = body.finish()) return http::problem(*error);
    return take(services, request, "createPayment", [&](store::Writer& writer) -> Result<Receipt> {
        auto const invoice = find_invoice(writer, request.principal->facility, *id);
        if (!invoice) return refuse(ErrorKind::not_found, "not_found");
        receipt.enterprise = invoice->enterprise;
        receipt.invoices = std::vector{*id};
        return receipt;
    });
}

Response pay_account(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    Receipt receipt;
    receipt.enterprise = body.id<EnterpriseId>("enterprise_id");
    read_way(body, receipt);
    if (body.maybe_flag("prepaid").value_or(false)) receipt.invoices.emplace();
    if (auto error = body.finish()) return http::problem(*error);
    return take(services, request, "receivePayment", [&](store::Writer& writer) -> Result<Receipt> {
        if (!people::find_enterprise(writer, request.principal->facility, receipt.enterprise))
            return refuse(ErrorKind::not_found, "not_found");
        return receipt;
    });
}

Response take_back(Services const& services, Request const& request) {
    auto const id = http::path_id<PaymentId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(services, request, "reversePayment", 200, reason,
                        [&](store::Writer& writer, MoneyNames const&, Instant now) -> Result<Done> {
                            auto const& who = *request.principal;
                            auto const back = reverse_payment(writer, who.facility, services.ids,
                                                              *id, reason, who.person, now);
                            if (!back) return tl::make_unexpected(back.error());
                            return Done{"payment/" + id->text(),
                                        payment_json(*back, read_names(writer, who.facility))};
                        });
}

json::object waiver_json(Waiver const& waiver, MoneyNames const& names) {
    return {{"id", waiver.id.text()},
            {"invoice_id", waiver.invoice.text()},
            {"number", waiver.number},
            {"enterprise", names.enterprise(waiver.enterprise)},
            {"amount", to_json(waiver.amount)},
            {"reason", waiver.reason},
            {"asked_at", names.time(waiver.asked_at)},
            {"asked_by", waiver.asked_by.text()},
            {"granted", http::or_null(waiver.granted)}};
}

Response list_all_waivers(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        json::array items;
        for (auto const& waiver :
             list_waivers(reader, facility, request.parameter("undecided") == "true"))
            items.push_back(waiver_json(waiver, names));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response waive(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const amount = some_money(body, "amount");
    auto const reason = body.text("reason", 200);
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "createWaiver", 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const waiver = ask_waiver(writer, who.facility, services.ids, *id, amount, reason,
                                           who.person, now);
            if (!waiver) return tl::make_unexpected(waiver.error());
            return Done{"waiver/" + waiver->id.text(), waiver_json(*waiver, names)};
        });
}

Response decide_on_waiver(Services const& services, Request const& request) {
    auto const id = http::path_id<WaiverId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    bool const granted = body.flag("granted");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "decideWaiver", 200, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const waiver =
                decide_waiver(writer, who.facility, services.ids, *id, granted, who.person, now);
            if (!waiver) return tl::make_unexpected(waiver.error());
            return Done{"waiver/" + id->text(), waiver_json(*waiver, names)};
        });
}

json::object settings_json(MoneySettings const& settings) {
    return {{"version", settings.version},
            {"wallet_vat", settings.wallet_is_advance ? "advance" : "deposit"},
            {"wallet_vat_rate", settings.wallet_vat_rate},
            {"waiver_limit", to_json(settings.waiver_limit)},
            {"match_days", settings.match_days},
            {"grace_days", settings.grace_days},
            {"reminder_days",
             json::array(settings.reminder_days.begin(), settings.reminder_days.end())},
            {"bangla_qr", settings.bangla_qr}};
}

Response get_money_settings(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(
            200, settings_json(money_settings(reader, request.principal->facility)));
    });
}

Response save_money_settings(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    MoneySettings settings;
    settings.version = body.integer("version", 0, 1'000'000);
    auto const vat = body.text("wallet_vat", 20);
    settings.wallet_is_advance = vat == "advance";
    if (vat != "advance" && vat != "deposit")
        body.fail("unknown_value", "wallet_vat", "deposit or advance");
    settings.wallet_vat_rate = static_cast<int>(body.integer("wallet_vat_rate", 0, 10'000));
    settings.waiver_limit = body.money("waiver_limit");
    if (settings.waiver_limit < Money{})
        body.fail("not_positive", "waiver_limit", "nothing or more");
    settings.match_days = static_cast<int>(body.integer("match_days", 0, 60));
    settings.grace_days = static_cast<int>(body.maybe_integer("grace_days", 0, 60).value_or(0));
    settings.reminder_days.clear();
    for (auto& part : body.objects("reminders", 9)) {
        settings.reminder_days.push_back(static_cast<int>(part.integer("days", 1, 365)));
        body.close(part);
    }
    if (!std::ranges::is_sorted(settings.reminder_days, std::ranges::less_equal{}))
        body.fail("out_of_range", "reminders", "later ones come later");
    settings.bangla_qr = body.maybe_text("bangla_qr", 512).value_or("");
    if (auto error = body.finish()) return http::problem(*error);
    if (!settings.bangla_qr.empty())
        if (auto const sound = bangla_qr(settings.bangla_qr, Money{100}, "1"); !sound)
            return http::problem(sound.error());
    return change_money(
        services, request, "saveMoneySettings", 200, "",
        [&](store::Writer& writer, MoneyNames const&, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            if (!add_money_settings(writer, who.facility, settings, who.person, now) ||
                money_settings(writer, who.facility).version != settings.version + 1)
                return refuse(ErrorKind::conflict, "edited_meanwhile");
            ++settings.version;
            return Done{"money_settings", settings_json(settings)};
        });
}

Response get_qr(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = *request.principal;
    return services.store.read([&](store::Reader& reader) {
        auto const invoice = find_invoice(reader, who.facility, *id);
        if (!invoice || !invoice->final ||
            !(people::keeps_books(who) || who.acts_for(invoice->enterprise)))
            return http::problem({ErrorKind::not_found, "not_found", "", ""});
        json::value text = nullptr;
        auto const settings = money_settings(reader, who.facility);
        if (!settings.bangla_qr.empty() && invoice->due() > Money{}) {
            auto const filled = bangla_qr(settings.bangla_qr, invoice->due(), invoice->number_text);
            if (!filled) return http::problem(filled.error());
            text = *filled;
        }
        return http::json_response(
            200, json::object{{"payload", text}, {"amount", to_json(invoice->due())}});
    });
}

}  // namespace

json::value MoneyNames::enterprise(EnterpriseId const& id) const {
    return people::enterprise_ref_json(enterprises.at(id));
}

MoneyNames money_names(store::Reader& reader, FacilityId const& facility) {
    MoneyNames names{facility::zone_of(reader, facility), {}};
    for (auto& enterprise : people::all_enterprises(reader, facility))
        names.enterprises.emplace(enterprise.id, std::move(enterprise));
    return names;
}

Response change_money(
    Services const& services, Request const& request, std::string const& operation, int status,
    std::string const& reason,
    std::function<Result<Done>(store::Writer&, MoneyNames const&, Instant)> const& act) {
    auto const& who = *request.principal;
    Instant const now = services.clock.now();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const done = act(writer, money_names(writer, who.facility), now);
        if (!done) return http::problem(done.error());
        people::append_audit(
            writer, who.facility,
            {who.person, operation, done->subject, "", json::serialize(done->shown), reason}, now);
        return http::json_response(status, done->shown);
    });
}

void add_money_route(http::Router& router, Services const& services, std::string method,
                     std::string pattern, std::string operation, MoneyHandler handler,
                     std::string consumes, std::size_t body_limit) {
    bool const changes = method == "POST";
    router.add({std::move(method), "/api/v1" + std::move(pattern), std::move(operation),
                [services, handler](Request const& request) { return handler(services, request); },
                http::Access::signed_in, changes, false, false, std::move(consumes), body_limit});
}

Result<EnterpriseId> visible_enterprise(store::Reader& reader, Request const& request) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return id;
    auto const& who = *request.principal;
    bool const mine = people::keeps_books(who) || who.acts_for(*id);
    if (!mine || !people::find_enterprise(reader, who.facility, *id))
        return refuse(ErrorKind::not_found, "not_found");
    return id;
}

void add_money_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation,
                  MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("POST", "/invoices/{id}/payments", "createPayment", pay_invoice);
    on("POST", "/payments", "receivePayment", pay_account);
    on("POST", "/payments/{id}/reversal", "reversePayment", take_back);
    on("POST", "/invoices/{id}/waivers", "createWaiver", waive);
    on("GET", "/waivers", "listWaivers", list_all_waivers);
    on("POST", "/waivers/{id}/decision", "decideWaiver", decide_on_waiver);
    on("GET", "/money-settings", "getMoneySettings", get_money_settings);
    on("POST", "/money-settings", "saveMoneySettings", save_money_settings);
    on("GET", "/invoices/{id}/bangla-qr", "getBanglaQr", get_qr);
    add_claim_routes(router, services);
    add_wallet_routes(router, services);
    add_dispute_routes(router, services);
    add_held_routes(router, services);
    add_closing_routes(router, services);
    add_sale_routes(router, services);
    add_block_routes(router, services);
    add_pack_routes(router, services);
    add_tax_routes(router, services);
    add_credit_routes(router, services);
}

}  // namespace karkhana::billing

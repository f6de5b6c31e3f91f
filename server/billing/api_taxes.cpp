#include <algorithm>

#include "server/billing/api_money.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/tax_records.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

json::object setting_json(TaxSetting const& setting, MoneyNames const& names) {
    return {{"effective_from", names.time(setting.effective_from)},
            {"regime", name_of(setting.regime)},
            {"rounding", name_of(setting.rounding)},
            {"inclusive", setting.inclusive},
            {"bin", setting.bin},
            {"source", setting.source}};
}

json::object code_json(TaxCode const& code, MoneyNames const& names) {
    return {{"code", code.code},
            {"effective_from", names.time(code.effective_from)},
            {"rate_e4", code.rate_e4},
            {"label", json::object{{"en", code.label.en}, {"bn", code.label.bn}}},
            {"service_code", code.service_code},
            {"source", code.source}};
}

Response get_taxes(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        auto const table = read_taxes(reader, facility);
        json::array settings, codes;
        for (auto const& each : table.settings) settings.push_back(setting_json(each, names));
        for (auto const& each : table.codes) codes.push_back(code_json(each, names));
        return http::json_response(200,
                                   json::object{{"regime", name_of(setting_at(table, now).regime)},
                                                {"settings", std::move(settings)},
                                                {"codes", std::move(codes)}});
    });
}

/// From when on; nothing: from now on.
std::optional<Instant> read_start(JsonBody& body, Instant now) {
    auto const from = body.maybe_at("effective_from");
    if (from && *from < now)
        body.fail("tax_in_the_past", "effective_from", "what was issued keeps its tax");
    return from;
}

/// No bill is made final between this and the end of the transaction, and all that are were issued
/// before. Errors: `tax_in_the_past`.
Result<Instant> start_after_bills(store::Writer& writer, FacilityId const& facility,
                                  std::optional<Instant> const& wanted, Instant now) {
    lock_billing(writer, facility);
    auto const last = last_issued_at(writer, facility);
    auto const first = last ? std::max(now, *last + Duration{1}) : now;
    if (!wanted) return first;
    if (last && *wanted <= *last)
        return refuse(ErrorKind::invalid, "tax_in_the_past", "a bill was issued after that",
                      "/effective_from");
    return *wanted;
}

/// The 13 digits of a business identification number as it is printed: nine, a hyphen, four.
std::string read_bin(JsonBody& body) {
    auto const text = body.maybe_text("bin", 20).value_or("");
    std::string digits;
    for (char const c : text)
        if (c >= '0' && c <= '9') digits += c;
    if (digits.size() == 13 && digits.size() + (text.size() > 13 ? 1 : 0) == text.size())
        return digits.substr(0, 9) + "-" + digits.substr(9);
    return text;
}

Response create_setting(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    TaxSetting setting;
    auto const start = read_start(body, services.clock.now());
    auto const regime = regime_of(body.text("regime", 20));
    auto const rounding = tax_rounding_of(body.maybe_text("rounding", 20).value_or("line"));
    setting.inclusive = body.maybe_flag("inclusive").value_or(false);
    setting.bin = read_bin(body);
    setting.source = body.text("source", 200);
    if (!regime) body.fail("unknown_regime", "regime", "none, turnover or vat");
    if (!rounding) body.fail("unknown_rounding", "rounding", "line or invoice");
    if (regime == Regime::vat && setting.bin.empty())
        body.fail("bin_missing", "bin", "a tax invoice has the number of its seller");
    if (setting.source.empty()) body.fail("missing_value", "source", "who says so");
    if (auto error = body.finish()) return http::problem(*error);
    setting.regime = *regime;
    setting.rounding = *rounding;
    return change_money(
        services, request, "setTaxRegime", 201, setting.source,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const from = start_after_bills(writer, who.facility, start, now);
            if (!from) return tl::make_unexpected(from.error());
            setting.effective_from = *from;
            for (auto const& each : read_taxes(writer, who.facility).settings)
                if (each.effective_from == setting.effective_from)
                    return refuse(ErrorKind::conflict, "tax_exists", "another begins then");
            insert_tax_setting(writer, who.facility, setting, who.person, now);
            return Done{"tax_setting/" + names.time(setting.effective_from),
                        setting_json(setting, names)};
        });
}

Response create_code(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    TaxCode code;
    auto const start = read_start(body, services.clock.now());
    code.code = body.text("code", 40);
    code.rate_e4 = body.integer("rate_e4", 0, 10'000);
    auto label = body.object("label");
    code.label = {label.text("en", 120), label.text("bn", 120)};
    body.close(label);
    code.service_code = body.maybe_text("service_code", 40).value_or("");
    code.source = body.text("source", 200);
    if (code.code.empty()) body.fail("missing_value", "code", "a short name");
    if (code.source.empty()) body.fail("missing_value", "source", "which law or order");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "setTaxCode", 201, code.source,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const from = start_after_bills(writer, who.facility, start, now);
            if (!from) return tl::make_unexpected(from.error());
            code.effective_from = *from;
            for (auto const& each : read_taxes(writer, who.facility).codes)
                if (each.code == code.code && each.effective_from == code.effective_from)
                    return refuse(ErrorKind::conflict, "tax_exists", "another begins then");
            insert_tax_code(writer, who.facility, code, who.person, now);
            return Done{"tax_code/" + code.code, code_json(code, names)};
        });
}

}  // namespace

void add_tax_routes(http::Router& router, Services const& services) {
    add_money_route(router, services, "GET", "/taxes", "listTaxes", get_taxes);
    add_money_route(router, services, "POST", "/taxes/regimes", "setTaxRegime", create_setting);
    add_money_route(router, services, "POST", "/taxes/codes", "setTaxCode", create_code);
}

}  // namespace karkhana::billing

#include "server/exports/trade_document.hpp"

#include <cstdlib>
#include <map>

#include "server/exports/table.hpp"

namespace karkhana::exports {
namespace {

constexpr std::string_view kCanonical =
    "SELECT canonical FROM invoice WHERE facility_id = $1 AND period = $2 AND state = 'final' "
    "ORDER BY series, fiscal_year, number";

/// "10.500000" as "10.5", with at least so many decimals.
std::string without_zeros(std::string decimal, std::size_t least) {
    auto const point = decimal.find('.');
    while (decimal.size() > point + 1 + least && decimal.back() == '0') decimal.pop_back();
    if (decimal.back() == '.') decimal.pop_back();
    return decimal;
}

/// Of the unit that is priced: so many of what is counted.
std::string unit_code(std::string_view counted, std::int64_t per) {
    if (counted == "Wh" && per == 1000) return "KWH";
    if (counted == "s" && per == 60) return "MIN";
    if (counted == "s" && per == 3600) return "HUR";
    return "C62";
}

TradeLine trade_line(billing::IssuedLine const& issued, facility::Name const& machine) {
    auto const& term = issued.term;
    return {.line = issued.line,
            .name = {machine.en + ": " + term.label.en, machine.bn + ": " + term.label.bn},
            .quantity = term.quantity,
            .per = term.priced_per(),
            .unit = unit_code(billing::unit_of(term.basis), term.priced_per()),
            .price = term.price,
            .net = term.amount,
            .income = term.account()};
}

TradeLine trade_line(billing::IssuedItem const& item) {
    return {.line = item.line,
            .name = {item.label.en, item.label.bn},
            .quantity = item.quantity,
            .per = item.per,
            .unit = unit_code(item.unit, item.per),
            .price = item.price,
            .net = item.amount,
            .income = item.income};
}

/// Takes the tax out of a price that has it within.
void add_tax(TradeLine& line, billing::IssuedTax const& tax, std::size_t place) {
    if (tax.regime != billing::Regime::vat || place >= tax.lines.size()) return;
    auto const& own = tax.lines[place];
    line.category = own.rate_e4 > 0 ? TaxCategory::standard : TaxCategory::exempt;
    line.tax_rate_e4 = own.rate_e4;
    line.tax = own.tax;
    if (tax.inclusive) line.net = line.net - own.tax;
}

/// Quantity and price by the rules of trade.
void settle(TradeLine& line) {
    if (line.quantity > 0 && line.price.e4 >= 0 &&
        price_of(line.price, line.quantity, line.per) == line.net)
        return;
    line.quantity = line.net < Money{} ? -1 : 1;
    line.per = 1;
    line.unit = "C62";
    line.price = {std::abs(line.net.poisha) * 10'000};
}

}  // namespace

TradeDocument trade_document(billing::InvoiceDocument const& document) {
    auto const zone = Zone::find(document.seller.zone).value();
    std::map<SessionId, facility::Name const*> machines;
    for (auto const& session : document.sessions) machines.emplace(session.id, &session.machine);
    TradeDocument trade{
        .credit_note = document.kind == billing::DocumentKind::credit_note,
        .number = document.number,
        .issued = local_day(zone, document.issued_at),
        .period = document.period,
        .note = document.reason,
        .seller = {document.seller.id.text(), document.seller.name, document.seller.address.en, ""},
        .buyer = {document.buyer.id.text(), document.buyer.name, document.buyer.place, ""},
        .payable = document.total};
    if (document.refers_to) trade.refers_to = document.refers_to->number;
    if (document.tax.regime == billing::Regime::vat && !document.tax.bin.empty())
        trade.seller.tax_id = "BD" + document.tax.bin;
    if (document.tax.regime == billing::Regime::vat && !document.buyer.bin.empty())
        trade.buyer.tax_id = "BD" + document.buyer.bin;
    for (auto const& line : document.lines)
        trade.lines.push_back(trade_line(line, *machines.at(line.session)));
    for (auto const& item : document.items) trade.lines.push_back(trade_line(item));
    for (std::size_t i = 0; i < trade.lines.size(); ++i) {
        auto& line = trade.lines[i];
        add_tax(line, document.tax, i);
        settle(line);
        trade.net += line.net;
        trade.tax += line.tax;
    }
    trade.rounding = trade.payable - trade.net - trade.tax;
    return trade;
}

std::vector<TradeDocument> trade_documents(store::Reader& reader, FacilityId const& facility,
                                           std::string const& period) {
    return reader.all(
        kCanonical,
        [](store::Row const& row) {
            return trade_document(billing::read_document(row.text(0)).value());
        },
        facility, period);
}

std::string price_decimal(Rate price) { return without_zeros(with_point(price.e4, 6), 2); }

std::string quantity_decimal(TradeLine const& line) {
    return without_zeros(with_point(divide_half_away(Wide{line.quantity} * 1'000'000, line.per), 6),
                         0);
}

std::string percent_decimal(std::int64_t rate_e4) {
    return without_zeros(with_point(rate_e4, 2), 0);
}

}  // namespace karkhana::exports

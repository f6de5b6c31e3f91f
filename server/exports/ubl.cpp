#include <map>

#include "server/exports/table.hpp"
#include "server/exports/trade_document.hpp"
#include "server/exports/xml.hpp"

namespace karkhana::exports {
namespace {

constexpr std::string_view kModel = "urn:cen.eu:en16931:2017";
constexpr std::string_view kNamespaces =
    R"( xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2")"
    R"( xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2")";

std::string taka(Money amount) { return with_point(amount.poisha, 2); }

std::string_view code_of(TaxCategory category) {
    switch (category) {
    case TaxCategory::standard: return "S";
    case TaxCategory::exempt: return "E";
    case TaxCategory::outside_scope: break;
    }
    return "O";
}

/// Lines of one category and rate are taxed together.
struct Group {
    Money net, tax;
};
using Groups = std::map<std::pair<TaxCategory, std::int64_t>, Group>;

class Ubl {
public:
    explicit Ubl(TradeDocument const& document) : document_(document) {}

    std::string text() {
        auto const kind = document_.credit_note ? "CreditNote" : "Invoice";
        xml_.open(std::string{kind} + " xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:" +
                  kind + "-2\"" + std::string{kNamespaces});
        add_head();
        add_party("cac:AccountingSupplierParty", document_.seller);
        add_party("cac:AccountingCustomerParty", document_.buyer);
        if (!document_.credit_note)
            xml_.open("cac:PaymentTerms").leaf("cbc:Note", "Due on receipt").close();
        add_taxes();
        add_totals();
        for (auto const& line : document_.lines) add_line(line);
        return xml_.close().take();
    }

private:
    void amount(std::string_view name, Money money) {
        xml_.leaf(std::string{name} + " currencyID=\"BDT\"", taka(money));
    }

    void add_head() {
        bool const credit = document_.credit_note;
        xml_.leaf("cbc:CustomizationID", kModel).leaf("cbc:ID", document_.number);
        xml_.leaf("cbc:IssueDate", to_date(document_.issued));
        xml_.leaf(credit ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode",
                  credit ? "381" : "380");
        if (!document_.note.empty()) xml_.leaf("cbc:Note", document_.note);
        xml_.leaf("cbc:DocumentCurrencyCode", "BDT");
        if (auto const first = parse_date(document_.period + "-01")) {
            std::chrono::year_month_day const day{*first};
            std::chrono::local_days const last{day.year() / day.month() / std::chrono::last};
            xml_.open("cac:InvoicePeriod").leaf("cbc:StartDate", to_date(*first));
            xml_.leaf("cbc:EndDate", to_date(last)).close();
        }
        if (!document_.refers_to.empty())
            xml_.open("cac:BillingReference")
                .open("cac:InvoiceDocumentReference")
                .leaf("cbc:ID", document_.refers_to)
                .close()
                .close();
    }

    void add_party(std::string_view role, TradeParty const& party) {
        xml_.open(role).open("cac:Party");
        xml_.open("cac:PartyIdentification").leaf("cbc:ID", party.id).close();
        xml_.open("cac:PartyName").leaf("cbc:Name", party.name.bn).close();
        xml_.open("cac:PostalAddress");
        if (!party.street.empty()) xml_.leaf("cbc:StreetName", party.street);
        xml_.open("cac:Country").leaf("cbc:IdentificationCode", "BD").close().close();
        if (!party.tax_id.empty())
            xml_.open("cac:PartyTaxScheme")
                .leaf("cbc:CompanyID", party.tax_id)
                .open("cac:TaxScheme")
                .leaf("cbc:ID", "VAT")
                .close()
                .close();
        xml_.open("cac:PartyLegalEntity").leaf("cbc:RegistrationName", party.name.en).close();
        xml_.close().close();
    }

    void add_category(std::string_view tag, TaxCategory category, std::int64_t rate_e4, bool why) {
        xml_.open(tag).leaf("cbc:ID", code_of(category));
        if (category != TaxCategory::outside_scope)
            xml_.leaf("cbc:Percent", percent_decimal(rate_e4));
        if (why && category == TaxCategory::outside_scope)
            xml_.leaf("cbc:TaxExemptionReasonCode", "VATEX-EU-O")
                .leaf("cbc:TaxExemptionReason", "Not subject to VAT");
        if (why && category == TaxCategory::exempt)
            xml_.leaf("cbc:TaxExemptionReason", "Exempt from VAT");
        xml_.open("cac:TaxScheme").leaf("cbc:ID", "VAT").close().close();
    }

    void add_taxes() {
        Groups groups;
        for (auto const& line : document_.lines) {
            auto& group = groups[{line.category, line.tax_rate_e4}];
            group.net += line.net;
            group.tax += line.tax;
        }
        xml_.open("cac:TaxTotal");
        amount("cbc:TaxAmount", document_.tax);
        for (auto const& [of, group] : groups) {
            xml_.open("cac:TaxSubtotal");
            amount("cbc:TaxableAmount", group.net);
            amount("cbc:TaxAmount", group.tax);
            add_category("cac:TaxCategory", of.first, of.second, true);
            xml_.close();
        }
        xml_.close();
    }

    void add_totals() {
        xml_.open("cac:LegalMonetaryTotal");
        amount("cbc:LineExtensionAmount", document_.net);
        amount("cbc:TaxExclusiveAmount", document_.net);
        amount("cbc:TaxInclusiveAmount", document_.net + document_.tax);
        if (document_.rounding != Money{}) amount("cbc:PayableRoundingAmount", document_.rounding);
        amount("cbc:PayableAmount", document_.payable);
        xml_.close();
    }

    /// The quantity is exact: what is no decimal is counted as it is, and priced by so many:
    /// seconds that make no whole minutes by sixty of them.
    void add_line(TradeLine const& line) {
        bool const credit = document_.credit_note;
        bool const decimal = Wide{line.quantity} * 1'000'000 % line.per == 0;
        bool const time = line.unit == "MIN" || line.unit == "HUR";
        std::string const code = decimal ? line.unit : time ? "SEC" : "C62";
        auto const unit = " unitCode=\"" + code + "\"";
        xml_.open(credit ? "cac:CreditNoteLine" : "cac:InvoiceLine");
        xml_.leaf("cbc:ID", std::to_string(line.line));
        xml_.leaf((credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity") + unit,
                  decimal ? quantity_decimal(line) : std::to_string(line.quantity));
        amount("cbc:LineExtensionAmount", line.net);
        xml_.open("cac:Item").leaf("cbc:Description", line.name.bn).leaf("cbc:Name", line.name.en);
        add_category("cac:ClassifiedTaxCategory", line.category, line.tax_rate_e4, false);
        xml_.close().open("cac:Price");
        xml_.leaf("cbc:PriceAmount currencyID=\"BDT\"", price_decimal(line.price));
        if (!decimal) xml_.leaf("cbc:BaseQuantity" + unit, std::to_string(line.per));
        xml_.close().close();
    }

    TradeDocument const& document_;
    XmlWriter xml_;
};

}  // namespace

std::string ubl_xml(TradeDocument const& document) { return Ubl{document}.text(); }

}  // namespace karkhana::exports

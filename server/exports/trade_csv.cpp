#include "server/exports/trade_csv.hpp"

#include <map>

#include "server/exports/books.hpp"

namespace karkhana::exports {
namespace {

std::string customer_of(TradeDocument const& document) {
    return party_name(EnterpriseId::parse(document.buyer.id).value(), document.buyer.name.en);
}

std::string income_of(TradeLine const& line) { return account_name(line.income, {}).name; }

/// A credit note takes off what a bill has put on.
std::string quantity_of(TradeDocument const& document, TradeLine const& line) {
    auto taken = line;
    if (document.credit_note) taken.quantity = -taken.quantity;
    return quantity_decimal(taken);
}

/// What each rate comes to: there are never more rates than lines.
std::map<std::int64_t, Money> taxes_of(TradeDocument const& document) {
    std::map<std::int64_t, Money> taxes;
    for (auto const& line : document.lines)
        if (line.category == TaxCategory::standard) taxes[line.tax_rate_e4] += line.tax;
    return taxes;
}

}  // namespace

Table zoho_table(std::vector<TradeDocument> const& documents) {
    Table table({"Invoice Date",
                 "Invoice Number",
                 "Invoice Status",
                 "Customer Name",
                 "Customer ID",
                 "Due Date",
                 "Currency Code",
                 "Exchange Rate",
                 "Item Name",
                 "Item Desc",
                 "Quantity",
                 "Usage unit",
                 "Item Price",
                 "Item Tax",
                 "Item Tax %",
                 "Item Tax Type",
                 "Item Total",
                 "SubTotal",
                 "Round Off",
                 "Total",
                 "Notes",
                 "Document Type",
                 "Associated Invoice Number"});
    for (auto const& document : documents) {
        for (auto const& line : document.lines) {
            bool const taxed = line.category == TaxCategory::standard;
            table.text(to_date(document.issued)).text(document.number).text("Sent");
            table.text(customer_of(document)).text(document.buyer.id);
            table.text(to_date(document.issued)).text("BDT").text("1");
            table.text(line.name.en).text(line.name.bn).text(quantity_decimal(line));
            table.text(line.unit).text(price_decimal(line.price));
            table.text(taxed ? "VAT" : "").text(percent_decimal(line.tax_rate_e4));
            table.text(taxed ? "ItemAmount" : "").amount(line.net).amount(document.net);
            table.amount(document.rounding).amount(document.payable).text(document.period);
            table.text(document.credit_note ? "Credit Note" : "Invoice").text(document.refers_to);
            table.end_row();
        }
    }
    return table;
}

Table odoo_table(std::vector<TradeDocument> const& documents) {
    Table table({"id", "move_type", "partner_id", "invoice_date", "invoice_date_due", "ref",
                 "currency_id", "invoice_line_ids/name", "invoice_line_ids/quantity",
                 "invoice_line_ids/price_unit", "invoice_line_ids/account_id",
                 "invoice_line_ids/tax_ids"});
    for (auto const& document : documents) {
        for (auto const& line : document.lines) {
            if (&line == &document.lines.front()) {
                auto const day = to_date(document.issued);
                table.text("karkhana_" + document.number);
                table.text(document.credit_note ? "out_refund" : "out_invoice");
                table.text(customer_of(document)).text(day).text(day).text(document.number);
                table.text("BDT");
            } else {
                for (int i = 0; i < 7; ++i) table.empty();
            }
            table.text(line.name.en).text(quantity_decimal(line)).text(price_decimal(line.price));
            table.text(income_of(line));
            table.text(line.category == TaxCategory::standard
                           ? "VAT " + percent_decimal(line.tax_rate_e4) + "%"
                           : "");
            table.end_row();
        }
    }
    return table;
}

Table erpnext_table(std::vector<TradeDocument> const& documents) {
    Table table({"ID", "Customer", "Posting Date", "Set Posting Time", "Due Date", "Company",
                 "Currency", "Is Return (Credit Note)", "Return Against", "Item Code (Items)",
                 "Item Name (Items)", "Quantity (Items)", "Rate (Items)", "Income Account (Items)",
                 "Type (Sales Taxes and Charges)", "Account Head (Sales Taxes and Charges)",
                 "Description (Sales Taxes and Charges)", "Rate (Sales Taxes and Charges)",
                 "Tax Amount (Sales Taxes and Charges)"});
    for (auto const& document : documents) {
        auto const taxes = taxes_of(document);
        auto tax = taxes.begin();
        for (auto const& line : document.lines) {
            if (&line == &document.lines.front()) {
                auto const day = to_date(document.issued);
                table.text(document.number).text(customer_of(document)).text(day).text("1");
                table.text(day).text(document.seller.name.en).text("BDT");
                table.text(document.credit_note ? "1" : "0").text(document.refers_to);
            } else {
                for (int i = 0; i < 9; ++i) table.empty();
            }
            table.text(line.unit).text(line.name.en).text(quantity_of(document, line));
            table.text(price_decimal(line.price)).text(income_of(line));
            // Rows of the other table of the document stand beside the items, as many as there are.
            if (tax == taxes.end()) {
                for (int i = 0; i < 5; ++i) table.empty();
            } else {
                auto const percent = percent_decimal(tax->first);
                table.text("Actual").text("VAT").text("VAT " + percent + "%").text(percent);
                table.amount(document.credit_note ? -tax->second : tax->second);
                ++tax;
            }
            table.end_row();
        }
    }
    return table;
}

}  // namespace karkhana::exports

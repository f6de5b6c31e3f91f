#include "server/exports/bill.hpp"

#include "server/billing/words.hpp"

namespace karkhana::exports {
namespace {

Text label_of(std::string_view Wording::* which) {
    return in_both([&](Language language) { return wording(language).*which; });
}

}  // namespace

Printed plain_bill(Billed const& billed) {
    Printed paper;
    paper.title = billed.credit ? Text{"Credit note", "ক্রেডিট নোট"} : label_of(&Wording::title);
    paper.number = billed.number;
    paper.made = billed.issued_at;
    paper.from = {{}, billed.seller.name, {}};
    if (!billed.seller.address.en.empty()) paper.from.lines = {billed.seller.address};
    paper.to = {label_of(&Wording::billed_to), billed.buyer.name, {}};
    if (!billed.buyer.address.en.empty()) paper.to.lines = {billed.buyer.address};
    if (!billed.buyer.bin.empty())
        paper.to.lines.push_back({"BIN: " + billed.buyer.bin, "বিআইএন: " + billed.buyer.bin});
    paper.facts = {{label_of(&Wording::number), {billed.number, billed.number}},
                   {label_of(&Wording::issued), issued_text(billed.issued_at, billed.zone)}};
    if (billed.credit) {
        auto const& credit = *billed.credit;
        paper.facts.push_back({{"For bill", "যে বিলের"}, {credit.invoice, credit.invoice}});
        paper.facts.push_back(
            {{"Of", "তার সময়"}, issued_text(credit.invoice_issued_at, billed.zone)});
        paper.opening = {{"Reason: " + credit.reason.en, "কারণ: " + credit.reason.bn}};
    } else {
        paper.facts.push_back({label_of(&Wording::period), billed.period});
    }
    paper.columns = {{{"", ""}, 26, Align::right},
                     {label_of(&Wording::item), 220, Align::left},
                     {label_of(&Wording::quantity), 104, Align::right},
                     {label_of(&Wording::price), 84, Align::right},
                     {label_of(&Wording::amount), 77, Align::right}};
    int number = 0;
    for (auto const& line : billed.lines) {
        ++number;
        add_rows(
            paper, line,
            {in_both([&](Language language) { return digits(std::to_string(number), language); }),
             line.what, line.quantity, line.price, amount_of(line.net)});
    }
    paper.sums = {{label_of(&Wording::total), in_both([&](Language language) {
                       return billing::taka_text(billed.total, language);
                   }),
                   true}};
    paper.words = {in_words(billed.total)};
    paper.notes = billed.notes;
    for (auto& note : proof_notes(billed.proof)) paper.notes.push_back(std::move(note));
    paper.address = billed.proof.address;
    paper.foot = billed.number + " · " + billed.proof.hash.substr(0, 16);
    return paper;
}

Printed bill_of(billing::InvoiceDocument const& document, Proof const& proof, Columns columns) {
    auto const billed = billed_of(document, proof);
    switch (document.tax.regime) {
    case billing::Regime::none: break;
    case billing::Regime::turnover:
        if (billed.credit) break;
        return mushak_6_9(billed);
    case billing::Regime::vat:
        return billed.credit ? mushak_6_7(billed) : mushak_6_3(billed, columns);
    }
    return plain_bill(billed);
}

}  // namespace karkhana::exports

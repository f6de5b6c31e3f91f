#include "tests/unit/exports/documents.hpp"

#include "server/exports/bill.hpp"
#include "server/exports/letters.hpp"
#include "tests/unit/exports/samples.hpp"

namespace karkhana::exports {
namespace {

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

Proof proof() {
    return {std::string(64, 'a'), std::string(64, 'b'),
            "https://karkhana.example.org/verify?f=bhairab&n=BHAIRAB/2026-27/000123"
            "&c=0123456789abcdef"};
}

Zone dhaka() { return Zone::find("Asia/Dhaka").value(); }

Parties parties() {
    facility::Facility from;
    from.slug = "bhairab";
    from.name = {"Bhairab Footwear Service Centre", "ভৈরব পাদুকা সেবা কেন্দ্র"};
    from.address = {"Kamalpur, Bhairab, Kishoreganj", "কমলপুর, ভৈরব, কিশোরগঞ্জ"};
    return {
        from, {"Lakshmi & Shraddha Shoes", "লক্ষ্মী ও শ্রদ্ধা শুজ, স্ত্রী-উদ্যোগ"}, "জগন্নাথপুর", dhaka()};
}

/// Two sessions and a service, taxed line by line.
billing::InvoiceDocument taxed(billing::Regime regime) {
    auto bill = sample_bill(2);
    bill.tax.regime = regime;
    bill.tax.bin = "1234567890123";
    billing::IssuedItem file;
    file.line = static_cast<int>(bill.lines.size()) + 1;
    file.source = "service";
    file.happened_at = at("2026-11-21T10:00:00+06:00");
    file.label = {"Printing of soles", "সোলে ছাপা"};
    file.quantity = 200;
    file.unit = "piece";
    file.price = Rate{1'000'000};
    file.amount = Money{20'000};
    file.note = "as agreed on the telephone";
    bill.items = {file};
    bill.total += file.amount;
    if (regime != billing::Regime::vat) return bill;
    for (auto const& line : bill.lines)
        bill.tax.lines.push_back(
            {"standard", 1500, {divide_half_away(Wide{line.term.amount.poisha} * 1500, 10'000)}});
    bill.tax.lines.push_back({"reduced", 750, Money{1'500}});
    bill.total += bill.tax_total();
    return bill;
}

billing::InvoiceDocument credit(billing::Regime regime) {
    auto note = taxed(regime);
    note.kind = billing::DocumentKind::credit_note;
    note.number = "BHAIRAB/CN/2026-27/000007";
    note.lines.clear();
    note.sessions.clear();
    note.rate_cards.clear();
    note.items[0].line = 1;
    note.items[0].refers = {"BHAIRAB/2026-27/000101", at("2026-10-01T09:00:00+06:00"), 4};
    note.refers_to = {"BHAIRAB/2026-27/000101", at("2026-10-01T09:00:00+06:00"), 0};
    note.reason = "মিটারের রিডিং বেশি নেওয়া হয়েছিল।";
    if (!note.tax.lines.empty()) note.tax.lines = {note.tax.lines.back()};
    note.total = note.items[0].amount + note.tax_total();
    return note;
}

Statement month() {
    return {"2026-11",
            at("2026-12-01T00:00:00+06:00"),
            Money{12'345},
            {{at("2026-11-03T10:00:00+06:00"),
              {"Bill", "বিল"},
              "BHAIRAB/2026-27/000123",
              Money{150'875}},
             {at("2026-11-20T16:00:00+06:00"),
              {"Payment", "পরিশোধ"},
              "BHAIRAB/R/000017",
              Money{-100'000}}}};
}

Quotation offer() {
    return {"BHAIRAB/Q/01939d1c",
            at("2026-11-01T10:00:00+06:00"),
            {"Laser cutter 1", "লেজার কাটার ১"},
            {at("2026-11-20T16:30:00+06:00"), at("2026-11-20T18:30:00+06:00")},
            "pair",
            {{{"Electricity", "বিদ্যুৎ"}, "kwh", "peak", 1'500, "Wh", Rate{12'950'000}, Money{1'943}},
             {{"Cutting", "কাটিং"}, "piece", "any", 40, "piece", Rate{2'500'000}, Money{10'000}},
             {{"Minimum", "সর্বনিম্ন"}, "minimum", "any", 1, "", Rate{15'000'000}, Money{3'057}}},
            Money{15'000}};
}

}  // namespace

JobSlip sample_slip() {
    return {.facility = parties().from,
            .zone = dhaka(),
            .id = "01939d1c-0000-7000-8000-000000000001",
            .machine = {"Laser cutter 1", "লেজার কাটার ১"},
            .enterprise = parties().to,
            .during = {at("2026-11-20T16:30:00+06:00"), at("2026-11-20T17:30:00+06:00")},
            .meters = {{Energy{1'234'567}, Energy{1'241'567}}},
            .spent = {Money{15'000}, Energy{7'000}, 3'600},
            .priced = true,
            .pieces = 40,
            .unit = "pair",
            .earlier_jobs = 3,
            .earlier = {Money{40'000}, Energy{20'000}, 9'000},
            .earlier_pieces = 100};
}

std::vector<Sample> sample_documents() {
    using billing::Regime;
    auto const now = at("2026-12-20T10:00:00+06:00");
    Receipt const receipt{"BHAIRAB/R/000017", at("2026-11-20T16:00:00+06:00"),
                          Money{123'456'750}, {"Cash", "নগদ"},
                          "8N7A6B5C4D",       "BHAIRAB/2026-27/000123"};
    std::vector<OpenBill> const open{
        {"BHAIRAB/2026-27/000101", at("2026-10-01T09:00:00+06:00"), Money{50'000}, Money{}},
        {"BHAIRAB/2026-27/000123", at("2026-12-01T09:00:00+06:00"), Money{90'000}, Money{10'000}}};
    return {{"Bill", bill_of(sample_bill(3), proof())},
            {"SharedBill", bill_of(shared_bill(), proof())},
            {"Mushak63", bill_of(taxed(Regime::vat), proof())},
            {"Mushak63Ten", bill_of(taxed(Regime::vat), proof(), Columns::ten)},
            {"Mushak69", bill_of(taxed(Regime::turnover), proof())},
            {"Mushak67", bill_of(credit(Regime::vat), proof())},
            {"CreditNote", bill_of(credit(Regime::none), proof())},
            {"Quotation", quotation_of(parties(), offer())},
            {"Receipt", receipt_of(parties(), receipt)},
            {"Statement", statement_of(parties(), month())},
            {"Slip", paper_of(sample_slip())},
            {"Reminder", reminder_of(parties(), open, now)}};
}

}  // namespace karkhana::exports

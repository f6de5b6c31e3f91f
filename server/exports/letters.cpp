#include "server/exports/letters.hpp"

#include "server/billing/words.hpp"
#include "server/exports/billed.hpp"

namespace karkhana::exports {
namespace {

Text taka_of(Money money) {
    return in_both([&](Language language) { return billing::taka_text(money, language); });
}

Text same(std::string const& text) { return {text, text}; }

Text day(Instant at, Zone const& zone) {
    return in_both([&](Language language) { return date_text(at, zone, language); });
}

Printed letter(Parties const& parties, Text title, std::string number, Instant made) {
    Printed letter;
    letter.title = std::move(title);
    letter.foot = number;
    letter.number = std::move(number);
    letter.made = made;
    letter.from = {{}, parties.from.name, {}};
    if (!parties.from.address.en.empty()) letter.from.lines.push_back(parties.from.address);
    letter.to = {{"To", "প্রতি"}, parties.to, {}};
    if (!parties.place.empty()) letter.to.lines.push_back(same(parties.place));
    return letter;
}

/// "BHAIRAB/2026-12-01", for what is no document of a series.
std::string number_of(Parties const& parties, std::string const& rest) {
    std::string number = parties.from.slug;
    for (char& c : number)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return number + "/" + rest;
}

Row row(std::vector<Text> cells) { return {Row::Kind::line, std::move(cells)}; }

/// What a term of a price counts, as on a bill.
billing::Term term_of(booking::PriceTerm const& from) {
    billing::Term term;
    term.label = {from.label.en, from.label.bn};
    term.basis = billing::basis_of(from.basis).value();
    term.quantity = from.quantity;
    term.price = from.price;
    term.amount = from.amount;
    return term;
}

}  // namespace

Printed receipt_of(Parties const& parties, Receipt const& receipt) {
    auto paper = letter(parties, {"Receipt", "রসিদ"}, receipt.number, receipt.at);
    paper.to.role = {"Received from", "যাঁর কাছ থেকে পাওয়া গেল"};
    paper.facts = {{{"Number", "নম্বর"}, same(receipt.number)},
                   {{"Received", "গ্রহণের সময়"}, issued_text(receipt.at, parties.zone)},
                   {{"By", "মাধ্যম"}, receipt.method}};
    if (!receipt.reference.empty())
        paper.facts.push_back({{"Reference", "সূত্র"}, same(receipt.reference)});
    if (!receipt.invoice.empty())
        paper.facts.push_back({{"For bill", "যে বিলের জন্য"}, same(receipt.invoice)});
    if (receipt.taken_back)
        paper.opening = {{"This payment was taken back.", "এই পরিশোধ বাতিল হয়েছে।"}};
    paper.sums = {{{"Received", "গৃহীত"}, taka_of(receipt.amount), true}};
    paper.words = {in_words(receipt.amount)};
    paper.signed_by = {{"Received by", "গ্রহণকারী"}};
    return paper;
}

Printed statement_of(Parties const& parties, Statement const& statement) {
    auto const last = statement.end - Duration{1};
    auto paper = letter(parties, {"Statement of account", "হিসাব বিবরণী"},
                        number_of(parties, statement.period), last);
    paper.facts = {{{"Month", "মাস"}, in_both([&](Language language) {
                        return month_text(statement.period, language);
                    })}};
    paper.columns = {{{"Date", "তারিখ"}, 92},
                     {{"What", "বিষয়"}, 80},
                     {{"Document", "দলিল"}, 124},
                     {{"Owed (Tk)", "পাওনা (টাকা)"}, 70, Align::right},
                     {{"Paid (Tk)", "পরিশোধ (টাকা)"}, 70, Align::right},
                     {{"Balance (Tk)", "স্থিতি (টাকা)"}, 75, Align::right}};
    Money balance = statement.opening;
    paper.rows = {row({{"Brought forward", "পূর্বের জের"}, {}, {}, {}, {}, amount_of(balance)})};
    for (auto const& one : statement.movements) {
        balance += one.amount;
        bool const owed = one.amount > Money{};
        paper.rows.push_back(row({day(one.at, parties.zone), one.what, same(one.document),
                                  owed ? amount_of(one.amount) : Text{},
                                  owed ? Text{} : amount_of(-one.amount), amount_of(balance)}));
    }
    bool const in_credit = balance < Money{};
    paper.sums = {{in_credit ? Text{"In your favour", "আপনার পাওনা"} : Text{"Due", "বকেয়া"},
                   taka_of(in_credit ? -balance : balance), true}};
    paper.words = {in_words(in_credit ? -balance : balance)};
    return paper;
}

Printed reminder_of(Parties const& parties, std::vector<OpenBill> const& bills, Instant now) {
    auto paper = letter(parties, {"Payment reminder", "পরিশোধের অনুরোধ"},
                        number_of(parties, to_date(local_day(parties.zone, now))), now);
    paper.facts = {{{"Date", "তারিখ"}, day(now, parties.zone)}};
    paper.opening = {
        {"These bills are not paid yet. Please pay them at the counter, or tell us "
         "if something on them is not right.",
         "নিচের বিলগুলো এখনো পরিশোধ হয়নি। অনুগ্রহ করে কাউন্টারে পরিশোধ করুন, অথবা কোনো ভুল থাকলে আমাদের জানান।"}};
    paper.columns = {{{"Bill", "বিল"}, 150},
                     {{"Issued", "ইস্যুর তারিখ"}, 110},
                     {{"Days since", "কত দিন আগে"}, 60, Align::right},
                     {{"Total (Tk)", "সর্বমোট (টাকা)"}, 65, Align::right},
                     {{"Paid (Tk)", "পরিশোধিত (টাকা)"}, 65, Align::right},
                     {{"Due (Tk)", "বকেয়া (টাকা)"}, 65, Align::right}};
    Money due;
    for (auto const& bill : bills) {
        due += bill.total - bill.paid;
        auto const days =
            (local_day(parties.zone, now) - local_day(parties.zone, bill.issued_at)).count();
        paper.rows.push_back(
            row({bill.number.empty() ? Text{"Opening balance", "প্রারম্ভিক জের"} : same(bill.number),
                 day(bill.issued_at, parties.zone),
                 in_both([&](Language language) { return grouped(days, language); }),
                 amount_of(bill.total), amount_of(bill.paid), amount_of(bill.total - bill.paid)}));
    }
    paper.sums = {{{"Due", "বকেয়া"}, taka_of(due), true}};
    paper.words = {in_words(due)};
    return paper;
}

Printed quotation_of(Parties const& parties, Quotation const& quotation) {
    auto paper = letter(parties, {"Quotation", "মূল্য প্রস্তাব"}, quotation.number, quotation.made);
    auto const& during = quotation.during;
    paper.facts = {{{"Number", "নম্বর"}, same(quotation.number)},
                   {{"Made", "তৈরির সময়"}, issued_text(quotation.made, parties.zone)},
                   {{"Machine", "মেশিন"}, quotation.machine},
                   {{"When", "কখন"}, in_both([&](Language language) {
                        return date_text(during.start, parties.zone, language) + ", " +
                               clock_text(during.start, parties.zone, language) + " – " +
                               clock_text(during.end, parties.zone, language);
                    })}};
    paper.columns = {{{"Machine and service", "মেশিন ও সেবা"}, 240},
                     {{"Quantity", "পরিমাণ"}, 104, Align::right},
                     {{"Unit price (Tk)", "একক মূল্য (টাকা)"}, 84, Align::right},
                     {{"Amount (Tk)", "মূল্য (টাকা)"}, 83, Align::right}};
    for (auto const& one : quotation.terms) {
        auto const term = term_of(one);
        bool const minimum =
            term.basis == billing::Basis::minimum || term.basis == billing::Basis::discount;
        paper.rows.push_back(row(
            {one.label, in_both([&](Language language) {
                 return minimum ? "" : billing::quantity_text(term, quotation.piece_unit, language);
             }),
             in_both(
                 [&](Language language) { return minimum ? "" : rate_text(term.price, language); }),
             amount_of(term.amount)}));
    }
    paper.sums = {{{"Expected", "আনুমানিক মোট"}, taka_of(quotation.price), true}};
    paper.words = {in_words(quotation.price)};
    paper.notes = {{"This is no bill. The bill follows the time and the energy that are used.",
                    "এটি বিল নয়। বিল হবে প্রকৃত সময় ও বিদ্যুৎ ব্যবহার অনুযায়ী।"}};
    return paper;
}

}  // namespace karkhana::exports

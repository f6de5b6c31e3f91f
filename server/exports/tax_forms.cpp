#include "server/exports/tax_forms.hpp"

#include <algorithm>

#include "server/billing/words.hpp"

namespace karkhana::exports {
namespace {

Text plain(std::string const& text) { return {text, text}; }

/// "Buyer's BIN: 123456789-0123"
Text labelled(Text const& name, Text const& value) {
    return {name.en + ": " + value.en, name.bn + ": " + value.bn};
}

class Form {
public:
    Form(Billed const& form, Text title, Text layout) : form_(form) {
        printed_.title = std::move(title);
        printed_.form = std::move(layout);
        printed_.number = form.number;
        printed_.made = form.issued_at;
        printed_.ruled = true;
        printed_.heading = {
            {"Government of the People's Republic of Bangladesh", "গণপ্রজাতন্ত্রী বাংলাদেশ সরকার"},
            {"National Board of Revenue", "জাতীয় রাজস্ব বোর্ড"}};
        auto const &seller = form.seller, &buyer = form.buyer;
        printed_.from = {{"Registered person", "নিবন্ধিত ব্যক্তির নাম"},
                         seller.name,
                         {labelled({"BIN of the registered person", "নিবন্ধিত ব্যক্তির বিআইএন"},
                                   plain(bin_text(seller.bin))),
                          labelled({"Address of issue", "চালানপত্র ইস্যুর ঠিকানা"}, seller.address)}};
        printed_.to = {
            {"Buyer", "ক্রেতার নাম"},
            buyer.name,
            {labelled({"BIN of the buyer", "ক্রেতার বিআইএন"}, plain(bin_text(buyer.bin)))}};
        if (!buyer.address.en.empty())
            printed_.to.lines.push_back(
                labelled({"Address of the buyer", "ক্রেতার ঠিকানা"}, buyer.address));
        // Machine time is supplied where the machines are.
        printed_.to.lines.push_back(
            labelled({"Destination of supply", "সরবরাহের গন্তব্যস্থল"}, seller.address));
    }

    void rule(Text text) { printed_.heading.push_back(std::move(text)); }

    void facts(Text const& number) {
        auto const& form = form_;
        printed_.facts = {{number, plain(form.number)},
                          {{"Date of issue", "ইস্যুর তারিখ"}, in_both([&](Language language) {
                               return date_text(form.issued_at, form.zone, language);
                           })},
                          {{"Time of issue", "ইস্যুর সময়"}, in_both([&](Language language) {
                               return clock_text(form.issued_at, form.zone, language);
                           })}};
    }

    void column(Text head, double share, Align align = Align::right) {
        printed_.columns.push_back({std::move(head), share, align});
    }

    Printed& printed() { return printed_; }

    Printed finish(std::vector<Text> footnotes) {
        printed_.words = {in_words(form_.total)};
        printed_.sums = {
            {{"Total", "সর্বমোট"},
             in_both([&](Language language) { return billing::taka_text(form_.total, language); }),
             true}};
        printed_.notes = std::move(footnotes);
        for (auto const& note : form_.notes) printed_.notes.push_back(note);
        for (auto& note : proof_notes(form_.proof)) printed_.notes.push_back(std::move(note));
        printed_.address = form_.proof.address;
        printed_.foot = form_.number + " · " + form_.proof.hash.substr(0, 16);
        printed_.signed_by = {
            {"Name of the officer in charge", "প্রতিষ্ঠান কর্তৃপক্ষের দায়িত্বপ্রাপ্ত ব্যক্তির নাম"},
            {"Designation", "পদবি"},
            {"Signature", "স্বাক্ষর"},
            {"Seal", "সিল"}};
        return std::move(printed_);
    }

private:
    Billed const& form_;
    Printed printed_;
};

Text serial(std::size_t number) {
    return in_both([&](Language language) { return digits(std::to_string(number), language); });
}

Text const kLineHead[]{
    {"Sl.", "ক্রমিক"},
    {"Description of the goods or service", "পণ্য বা সেবার বর্ণনা (প্রযোজ্য ক্ষেত্রে ব্র্যান্ড নামসহ)"},
    {"Unit of supply", "সরবরাহের একক"},
    {"Quantity", "পরিমাণ"},
    {"Unit value¹ (Tk)", "একক মূল্য¹ (টাকায়)"},
    {"Total value¹ (Tk)", "মোট মূল্য¹ (টাকায়)"}};

void add_line_heads(Form& form) {
    constexpr double kShares[]{30, 120, 44, 44, 48, 54};
    for (std::size_t i = 0; i < std::size(kShares); ++i)
        form.column(kLineHead[i], kShares[i], i == 1 || i == 2 ? Align::left : Align::right);
}

std::vector<Text> line_cells(std::size_t number, BilledLine const& line) {
    return {serial(number), line.what, line.unit, line.count, line.price, amount_of(line.net)};
}

Text const kDutyFree = in_both([](Language language) { return amount_text(Money{}, language); });
Text const kValueNote{"¹ Value without any tax", "¹ সকল প্রকার কর ব্যতীত মূল্য"};

}  // namespace

Text percent_text(std::int64_t rate_e4) {
    auto text = std::to_string(rate_e4 / 100);
    if (auto const part = rate_e4 % 100; part != 0) {
        text += "." + std::to_string(part / 10);
        if (part % 10 != 0) text += std::to_string(part % 10);
    }
    return in_both([&](Language language) { return digits(text + "%", language); });
}

std::string bin_text(std::string const& bin) {
    if (bin.empty()) return "—";
    bool const number =
        bin.size() == 13 && std::ranges::all_of(bin, [](char c) { return c >= '0' && c <= '9'; });
    return number ? bin.substr(0, 9) + "-" + bin.substr(9) : bin;
}

Printed mushak_6_3(Billed const& form, Columns columns) {
    bool const eleven = columns == Columns::eleven;
    Form out{form, {"Tax invoice", "কর চালানপত্র"}, {"Mushak-6.3 layout", "মূসক-৬.৩ বিন্যাস"}};
    out.rule({"[See clauses (c) and (f) of sub-rule (1) of rule 40]",
              "[বিধি ৪০ এর উপ-বিধি (১) এর দফা (গ) ও দফা (চ) দ্রষ্টব্য]"});
    out.facts({"Tax invoice number", "চালানপত্র নম্বর"});
    add_line_heads(out);
    if (eleven) out.column({"Rate of SD", "সম্পূরক শুল্কের হার"}, 38);
    out.column({"SD (Tk)", "সম্পূরক শুল্কের পরিমাণ (টাকায়)"}, 38);
    out.column({"Rate of VAT or specific tax", "মূল্য সংযোজন করের হার/ সুনির্দিষ্ট কর"}, 42);
    out.column({"VAT (Tk)", "মূল্য সংযোজন কর/ সুনির্দিষ্ট কর এর পরিমাণ (টাকায়)"}, 50);
    out.column({"Value with all duty and tax (Tk)", "সকল প্রকার শুল্ক ও করসহ মূল্য"}, 56);
    auto const filled = [&](std::vector<Text> cells, Text const& no_rate, Text const& rate,
                            Money tax, Money total) {
        if (eleven) cells.push_back(no_rate);
        for (auto& cell : std::vector<Text>{kDutyFree, rate, amount_of(tax), amount_of(total)})
            cells.push_back(std::move(cell));
        return cells;
    };
    std::size_t number = 0;
    for (auto const& line : form.lines)
        add_rows(out.printed(), line,
                 filled(line_cells(++number, line), percent_text(0), percent_text(line.rate_e4),
                        line.tax, line.net + line.tax));
    out.printed().rows.push_back(
        {Row::Kind::sum, filled({{}, {"Total", "সর্বমোট"}, {}, {}, {}, amount_of(form.net)}, {}, {},
                                form.tax, form.net + form.tax)});
    return out.finish(
        {kValueNote,
         {"* Where tax is deducted at source, this form is the combined tax invoice and "
          "certificate of deduction.",
          "* উৎসে কর্তনযোগ্য সরবরাহের ক্ষেত্রে ফরমটি সমন্বিত কর চালানপত্র ও "
          "উৎসে কর কর্তন সনদপত্র হিসেবে বিবেচিত হইবে।"}});
}

Printed mushak_6_9(Billed const& form) {
    Form out{form,
             {"Turnover tax invoice", "টার্নওভার কর চালানপত্র"},
             {"Mushak-6.9 layout", "মূসক-৬.৯ বিন্যাস"}};
    out.facts({"Invoice number", "চালানপত্র নম্বর"});
    add_line_heads(out);
    std::size_t number = 0;
    for (auto const& line : form.lines) add_rows(out.printed(), line, line_cells(++number, line));
    out.printed().rows.push_back(
        {Row::Kind::sum, {{}, {"Total", "সর্বমোট"}, {}, {}, {}, amount_of(form.net)}});
    return out.finish({kValueNote});
}

Printed mushak_6_7(Billed const& form) {
    auto const& credit = form.credit.value();
    Form out{form, {"Credit note", "ক্রেডিট নোট"}, {"Mushak-6.7 layout", "মূসক-৬.৭ বিন্যাস"}};
    out.rule({"[See sub-rule (1) of rule 40]", "[বিধি ৪০ এর উপ-বিধি (১) দ্রষ্টব্য]"});
    out.facts({"Credit note number", "ক্রেডিট নোট নম্বর"});
    auto& facts = out.printed().facts;
    facts.push_back({{"Original tax invoice", "মূল চালানপত্র নম্বর"}, plain(credit.invoice)});
    facts.push_back({{"Its date and time", "মূল চালানপত্রের তারিখ ও সময়"},
                     issued_text(credit.invoice_issued_at, form.zone)});
    facts.push_back({{"Less VAT (Tk)", "হ্রাসকৃত মূসক (টাকা)"}, amount_of(form.tax)});
    out.printed().opening = {
        labelled({"Reason for the credit note", "ক্রেডিট নোট ইস্যুর কারণ"}, credit.reason)};
    out.column({"Sl.", "ক্রমিক"}, 30);
    out.column({"Description of what is taken back", "ফেরত বা হ্রাসের বিবরণ"}, 140, Align::left);
    out.column({"Unit of supply", "সরবরাহের একক"}, 44, Align::left);
    out.column({"Quantity", "পরিমাণ"}, 46);
    out.column({"Unit value¹ (Tk)", "একক মূল্য¹ (টাকায়)"}, 50);
    out.column({"Value¹ (Tk)", "মূল্য¹ (টাকায়)"}, 56);
    out.column({"SD (Tk)", "সম্পূরক শুল্ক (টাকায়)"}, 42);
    out.column({"Rate of VAT", "মূসকের হার"}, 40);
    out.column({"VAT (Tk)", "মূসক (টাকায়)"}, 50);
    out.column({"Total (Tk)", "মোট (টাকায়)"}, 58);
    std::size_t number = 0;
    for (auto const& line : form.lines) {
        auto cells = line_cells(++number, line);
        for (auto& cell : std::vector<Text>{kDutyFree, percent_text(line.rate_e4),
                                            amount_of(line.tax), amount_of(line.net + line.tax)})
            cells.push_back(std::move(cell));
        add_rows(out.printed(), line, std::move(cells));
    }
    out.printed().rows.push_back({Row::Kind::sum,
                                  {{},
                                   {"Total", "সর্বমোট"},
                                   {},
                                   {},
                                   {},
                                   amount_of(form.net),
                                   kDutyFree,
                                   {},
                                   amount_of(form.tax),
                                   amount_of(form.net + form.tax)}});
    return out.finish({kValueNote});
}

}  // namespace karkhana::exports

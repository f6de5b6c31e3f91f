#include "server/exports/job_slip.hpp"

#include "server/base/unicode.hpp"
#include "server/billing/words.hpp"

namespace karkhana::exports {
namespace {

std::string kwh_text(Energy energy, Language language) {
    return thousandths_text(energy.wh, language);
}

/// "59.7": minutes, to the tenth.
std::string minutes_text(std::int64_t seconds, Language language) {
    auto const tenths = divide_half_away(Wide{seconds}, 6);
    return grouped(tenths / 10, language) + "." + digits(std::to_string(tenths % 10), language);
}

std::string money_text(Money money, Language language) {
    return billing::taka_text(money, language);
}

/// "pair", "জোড়া"
std::string unit_text(std::string const& unit, Language language) {
    if (language == Language::bn) return unit == "pair" ? "জোড়া" : unit == "kg" ? "কেজি" : "পিস";
    return unit == "pair" || unit == "kg" ? unit : "piece";
}

std::string when_text(JobSlip const& slip, Language language) {
    auto const text = to_rfc3339(slip.during.start, slip.zone);
    return digits(text.substr(8, 2) + "/" + text.substr(5, 2) + " " + text.substr(11, 5) + "-" +
                      to_rfc3339(slip.during.end, slip.zone).substr(11, 5),
                  language);
}

/// " START 1,234.567 STOP 1,241.567" of every meter.
std::string registers_text(JobSlip const& slip, Language language) {
    bool const bangla = language == Language::bn;
    std::string text;
    for (auto const& meter : slip.meters)
        text += (bangla ? " শুরু " : " START ") + kwh_text(meter.start, language) +
                (bangla ? " শেষ " : " STOP ") + kwh_text(meter.stop, language);
    return text;
}

std::string spent_text(Spent const& spent, bool priced, Language language) {
    return (priced ? money_text(spent.money, language) + ", " : "") +
           kwh_text(spent.energy, language) + " kWh, " + minutes_text(spent.seconds, language) +
           (language == Language::bn ? " মি" : " min");
}

/// " 40 pair, each Tk 1.00, 0.175 kWh, 1.5 min" and what came before.
std::string each_text(JobSlip const& slip, Language language) {
    auto const each = slip.each();
    if (!each) return "";
    bool const bangla = language == Language::bn;
    return ". " + grouped(*slip.pieces, language) + " " + unit_text(slip.unit, language) +
           (bangla ? ", প্রতি: " : ", each: ") + spent_text(*each, slip.priced, language);
}

std::string earlier_text(JobSlip const& slip, Language language) {
    auto const before = slip.earlier_each();
    if (!before) return "";
    return (language == Language::bn ? ". আগের " : ". Last ") +
           grouped(slip.earlier_jobs, language) + ": " + spent_text(*before, true, language);
}

/// The first characters of a text.
std::string shortened(std::string const& text, std::size_t characters) {
    std::size_t end = 0, count = 0;
    while (end < text.size()) {
        bool const begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
        if (begins && count++ == characters) break;
        ++end;
    }
    return text.substr(0, end);
}

Text both(std::string_view en, std::string_view bn) { return {std::string{en}, std::string{bn}}; }

template <class Say>
Fact fact(std::string_view en, std::string_view bn, Say&& say) {
    return {both(en, bn), in_both(say)};
}

/// One row of the comparison.
template <class Say>
Row compared(Text name, JobSlip const& slip, Say&& say) {
    auto const cell = [&](std::optional<Spent> const& of) {
        return of ? in_both([&](Language language) { return say(*of, language); }) : Text{};
    };
    return {Row::Kind::line, {std::move(name), cell(slip.each()), cell(slip.earlier_each())}};
}

void add_comparison(JobSlip const& slip, Printed& paper) {
    paper.columns = {{in_both([&](Language language) {
                          return (language == Language::bn ? "প্রতি " : "For one ") +
                                 unit_text(slip.unit, language);
                      }),
                      90},
                     {both("This job", "এই কাজ"), 60, Align::right},
                     {in_both([&](Language language) {
                          auto const count = grouped(slip.earlier_jobs, language);
                          return language == Language::bn ? "আগের " + count + "টি"
                                                          : "Last " + count;
                      }),
                      60, Align::right}};
    if (slip.priced)
        paper.rows.push_back(compared(both("Tk", "টাকা"), slip, [](Spent const& of, Language in) {
            return amount_text(of.money, in);
        }));
    paper.rows.push_back(
        compared(both("kWh", "বিদ্যুৎ (kWh)"), slip,
                 [](Spent const& of, Language in) { return kwh_text(of.energy, in); }));
    paper.rows.push_back(compared(both("Minutes", "মিনিট"), slip, [](Spent const& of, Language in) {
        return minutes_text(of.seconds, in);
    }));
}

}  // namespace

Spent each_of(Spent const& all, std::int64_t pieces) {
    return {{divide_half_away(all.money.poisha, pieces)},
            {divide_half_away(all.energy.wh, pieces)},
            divide_half_away(all.seconds, pieces)};
}

std::optional<Spent> JobSlip::each() const {
    if (!pieces || *pieces <= 0) return std::nullopt;
    return each_of(spent, *pieces);
}

std::optional<Spent> JobSlip::earlier_each() const {
    if (earlier_pieces <= 0) return std::nullopt;
    return each_of(earlier, earlier_pieces);
}

std::string message_of(JobSlip const& slip, Language language) {
    auto const& name = in_language(slip.machine, language);
    auto const when = " " + when_text(slip, language) + registers_text(slip, language) + ", ";
    auto const work = when + spent_text(slip.spent, slip.priced, language);
    auto const each = each_text(slip, language);
    auto const earlier = earlier_text(slip, language);
    // From when to when says how long: before the comparison goes, the minutes do.
    auto const brief = when + (slip.priced ? money_text(slip.spent.money, language) + ", " : "") +
                       kwh_text(slip.spent.energy, language) + " kWh";
    for (auto const& rest : {work + each + earlier, brief + each + earlier, work + each, work}) {
        auto const length = character_count(rest);
        constexpr std::size_t kShortestName = 6;
        if (length + std::min(kShortestName, character_count(name)) <= longest_message)
            return shortened(name, longest_message - length) + rest;
    }
    // Of several meters: all of them together.
    return shortened(name, 60) + " " + when_text(slip, language) + ", " +
           spent_text(slip.spent, slip.priced, language);
}

Printed paper_of(JobSlip const& slip) {
    Printed paper;
    paper.title = both("Job slip", "কাজের স্লিপ");
    paper.number = slip.id;
    paper.made = slip.during.end;
    paper.from = {{}, slip.facility.name, {}};
    paper.to = {both("Job of", "যাঁর কাজ"), slip.enterprise, {}};
    paper.facts = {{both("Machine", "মেশিন"), slip.machine},
                   fact("Day", "তারিখ",
                        [&](Language in) { return date_text(slip.during.start, slip.zone, in); }),
                   fact("From", "থেকে",
                        [&](Language in) { return clock_text(slip.during.start, slip.zone, in); }),
                   fact("Until", "পর্যন্ত",
                        [&](Language in) { return clock_text(slip.during.end, slip.zone, in); })};
    for (auto const& meter : slip.meters) {
        paper.facts.push_back(fact("START (kWh)", "শুরুর রিডিং (kWh)",
                                   [&](Language in) { return kwh_text(meter.start, in); }));
        paper.facts.push_back(fact("STOP (kWh)", "শেষ রিডিং (kWh)",
                                   [&](Language in) { return kwh_text(meter.stop, in); }));
    }
    paper.facts.push_back(fact("Used (kWh)", "ব্যবহার (kWh)",
                               [&](Language in) { return kwh_text(slip.spent.energy, in); }));
    paper.facts.push_back(fact("Minutes", "মিনিট",
                               [&](Language in) { return minutes_text(slip.spent.seconds, in); }));
    if (slip.pieces) {
        paper.facts.push_back(fact("Quantity", "পরিমাণ", [&](Language in) {
            return grouped(*slip.pieces, in) + " " + unit_text(slip.unit, in);
        }));
        if (slip.each()) add_comparison(slip, paper);
    }
    if (slip.priced)
        paper.sums = {{both("Charged", "মূল্য"),
                       in_both([&](Language in) { return money_text(slip.spent.money, in); }),
                       true}};
    paper.notes = {both("No bill: the month's bill tells prices and meters.",
                        "এটি বিল নয়: মাসের বিলে মূল্য ও মিটারের বিবরণ থাকবে।")};
    paper.foot = slip.id;
    return paper;
}

std::string lines_of(JobSlip const& slip, Language language) {
    auto const speech = language == Language::bn ? Speech::bn : Speech::en;
    auto const paper = paper_of(slip);
    auto const say = [&](Text const& text) { return said(text, speech, " "); };
    std::string lines =
        say(paper.from.name) + "\n" + say(paper.title) + "\n" + say(paper.to.name) + "\n\n";
    for (auto const& one : paper.facts) lines += say(one.name) + ": " + say(one.value) + "\n";
    for (auto const& row : paper.rows) {
        lines += "\n" + say(row.cells[0]);
        for (std::size_t i = 1; i < row.cells.size(); ++i)
            if (!row.cells[i].en.empty())
                lines += "\n  " + say(paper.columns[i].head) + ": " + say(row.cells[i]);
    }
    if (!paper.rows.empty()) lines += "\n";
    for (auto const& sum : paper.sums) lines += "\n" + say(sum.name) + ": " + say(sum.value) + "\n";
    return lines + "\n" + say(paper.notes.front()) + "\n";
}

}  // namespace karkhana::exports

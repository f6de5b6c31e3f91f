#include "server/exports/words.hpp"

#include <array>

namespace karkhana::exports {
namespace {

constexpr Wording kEnglish{
    .title = "Bill",
    .billed_to = "Billed to",
    .number = "Number",
    .issued = "Issued",
    .period = "Month of use",
    .item = "Machine and service",
    .quantity = "Quantity",
    .price = "Unit price (Tk)",
    .amount = "Amount (Tk)",
    .total = "Total",
    .in_words = "In words",
    .paid = "Paid",
    .due = "Due",
    .rates = "Prices",
    .version = "version",
    .chain = "Proof of this bill (SHA-256)",
    .chain_note = "follows",
    .meter = "meter",
    .raw = "raw",
    .trail = "Audit trail",
    .marked_note = "* The quantity rests on registers that were not read at the moment itself.",
    .page = "Page",
    .scan_note = "Scan the code to check this document.",
    .part = "its part",
    .between = "between",
    .used = "Used",
    .all_meters = "All meters",
};

constexpr Wording kBangla{
    .title = "বিল",
    .billed_to = "গ্রাহক",
    .number = "বিল নম্বর",
    .issued = "ইস্যুর সময়",
    .period = "ব্যবহারের মাস",
    .item = "মেশিন ও সেবা",
    .quantity = "পরিমাণ",
    .price = "একক মূল্য (টাকা)",
    .amount = "মূল্য (টাকা)",
    .total = "সর্বমোট",
    .in_words = "কথায়",
    .paid = "পরিশোধিত",
    .due = "বকেয়া",
    .rates = "মূল্যতালিকা",
    .version = "সংস্করণ",
    .chain = "এই বিলের প্রমাণ (SHA-256)",
    .chain_note = "আগের বিল",
    .meter = "মিটার",
    .raw = "মূল রেজিস্টার",
    .trail = "কাজের খতিয়ান",
    .marked_note = "* পরিমাণটি এমন রিডিংয়ের ওপর নির্ভর করে যা ঠিক সেই মুহূর্তে নেওয়া যায়নি।",
    .page = "পৃষ্ঠা",
    .scan_note = "কোডটি স্ক্যান করে এই দলিল যাচাই করুন।",
    .part = "এর অংশ",
    .between = "সীমা",
    .used = "ব্যবহার",
    .all_meters = "সব মিটার",
};

struct Pair {
    std::string_view en, bn;
    constexpr std::string_view in(Language language) const {
        return language == Language::bn ? bn : en;
    }
};

constexpr std::array<Pair, 12> kMonths{{{"January", "জানুয়ারি"},
                                        {"February", "ফেব্রুয়ারি"},
                                        {"March", "মার্চ"},
                                        {"April", "এপ্রিল"},
                                        {"May", "মে"},
                                        {"June", "জুন"},
                                        {"July", "জুলাই"},
                                        {"August", "আগস্ট"},
                                        {"September", "সেপ্টেম্বর"},
                                        {"October", "অক্টোবর"},
                                        {"November", "নভেম্বর"},
                                        {"December", "ডিসেম্বর"}}};

constexpr std::array<Pair, 6> kQualities{{{"good", "ঠিক"},
                                          {"last known value", "শেষ জানা মান"},
                                          {"missing", "পাওয়া যায়নি"},
                                          {"estimated", "আনুমানিক"},
                                          {"entered by hand", "হাতে লেখা"},
                                          {"questionable", "সন্দেহজনক"}}};
constexpr std::array<Pair, 5> kMethods{{{"read", "পড়া"},
                                        {"interpolated", "মধ্যবর্তী হিসাব"},
                                        {"last good reading", "শেষ ঠিক রিডিং"},
                                        {"first good reading", "প্রথম ঠিক রিডিং"},
                                        {"read by a person", "হাতে পড়া"}}};
constexpr std::array<Pair, 6> kSplits{{{"by rated power", "মেশিনের ক্ষমতা অনুযায়ী"},
                                       {"by time at work", "কাজের সময় অনুযায়ী"},
                                       {"in equal parts", "সমান ভাগে"},
                                       {"by the power drawn", "টানা বিদ্যুৎ অনুযায়ী"},
                                       {"by time", "সময় অনুযায়ী"},
                                       {"the least", "ন্যূনতম"}}};
constexpr std::array<Pair, 5> kEdges{{{"START", "শুরু"},
                                      {"meanwhile", "মাঝে"},
                                      {"STOP", "শেষ"},
                                      {"old meter", "পুরোনো মিটার"},
                                      {"new meter", "নতুন মিটার"}}};

std::string_view month_name(unsigned month, Language language) {
    return kMonths.at(month - 1).in(language);
}

}  // namespace

Wording const& wording(Language language) { return language == Language::bn ? kBangla : kEnglish; }

std::optional<Speech> speech_of(std::string_view name) {
    if (name == "bn") return Speech::bn;
    if (name == "en") return Speech::en;
    if (name == "both") return Speech::both;
    return std::nullopt;
}

std::string said(facility::Name const& text, Speech speech, std::string_view between) {
    if (speech == Speech::bn) return text.bn;
    if (speech == Speech::en || text.bn == text.en) return text.en;
    constexpr std::string_view kSign = "৳";
    auto plain = ascii_digits(text.bn);
    if (auto const at = plain.find(kSign); at != std::string::npos)
        plain.replace(at, kSign.size(), "Tk ");
    return plain == text.en ? text.en : text.bn + std::string{between} + text.en;
}

std::string_view words_of(Quality quality, Language language) {
    return kQualities.at(static_cast<std::size_t>(quality)).in(language);
}
std::string_view words_of(metering::Method method, Language language) {
    return kMethods.at(static_cast<std::size_t>(method)).in(language);
}
std::string_view words_of(metering::Split split, Language language) {
    return kSplits.at(static_cast<std::size_t>(split)).in(language);
}
std::string_view words_of(metering::Edge edge, Language language) {
    return kEdges.at(static_cast<std::size_t>(edge)).in(language);
}

std::string const& in_language(facility::Name const& name, Language language) {
    return language == Language::bn ? name.bn : name.en;
}

std::string digits(std::string text, Language language) {
    return language == Language::bn ? bangla_digits(text) : text;
}

std::string date_text(Instant at, Zone const& zone, Language language) {
    std::chrono::year_month_day const day{local_day(zone, at)};
    return digits(std::to_string(static_cast<unsigned>(day.day())), language) + " " +
           std::string{month_name(static_cast<unsigned>(day.month()), language)} + " " +
           digits(std::to_string(static_cast<int>(day.year())), language);
}

std::string clock_text(Instant at, Zone const& zone, Language language) {
    return digits(to_rfc3339(at, zone).substr(11, 8), language);
}

std::string month_text(std::string_view period, Language language) {
    auto const first = parse_date(std::string{period} + "-01");
    if (!first) return std::string{period};
    std::chrono::year_month_day const day{*first};
    return std::string{month_name(static_cast<unsigned>(day.month()), language)} + " " +
           digits(std::to_string(static_cast<int>(day.year())), language);
}

}  // namespace karkhana::exports

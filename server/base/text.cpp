#include "server/base/text.hpp"

#include <array>
#include <cstdint>

namespace karkhana {
namespace {

constexpr std::string_view kBanglaZero = "০";  // U+09E6: E0 A7 A6

std::string in_language(std::string ascii, Language language) {
    return language == Language::bn ? bangla_digits(ascii) : ascii;
}

std::uint64_t magnitude(std::int64_t number) {
    return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

/// The last three digits, then groups of two.
std::string lakh_grouped(std::uint64_t number) {
    std::string const digits = std::to_string(number);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        std::size_t const left = digits.size() - i;
        if (i != 0 && (left == 3 || (left > 3 && left % 2 == 1))) out.push_back(',');
        out.push_back(digits[i]);
    }
    return out;
}

std::string decimals(std::uint64_t part, std::size_t width) {
    std::string text = std::to_string(part);
    return std::string(width - text.size(), '0') + text;
}

// The hundred words have no rule in Bangla, so they are a table.
constexpr std::array<std::string_view, 100> kBangla = {
    "শূন্য",      "এক",       "দুই",       "তিন",      "চার",      "পাঁচ",      "ছয়",      "সাত",
    "আট",       "নয়",       "দশ",       "এগারো",    "বারো",     "তেরো",     "চৌদ্দ",    "পনেরো",
    "ষোলো",     "সতেরো",    "আঠারো",    "উনিশ",     "বিশ",      "একুশ",      "বাইশ",    "তেইশ",
    "চব্বিশ",    "পঁচিশ",     "ছাব্বিশ",   "সাতাশ",    "আটাশ",     "ঊনত্রিশ",   "ত্রিশ",    "একত্রিশ",
    "বত্রিশ",    "তেত্রিশ",   "চৌত্রিশ",   "পঁয়ত্রিশ",   "ছত্রিশ",    "সাঁইত্রিশ",  "আটত্রিশ",  "ঊনচল্লিশ",
    "চল্লিশ",    "একচল্লিশ",  "বিয়াল্লিশ", "তেতাল্লিশ", "চুয়াল্লিশ",  "পঁয়তাল্লিশ", "ছেচল্লিশ", "সাতচল্লিশ",
    "আটচল্লিশ",  "ঊনপঞ্চাশ",  "পঞ্চাশ",    "একান্ন",    "বায়ান্ন",   "তিপ্পান্ন",  "চুয়ান্ন",   "পঞ্চান্ন",
    "ছাপ্পান্ন",  "সাতান্ন",   "আটান্ন",    "ঊনষাট",    "ষাট",      "একষট্টি",   "বাষট্টি",  "তেষট্টি",
    "চৌষট্টি",   "পঁয়ষট্টি",   "ছেষট্টি",   "সাতষট্টি",  "আটষট্টি",   "ঊনসত্তর",   "সত্তর",    "একাত্তর",
    "বাহাত্তর",  "তিয়াত্তর",  "চুয়াত্তর",   "পঁচাত্তর",   "ছিয়াত্তর",  "সাতাত্তর",  "আটাত্তর",  "ঊনআশি",
    "আশি",      "একাশি",    "বিরাশি",   "তিরাশি",   "চুরাশি",    "পঁচাশি",    "ছিয়াশি",  "সাতাশি",
    "আটাশি",    "ঊননব্বই",   "নব্বই",     "একানব্বই",  "বিরানব্বই", "তিরানব্বই", "চুরানব্বই", "পঁচানব্বই",
    "ছিয়ানব্বই", "সাতানব্বই", "আটানব্বই",  "নিরানব্বই"};

constexpr std::array<std::string_view, 20> kEnglish = {
    "Zero",     "One",     "Two",     "Three",     "Four",     "Five",    "Six",
    "Seven",    "Eight",   "Nine",    "Ten",       "Eleven",   "Twelve",  "Thirteen",
    "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"};
constexpr std::array<std::string_view, 10> kTens = {
    "", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"};

std::string below_hundred(std::uint64_t number, Language language) {
    if (language == Language::bn) return std::string{kBangla[number]};
    if (number < 20) return std::string{kEnglish[number]};
    std::string words{kTens[number / 10]};
    if (number % 10 != 0) words.append("-").append(kEnglish[number % 10]);
    return words;
}

struct Scale {
    std::uint64_t value;
    std::string_view bn;
    std::string_view en;
};
constexpr std::array<Scale, 3> kScales = {
    {{100'000, " লক্ষ", " Lakh"}, {1'000, " হাজার", " Thousand"}, {100, "শত", " Hundred"}}};

/// Crores are counted in words themselves, so any size has a name.
std::string in_words(std::uint64_t number, Language language) {
    if (number == 0) return below_hundred(0, language);
    std::string words;
    auto add = [&](std::string const& part) {
        if (!words.empty()) words.push_back(' ');
        words += part;
    };
    if (number >= 10'000'000) {
        add(in_words(number / 10'000'000, language));
        add(language == Language::bn ? "কোটি" : "Crore");
        number %= 10'000'000;
    }
    for (auto const& scale : kScales) {
        if (number < scale.value) continue;
        add(below_hundred(number / scale.value, language));
        words += language == Language::bn ? scale.bn : scale.en;
        number %= scale.value;
    }
    if (number != 0) add(below_hundred(number, language));
    return words;
}

}  // namespace

std::string bangla_digits(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c < '0' || c > '9') {
            out.push_back(c);
            continue;
        }
        out += kBanglaZero.substr(0, 2);
        out.push_back(static_cast<char>(kBanglaZero[2] + (c - '0')));
    }
    return out;
}

std::string ascii_digits(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const lead = text.substr(i, 2) == kBanglaZero.substr(0, 2) && i + 2 < text.size();
        int const digit =
            lead ? static_cast<unsigned char>(text[i + 2]) - static_cast<unsigned char>('\xa6')
                 : -1;
        if (digit >= 0 && digit <= 9) {
            out.push_back(static_cast<char>('0' + digit));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string grouped(std::int64_t number, Language language) {
    return in_language((number < 0 ? "-" : "") + lakh_grouped(magnitude(number)), language);
}

std::string amount_text(Money money, Language language) {
    auto const poisha = magnitude(money.poisha);
    return in_language((money.poisha < 0 ? "-" : "") + lakh_grouped(poisha / 100) + "." +
                           decimals(poisha % 100, 2),
                       language);
}

std::string thousandths_text(std::int64_t thousandths, Language language) {
    auto const size = magnitude(thousandths);
    return in_language((thousandths < 0 ? "-" : "") + lakh_grouped(size / 1000) + "." +
                           decimals(size % 1000, 3),
                       language);
}

std::string rate_text(Rate rate, Language language) {
    auto const size = magnitude(rate.e4);
    std::string part = decimals(size % 1'000'000, 6);
    while (part.size() > 2 && part.back() == '0') part.pop_back();
    return in_language((rate.e4 < 0 ? "-" : "") + lakh_grouped(size / 1'000'000) + "." + part,
                       language);
}

std::string amount_in_words(Money money, Language language) {
    auto const poisha = magnitude(money.poisha);
    auto const taka = in_words(poisha / 100, language);
    auto const rest = poisha % 100 == 0 ? "" : in_words(poisha % 100, language);
    if (language == Language::bn)
        return (money.poisha < 0 ? "ঋণাত্মক " : "") + taka + " টাকা" +
               (rest.empty() ? "" : " " + rest + " পয়সা") + " মাত্র";
    return (money.poisha < 0 ? "Minus Taka " : "Taka ") + taka +
           (rest.empty() ? "" : " and Poisha " + rest) + " Only";
}

}  // namespace karkhana

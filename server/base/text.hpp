#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/quantities.hpp"

namespace karkhana {

enum class Language { bn, en };

/// ASCII digits to Bangla digits; everything else stays.
std::string bangla_digits(std::string_view text);
/// Bangla digits to ASCII digits; everything else stays. Both sets are accepted on input.
std::string ascii_digits(std::string_view text);

/// 12345678 as "1,23,45,678" (lakh and crore), with Bangla digits in Bangla.
std::string grouped(std::int64_t number, Language language);
/// 123450 poisha as "1,234.50" or "১,২৩৪.৫০"; no currency sign.
std::string amount_text(Money money, Language language);
/// A number of thousandths, as "12.345": watt-hours as kWh, grams as kg. Never rounded.
std::string thousandths_text(std::int64_t thousandths, Language language);
/// A unit price per unit in taka with as many decimals as it has, at least two: "10.164".
std::string rate_text(Rate rate, Language language);

/// The amount in words, for documents: "Taka One Lakh Twenty and Poisha Five Only",
/// "এক লক্ষ বিশ টাকা পাঁচ পয়সা মাত্র". Negative amounts begin with "Minus" / "ঋণাত্মক".
std::string amount_in_words(Money money, Language language);

}  // namespace karkhana

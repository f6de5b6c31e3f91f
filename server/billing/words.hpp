#pragma once

#include <string>

#include "server/base/text.hpp"
#include "server/billing/items.hpp"
#include "server/billing/rating.hpp"

/// Quantities and arithmetic as people say them, for screens and documents alike.
namespace karkhana::billing {

/// A priced unit: "dozen", "ডজন"; one that nobody has translated as it is written.
std::string unit_text(std::string const& unit, Language language);
/// "2.800 kWh", "40 pairs", "29 min 40 s", "1 session"; never rounded.
std::string quantity_text(Term const& term, std::string const& piece_unit, Language language);
/// "Tk 1,234.50", "৳১,২৩৪.৫০".
std::string taka_text(Money amount, Language language);
/// How the amount came about: "2.800 kWh × Tk 14.00 = Tk 39.20"; of a minimum what it tops up:
/// "Tk 50.00 − Tk 23.20 = Tk 26.80".
std::string formula_text(Term const& term, std::string const& piece_unit, Language language);
/// Of a line without a session: "2 × Tk 500.00 = Tk 1,000.00", "2.500 × ..." where 1000 are one.
std::string item_formula_text(Item const& item, Language language);

}  // namespace karkhana::billing

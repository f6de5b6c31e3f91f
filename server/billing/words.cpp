#include "server/billing/words.hpp"

#include <array>
#include <utility>

namespace karkhana::billing {
namespace {

/// Priced units as a rate card may call them; what is not here is said as it is written.
struct UnitWord {
    std::string_view unit, en, bn;
};
constexpr std::array<UnitWord, 11> kUnitWords = {{{"hour", "hour", "ঘণ্টা"},
                                                  {"dozen", "dozen", "ডজন"},
                                                  {"pair", "pair", "জোড়া"},
                                                  {"kg", "kg", "কেজি"},
                                                  {"cut", "cut", "কাট"},
                                                  {"dm2", "dm²", "বর্গ ডেসিমিটার"},
                                                  {"cycle", "cycle", "চক্র"},
                                                  {"pack", "pack", "প্যাক"},
                                                  {"pack_draw", "from a pack", "প্যাক থেকে"},
                                                  {"block", "block", "ব্লক"},
                                                  {"month", "month", "মাস"}}};

std::string taka_sign(Language language) { return language == Language::bn ? "৳" : "Tk "; }

std::string pieces_text(std::int64_t count, std::string const& unit, Language language) {
    auto const number = grouped(count, language);
    if (language == Language::bn)
        return number + (unit == "pair" ? " জোড়া" : unit == "kg" ? " কেজি" : " পিস");
    if (unit == "kg") return number + " kg";
    return number + (unit == "pair" ? " pair" : " piece") + (count == 1 ? "" : "s");
}

std::string time_text(std::int64_t seconds, Language language) {
    bool const bangla = language == Language::bn;
    std::string text = grouped(seconds / 60, language) + (bangla ? " মিনিট" : " min");
    if (seconds % 60 != 0)
        text += " " + grouped(seconds % 60, language) + (bangla ? " সেকেন্ড" : " s");
    return text;
}

}  // namespace

std::string unit_text(std::string const& unit, Language language) {
    for (auto const& word : kUnitWords)
        if (word.unit == unit) return std::string{language == Language::bn ? word.bn : word.en};
    return unit;
}

std::string quantity_text(Term const& term, std::string const& piece_unit, Language language) {
    if (term.unit == "block")
        return grouped(term.quantity, language) + " " + unit_text(term.unit, language);
    if (term.basis == Basis::kwh)
        return thousandths_text(term.quantity, language) +
               (language == Language::bn ? " ইউনিট (kWh)" : " kWh");
    if (is_time(term.basis)) return time_text(term.quantity, language);
    if (term.basis == Basis::piece && term.unit.empty())
        return pieces_text(term.quantity, piece_unit, language);
    if (term.basis == Basis::piece && term.unit == "kg" && term.per == 1000)
        return thousandths_text(term.quantity, language) + " " + unit_text("kg", language);
    if (term.basis == Basis::piece)
        return term.priced_per() == 1
                   ? grouped(term.quantity, language) + " " + unit_text(term.unit, language)
                   : pieces_text(term.quantity, piece_unit, language);
    if (term.basis == Basis::discount) return taka_text({term.quantity}, language);
    return grouped(term.quantity, language) + (language == Language::bn ? " বার" : " session");
}

std::string taka_text(Money amount, Language language) {
    return taka_sign(language) + amount_text(amount, language);
}

std::string formula_text(Term const& term, std::string const& piece_unit, Language language) {
    // Ten-thousandths as a percentage have the decimals of poisha as taka.
    std::string const part = amount_text({term.price.e4}, language) + "%";
    std::string price = taka_sign(language) + rate_text(term.price, language);
    if (term.basis == Basis::discount) price = "−" + part;
    if (!term.unit.empty() && term.basis != Basis::minimum)
        price += "/" + unit_text(term.unit, language);
    std::string const amount = taka_text(term.amount, language);
    if (term.basis == Basis::minimum) {
        Money const before = price_of(term.price, 1, 1) - term.amount;
        return price + " − " + taka_text(before, language) + " = " + amount;
    }
    return quantity_text(term, piece_unit, language) + " × " + price + " = " + amount;
}

std::string item_formula_text(Item const& item, Language language) {
    auto const count = item.per == 1000 ? thousandths_text(item.quantity, language)
                                        : grouped(item.quantity, language);
    auto const per = item.per == 1 || item.per == 1000 ? "" : "/" + grouped(item.per, language);
    return count + per + " × " + taka_sign(language) + rate_text(item.price, language) + " = " +
           taka_text(item.amount, language);
}

}  // namespace karkhana::billing

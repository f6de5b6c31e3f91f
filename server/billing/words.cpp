#include "server/billing/words.hpp"

namespace karkhana::billing {
namespace {

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

std::string quantity_text(Term const& term, std::string const& piece_unit, Language language) {
    switch (term.basis) {
    case Basis::kwh:
        return thousandths_text(term.quantity, language) +
               (language == Language::bn ? " ইউনিট (kWh)" : " kWh");
    case Basis::used_minute: return time_text(term.quantity, language);
    case Basis::piece: return pieces_text(term.quantity, piece_unit, language);
    case Basis::session:
    case Basis::minimum: break;
    }
    return grouped(term.quantity, language) + (language == Language::bn ? " বার" : " session");
}

std::string taka_text(Money amount, Language language) {
    return taka_sign(language) + amount_text(amount, language);
}

std::string formula_text(Term const& term, std::string const& piece_unit, Language language) {
    std::string const price = taka_sign(language) + rate_text(term.price, language);
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

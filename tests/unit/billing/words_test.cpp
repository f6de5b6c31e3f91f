#include <gtest/gtest.h>

#include "server/billing/words.hpp"

namespace karkhana::billing {
namespace {

std::string quantity(Basis basis, std::int64_t count, std::string const& unit, Language language) {
    return quantity_text({1, basis, Window::any, {}, count, {}, {}, Quality::good}, unit, language);
}

TEST(QuantityText, IsWhatPeopleSay) {
    auto const en = Language::en, bn = Language::bn;
    EXPECT_EQ(quantity(Basis::kwh, 2'800, "", en), "2.800 kWh");
    EXPECT_EQ(quantity(Basis::kwh, 2'800, "", bn), "২.৮০০ ইউনিট (kWh)");
    EXPECT_EQ(quantity(Basis::used_minute, 5'400, "", en), "90 min");
    EXPECT_EQ(quantity(Basis::used_minute, 61, "", en), "1 min 1 s");
    EXPECT_EQ(quantity(Basis::used_minute, 61, "", bn), "১ মিনিট ১ সেকেন্ড");
    EXPECT_EQ(quantity(Basis::piece, 1, "pair", en), "1 pair");
    EXPECT_EQ(quantity(Basis::piece, 1'234'567, "pair", en), "12,34,567 pairs");
    EXPECT_EQ(quantity(Basis::piece, 40, "pair", bn), "৪০ জোড়া");
    EXPECT_EQ(quantity(Basis::piece, 40, "kg", en), "40 kg");
    EXPECT_EQ(quantity(Basis::piece, 40, "kg", bn), "৪০ কেজি");
    EXPECT_EQ(quantity(Basis::piece, 2, "piece", en), "2 pieces");
    EXPECT_EQ(quantity(Basis::session, 1, "", en), "1 session");
    EXPECT_EQ(quantity(Basis::session, 1, "", bn), "১ বার");
}

TEST(FormulaText, ShowsHowTheAmountCameAbout) {
    Term const energy{1,     Basis::kwh,       Window::peak, {},
                      2'800, Rate{14'000'000}, Money{3'920}, Quality::good};
    EXPECT_EQ(formula_text(energy, "", Language::en), "2.800 kWh × Tk 14.00 = Tk 39.20");
    EXPECT_EQ(formula_text(energy, "", Language::bn), "২.৮০০ ইউনিট (kWh) × ৳১৪.০০ = ৳৩৯.২০");
    Term const minimum{2, Basis::minimum,   Window::any,  {},
                       1, Rate{50'000'000}, Money{1'080}, Quality::good};
    EXPECT_EQ(formula_text(minimum, "", Language::en), "Tk 50.00 − Tk 39.20 = Tk 10.80");
}

TEST(FormulaText, NamesTheUnitThatAPriceIsFor) {
    Term time{.component = 1,
              .basis = Basis::used_minute,
              .quantity = 2'400,
              .price = Rate{450'000'000},
              .amount = Money{30'000},
              .per = 3600,
              .unit = "hour"};
    EXPECT_EQ(formula_text(time, "", Language::en), "40 min × Tk 450.00/hour = Tk 300.00");
    EXPECT_EQ(formula_text(time, "", Language::bn), "৪০ মিনিট × ৳৪৫০.০০/ঘণ্টা = ৳৩০০.০০");
    Term block{.basis = Basis::used_minute, .quantity = 2, .unit = "block"};
    EXPECT_EQ(quantity_text(block, "", Language::en), "2 block");
    Term weight{.basis = Basis::piece, .quantity = 2'500, .per = 1000, .unit = "kg"};
    EXPECT_EQ(quantity_text(weight, "", Language::en), "2.500 kg");
    Term dozens{.basis = Basis::piece, .quantity = 40, .per = 12, .unit = "dozen"};
    EXPECT_EQ(quantity_text(dozens, "pair", Language::en), "40 pairs");
}

TEST(FormulaText, ADiscountIsAPartOfWhatIsCharged) {
    Term discount{.basis = Basis::discount,
                  .quantity = 112'500,
                  .price = Rate{2'000},
                  .amount = Money{-22'500}};
    EXPECT_EQ(formula_text(discount, "", Language::en), "Tk 1,125.00 × −20.00% = Tk -225.00");
}

}  // namespace
}  // namespace karkhana::billing

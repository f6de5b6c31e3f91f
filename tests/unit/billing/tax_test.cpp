#include <gtest/gtest.h>

#include "server/billing/tax.hpp"

namespace karkhana::billing {
namespace {

constexpr std::int64_t kFifteen = 1500;

TaxTable vat(TaxRounding rounding = TaxRounding::line, bool inclusive = false) {
    return {{{instant(10), Regime::vat, rounding, inclusive, "000000001-0101", "test"}},
            {{"standard", instant(10), kFifteen, {"VAT", "ভ্যাট"}, "S099.20", "test"},
             {"printing", instant(10), 1000, {"VAT", "ভ্যাট"}, "S008.10", "test"},
             {"standard", instant(1000), 1800, {"VAT", "ভ্যাট"}, "S099.20", "test"}}};
}

std::vector<std::int64_t> taxes(TaxTable const& table, std::vector<Taxable> const& lines,
                                Instant at = instant(100)) {
    std::vector<std::int64_t> found;
    auto const all = taxes_of(table, at, lines);
    if (all)
        for (auto const& each : *all) found.push_back(each.tax.poisha);
    return found;
}

using Poisha = std::vector<std::int64_t>;

TEST(Tax, IsRoundedOnEachLineOfItself) {
    EXPECT_EQ(taxes(vat(), {{{30'000}, "standard"}, {{58'500}, "standard"}}),
              (Poisha{4'500, 8'775}));
    EXPECT_EQ(taxes(vat(), {{{103}, "standard"}, {{103}, "standard"}, {{103}, "standard"}}),
              (Poisha{15, 15, 15}));
    EXPECT_EQ(taxes(vat(), {{{10'586}, "standard"}}), (Poisha{1'588}));
}

TEST(Tax, OfTheWholeBillIsPartedSoThatTheColumnFoots) {
    EXPECT_EQ(taxes(vat(TaxRounding::invoice),
                    {{{103}, "standard"}, {{103}, "standard"}, {{103}, "standard"}}),
              (Poisha{16, 15, 15}));
    // 15.00 has no remainder, 15.45 and 15.90 have: 46.35 is 46.
    EXPECT_EQ(taxes(vat(TaxRounding::invoice),
                    {{{100}, "standard"}, {{103}, "standard"}, {{106}, "standard"}}),
              (Poisha{15, 15, 16}));
}

TEST(Tax, IsWithinAPriceThatContainsIt) {
    EXPECT_EQ(tax_within({11'500}, kFifteen), Money{1'500});
    EXPECT_EQ(tax_within({10'000}, kFifteen), Money{1'304});
    EXPECT_EQ(tax_within({100'000}, kFifteen), Money{13'043});
    EXPECT_EQ(taxes(vat(TaxRounding::line, true), {{{11'500}, "standard"}, {{10'000}, "standard"}}),
              (Poisha{1'500, 1'304}));
}

TEST(Tax, HasTheRateOfEachLineAndNoneOfWhatIsExempt) {
    EXPECT_EQ(taxes(vat(), {{{112'500}, "standard"}, {{20'000}, "printing"}, {{30'000}, "exempt"}}),
              (Poisha{16'875, 2'000, 0}));
}

TEST(Tax, IsThatOfItsDay) {
    EXPECT_EQ(taxes(vat(), {{{100}, "standard"}}, instant(9)), Poisha{});  // no regime yet
    EXPECT_EQ(taxes(vat(), {{{100}, "standard"}}, instant(999)), (Poisha{15}));
    EXPECT_EQ(taxes(vat(), {{{100}, "standard"}}, instant(1000)), (Poisha{18}));
}

TEST(Tax, OfAnUnknownCodeIsNotGuessed) {
    auto const refused = taxes_of(vat(), instant(100), {{{100}, "workshop"}});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, "unknown_tax_code");
}

TEST(Tax, IsNoneForWhoIsNotRegistered) {
    auto table = vat();
    table.settings[0].regime = Regime::turnover;
    EXPECT_EQ(taxes(table, {{{100}, "standard"}}), Poisha{});
    EXPECT_EQ(setting_at({}, instant(0)).regime, Regime::none);
}

TEST(Tax, OfWhatIsGivenBackRoundsAwayFromNothingToo) {
    // A credit of Tk 35.00 at 15 %: 525, whatever was billed beside it.
    TaxSetting const setting{instant(0), Regime::vat, TaxRounding::line, false, "1", "test"};
    EXPECT_EQ(taxes_at(setting, {{{35'000}, "standard"}}, {kFifteen})[0].tax, Money{5'250});
    EXPECT_EQ(taxes_at(setting, {{{-103}, "standard"}}, {kFifteen})[0].tax, Money{-15});
}

}  // namespace
}  // namespace karkhana::billing

#include <gtest/gtest.h>

#include "server/booking/quote_token.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

Quoted quoted() {
    return {.machine = numbered_id<MachineId>(1),
            .enterprise = numbered_id<EnterpriseId>(2),
            .during = {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")},
            .quantity = 120,
            .price = {6000},
            .card = numbered_id<RateCardId>(3),
            .valid_until = dhaka("2026-11-21 08:30")};
}

TEST(QuoteToken, SaysWhatWasQuoted) {
    EXPECT_EQ(read_quote("secret", sign_quote("secret", quoted())).value(), quoted());
    auto plain = quoted();
    plain.quantity.reset();
    plain.card.reset();
    EXPECT_EQ(read_quote("secret", sign_quote("secret", plain)).value(), plain);
}

TEST(QuoteToken, OfSomebodyElseIsNone) {
    auto const token = sign_quote("secret", quoted());
    auto const code = [](Result<Quoted> const& read) {
        return read ? std::string_view{} : read.error().code;
    };
    EXPECT_EQ(code(read_quote("another", token)), "bad_quote");
    EXPECT_EQ(code(read_quote("", token)), "bad_quote");
    for (auto const* text : {"", ".", "abc", "abc.def", "!.!"})
        EXPECT_EQ(code(read_quote("secret", text)), "bad_quote") << text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(code(read_quote("secret", changed)), "bad_quote") << i;
    }
}

}  // namespace
}  // namespace karkhana::booking

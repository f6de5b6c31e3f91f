#include "server/base/text.hpp"
#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

class BookingPin : public LifeTest {
protected:
    std::string pin_of_page(Member const& who, std::string const& id) {
        auto const shown = json_of(shop.get(who, "/api/v1/bookings/" + id));
        return shown.contains("pin") ? text_of(shown, "pin") : "";
    }
    http::Response type(Member const& who, MachineId const& machine, std::string const& pin) {
        return shop.post(who, "/api/v1/machines/" + machine.text() + "/check-in",
                         R"({"pin":")" + pin + "\"}");
    }
    /// A number that is not this one.
    static std::string wrong(std::string const& pin, int by) {
        return std::to_string(1'000 + (std::stoi(pin) - 1'000 + by) % 9'000);
    }
    std::string came_by(std::string const& id) {
        return ledger().read([&](store::Reader& reader) {
            return history_of(reader, shop.facility, *BookingId::parse(id)).back().reason;
        });
    }
    std::string mita = booked(shop.member, saturday("10:00", "11:00"));
    facility::Machine press = shop.add_laser("press-1");
};
KARKHANA_ON_BOTH_ENGINES(BookingPin);

TEST_P(BookingPin, ItIsToldToWhoMayComeAndToNobodyElse) {
    auto const pin = pin_of_page(shop.member, mita);
    EXPECT_EQ(pin.size(), 4U);
    EXPECT_EQ(pin_of_page(shop.desk, mita), pin);
    auto const accountant = shop.add_person("books", "accountant", {});
    EXPECT_EQ(pin_of_page(accountant, mita), "");
    act(shop.member, mita, "cancel");
    EXPECT_EQ(pin_of_page(shop.member, mita), "");
}

TEST_P(BookingPin, WhoTypesItAtTheMachineHasComeWhoeverIsSignedInThere) {
    auto const pin = pin_of_page(shop.member, mita);
    at("09:50");
    EXPECT_EQ(code_of(type(shop.other, press.id, pin)), "wrong_pin") << "at another machine";
    auto const welcome = type(shop.other, laser.id, bangla_digits(pin));
    EXPECT_EQ(welcome.status, 200) << welcome.body;
    EXPECT_EQ(text_of(json_of(welcome), "booking_id"), mita);
    EXPECT_EQ(state(mita), "checked_in");
    EXPECT_EQ(came_by(mita), "pin");
    EXPECT_NE(told().find("checkInByPin"), std::string::npos);
    EXPECT_EQ(type(shop.desk, laser.id, pin).status, 200) << "twice is as once";
}

TEST_P(BookingPin, WhoComesMuchTooEarlyIsToldSo) {
    auto const pin = pin_of_page(shop.member, mita);
    for (int time = 0; time < 7; ++time)
        EXPECT_EQ(code_of(type(shop.desk, laser.id, pin)), "too_early") << "and is not shut out";
    EXPECT_EQ(state(mita), "confirmed");
}

TEST_P(BookingPin, FiveWrongNumbersAndTheMachineAsksForPatience) {
    auto const pin = pin_of_page(shop.member, mita);
    at("09:50");
    for (int time = 1; time <= 5; ++time)
        EXPECT_EQ(code_of(type(shop.desk, laser.id, wrong(pin, time))), "wrong_pin");
    auto const refused = type(shop.desk, laser.id, pin);
    EXPECT_EQ(refused.status, 429) << "the right one too: otherwise they could be tried out";
    EXPECT_EQ(code_of(refused), "too_many_pins");
    EXPECT_EQ(header_of(refused, "Retry-After"), "600");
    EXPECT_EQ(code_of(type(shop.desk, press.id, pin)), "wrong_pin") << "others are not held up";
    at("10:00");
    EXPECT_EQ(type(shop.desk, laser.id, pin).status, 200);
}

TEST_P(BookingPin, TheHistorySaysHowTheyCame) {
    at("09:50");
    EXPECT_EQ(act(shop.member, mita, "check-in").status, 200);
    EXPECT_EQ(came_by(mita), "button");
    auto const rahim = booked(shop.other, saturday("11:00", "12:00"));
    at("10:50");
    EXPECT_EQ(code_of(act(shop.other, rahim, "check-in", R"({"by":"pin"})")), "unknown_way");
    EXPECT_EQ(act(shop.other, rahim, "check-in", R"({"by":"qr"})").status, 200);
    EXPECT_EQ(came_by(rahim), "qr");
}

}  // namespace
}  // namespace karkhana::booking

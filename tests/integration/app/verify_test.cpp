#include <gmock/gmock.h>

#include "server/app/register_form.hpp"
#include "server/app/verify.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/sessions.hpp"
#include "server/people/records.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::app {
namespace {

using metering::Edge;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Instant at(int minute) {
    return instant(1'795'000'000'000'000 + std::int64_t{minute} * 60'000'000);
}

/// One press with a meter that counts tens of watt-hours in 32 bits.
class VerifyingRegisters : public tests::StoreTest {
protected:
    VerifyingRegisters() {
        facility.id = ids.make<FacilityId>();
        facility.slug = "bhairab";
        facility.name = {"Bhairab", "ভৈরব"};
        facility.zone = "Asia/Dhaka";
        ledger().write([&](store::Writer& writer) {
            facility::insert_facility(writer, facility, at(0));
            machine = facility::save_machine(writer,
                                             {.facility = facility.id,
                                              .id = ids.make<MachineId>(),
                                              .slug = "press",
                                              .name = {"Press", "প্রেস"},
                                              .kind = "press"},
                                             at(0));
            configure(writer, "u32 big 10/1");
            return true;
        });
    }
    void configure(store::Writer& writer, std::string const& form) {
        metering::DeviceSetup setup{.name = "meter", .profile = "any", .machine = machine};
        setup.points.push_back({.name = "energy_active_import",
                                .unit = Unit::wh,
                                .counter = true,
                                .billing = true,
                                .form = form});
        channel = metering::configure_devices(writer, ids, facility.id, {setup}).front().channel;
    }
    metering::Register reg(Edge edge, int minute, std::int64_t wh) const {
        metering::Register one{
            .channel = channel, .edge = edge, .at = at(minute), .value = Energy{wh}};
        one.raw.count = 2;
        one.raw.word = {static_cast<std::uint16_t>((wh / 10) >> 16),
                        static_cast<std::uint16_t>(wh / 10)};
        return one;
    }
    SessionId use(int from, std::int64_t from_wh, int to, std::int64_t to_wh) {
        metering::UsageSession session;
        session.facility = facility.id;
        session.id = ids.make<SessionId>();
        session.machine = machine;
        session.kind = metering::SessionKind::unattributed;
        session.start = at(from);
        session.registers.push_back(reg(Edge::start, from, from_wh));
        ledger().write([&](store::Writer& writer) {
            metering::open_session(writer, session, "");
            return metering::close_session(writer, session, at(to), reg(Edge::stop, to, to_wh),
                                           std::nullopt, Quality::good);
        });
        return session.id;
    }
    void quarter(int minute, std::int64_t wh) {
        telemetry().write([&](store::Writer& writer) {
            return writer.execute("INSERT INTO boundary_15m (facility_id, channel, at, value, "
                                  "quality, method) VALUES ($1, $2, $3, $4, 'good', 'read')",
                                  facility.id, channel, at(minute), wh);
        });
    }
    std::vector<std::string> findings() {
        return verify_facility(ledger(), &telemetry(), facility).findings;
    }

    ManualWallClock clock{at(0)};
    std::unique_ptr<Random> random = seeded_random(1);
    IdSource ids{*random, clock};
    facility::Facility facility;
    MachineId machine;
    Channel channel = 0;
};
KARKHANA_ON_BOTH_ENGINES(VerifyingRegisters);

TEST_P(VerifyingRegisters, OneSessionAfterTheOtherHolds) {
    quarter(0, 1'000);
    use(5, 1'000, 10, 1'500);
    use(10, 1'500, 10, 1'500);
    use(10, 1'500, 20, 2'500);
    quarter(15, 2'000);
    quarter(30, 2'500);
    use(40, 2'510, 50, 3'000);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(verify_facility(ledger(), nullptr, facility).findings, IsEmpty());
}

TEST_P(VerifyingRegisters, AWattHourIsNotSoldTwice) {
    auto const first = use(0, 1'000, 10, 1'500);
    auto const second = use(20, 1'400, 30, 2'000);
    EXPECT_THAT(findings(), ElementsAre(HasSubstr(second.text() + ": session " + first.text() +
                                                  " has a part of its energy too")));
}

TEST_P(VerifyingRegisters, AMomentIsNotSoldTwice) {
    auto const first = use(0, 1'000, 10, 1'500);
    auto const second = use(9, 1'500, 30, 2'000);
    EXPECT_THAT(findings(), ElementsAre(HasSubstr(second.text() + ": it began before session " +
                                                  first.text() + " had ended")));
}

TEST_P(VerifyingRegisters, TheSeriesKnowsWhatTheMeterShowed) {
    quarter(0, 1'000);
    quarter(15, 2'000);
    quarter(30, 3'000);
    use(5, 1'200, 10, 1'800);
    EXPECT_THAT(findings(), IsEmpty());
    auto const above = use(11, 1'900, 14, 2'010);
    EXPECT_THAT(findings(), ElementsAre(HasSubstr(above.text() + ": its registers are not what")));
}

TEST_P(VerifyingRegisters, TheSeriesBoundsAStartFromBelow) {
    quarter(15, 2'000);
    auto const below = use(20, 1'990, 25, 2'500);
    EXPECT_THAT(findings(), ElementsAre(HasSubstr(below.text() + ": its registers are not what")));
}

TEST_P(VerifyingRegisters, WhatIsReadAtAQuarterIsNotComparedWithIt) {
    quarter(15, 2'000);
    use(15, 1'990, 16, 1'990);
    EXPECT_THAT(findings(), ElementsAre(HasSubstr("its registers are not what")))
        << "a whole minute later";
    quarter(30, 3'000);
    use(30, 2'990, 30, 3'010);
    EXPECT_EQ(findings().size(), 1U) << "a quarter is read within seconds, before or after";
}

TEST_P(VerifyingRegisters, ADeviceThatBecomesAnotherLeavesItsPastReadable) {
    use(0, 1'000, 10, 1'500);
    ledger().write([&](store::Writer& writer) {
        writer.execute("UPDATE device SET profile = 'other'");
        configure(writer, "u16 little 1/1");
        metering::keep_form(writer, facility.id,
                            {.channel = channel, .at = at(15), .note = "u16 little 1/1"});
        return true;
    });
    EXPECT_THAT(findings(), IsEmpty());
    use(20, 1'500, 30, 1'600);
    EXPECT_THAT(findings(), ElementsAre(HasSubstr("words of its start register"),
                                        HasSubstr("words of its stop register")))
        << "from now on words are read otherwise";
}

TEST_P(VerifyingRegisters, AnExchangeIsWorkedOutAgain) {
    people::Person const person{
        .id = ids.make<PersonId>(), .login = "rina", .name = {"Rina", "রিনা"}, .language = "bn"};
    metering::Exchange exchange{.id = ids.make<metering::ExchangeId>(),
                                .channel = channel,
                                .at = at(20),
                                .final_wh = 1'500,
                                .initial_wh = 40,
                                .serial_before = "1",
                                .serial_after = "2",
                                .reason = "it burnt",
                                .said_by = person.id,
                                .said_at = at(21)};
    auto const event = [&](int minute, std::int64_t carried) {
        return metering::MeterEvent{.channel = channel,
                                    .at = at(minute),
                                    .kind = "exchange",
                                    .before = 1'500,
                                    .after = 40,
                                    .carried = carried,
                                    .note = exchange.id.text()};
    };
    ledger().write([&](store::Writer& writer) {
        exchange.device = metering::list_devices(writer, facility.id).front().id;
        people::insert_person(writer, facility.id, person, "none", at(0));
        metering::insert_exchange(writer, facility.id, exchange);
        return true;
    });
    EXPECT_THAT(findings(), ElementsAre(HasSubstr("is in no register")));
    ledger().write([&](store::Writer& writer) {
        metering::insert_event(writer, facility.id, event(20, 1'460));
        return true;
    });
    EXPECT_THAT(findings(), IsEmpty());
    ledger().write([&](store::Writer& writer) {
        metering::insert_event(writer, facility.id, event(22, 1'461 + 1'460));
        return true;
    });
    EXPECT_THAT(findings(), Contains(HasSubstr("does not go on where its meter ended")));
}

TEST(RegisterForm, ComesBackAsItWas) {
    profiles::Point point;
    point.type = profiles::WordType::bits;
    point.order = profiles::WordOrder::little;
    point.scale = {1'000, 3};
    point.bit = 7;
    EXPECT_EQ(form_of(point), "bits little 1000/3 7 @4:0");
    auto const back = point_of("bits little 1000/3 7").value();
    EXPECT_EQ(back.type, point.type);
    EXPECT_EQ(back.order, point.order);
    EXPECT_EQ(back.scale, point.scale);
    EXPECT_EQ(back.bit, point.bit);
    EXPECT_TRUE(point_of("f32 big 1/1"));
    point.byte_order = profiles::WordOrder::little;
    point.fraction = profiles::Fraction{9, profiles::WordType::bcd16, {1, 1000}};
    point.scale_from = profiles::ScaleFrom{profiles::ScaleFrom::Kind::factor, 12};
    point.function = 3;
    point.address = 40'000;
    auto const whole = point_of(form_of(point)).value();
    EXPECT_EQ(whole.byte_order, point.byte_order);
    EXPECT_EQ(whole.fraction, point.fraction);
    EXPECT_EQ(whole.scale_from, point.scale_from);
    EXPECT_EQ(whole.function, 3);
    EXPECT_EQ(whole.address, 40'000);
    for (auto const* none : {"", "u32", "u32 big", "u32 big 1", "u33 big 1/1", "u32 big 1/0",
                             "u32 big 1/1 x", "u32 big 1/1 1 1", "u32 big 1/1 fraction",
                             "u32 big 1/1 @4", "u32 big 1/1 @4:70000", "u32 big 1/1 factor"})
        EXPECT_FALSE(point_of(none)) << none;
}

}  // namespace
}  // namespace karkhana::app

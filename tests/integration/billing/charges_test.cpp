#include <atomic>
#include <gmock/gmock.h>
#include <thread>

#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Charging : public tests::StoreTest {
protected:
    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    Interval november = period_interval(centre.zone, "2026-11").value();

    std::vector<Charge> charges_of(SessionId const& session) {
        return ledger().read([&](store::Reader& reader) {
            return charges_of_sessions(reader, facility, {session})[session];
        });
    }
    Unrated unrated() {
        return ledger().read([&](store::Reader& reader) {
            return unrated_sessions(reader, facility, centre.zone, november);
        });
    }
    std::int64_t count(char const* sql) {
        return ledger()
            .read([&](store::Reader& reader) {
                return reader.first(sql, [](store::Row const& row) { return row.integer(0); });
            })
            .value();
    }
    /// 2.8 kWh before the peak and 1.4 kWh in it.
    Use evening() {
        Interval const during{dhaka("2026-11-30 16:30"), dhaka("2026-11-30 17:30")};
        return {.during = during,
                .readings = {{during.start, {1'000}},
                             {dhaka("2026-11-30 17:00"), {3'800}},
                             {during.end, {5'200}}},
                .pieces = 40};
    }
};
KARKHANA_ON_BOTH_ENGINES(Charging);

TEST_P(Charging, KeepsEachTermOfTheRateCard) {
    centre.add_usual_rates();
    auto const id = centre.use(evening());
    EXPECT_EQ(centre.charge(), 1);
    auto const charges = charges_of(id);
    ASSERT_EQ(charges.size(), 3U);
    EXPECT_EQ(charges[0].term.quantity, 2'800);
    EXPECT_EQ(charges[0].term.amount, Money{2'800});
    EXPECT_EQ(charges[0].term.label, (Label{"Electricity", "বিদ্যুৎ"}));
    EXPECT_EQ(charges[1].term.window, Window::peak);
    EXPECT_EQ(charges[1].term.amount, Money{1'960});
    EXPECT_EQ(charges[2].term.basis, Basis::piece);
    EXPECT_EQ(charges[2].term.amount, Money{10'000});
    EXPECT_EQ(charges[2].stopped_at, dhaka("2026-11-30 17:30"));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Charging, AMachineThatBecomesAnotherLeavesThePastAsItWas) {
    centre.add_usual_rates();
    auto const id = centre.use(evening());
    EXPECT_EQ(centre.charge(), 1);
    ledger().write([](store::Writer& writer) {
        return writer.execute("UPDATE machine SET kind = 'router', piece_unit = 'kg'");
    });
    EXPECT_EQ(charges_of(id).at(2).term.basis, Basis::piece);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Charging, AgainAddsNothing) {
    centre.add_usual_rates();
    centre.use(evening());
    EXPECT_EQ(centre.charge(), 1);
    EXPECT_EQ(centre.charge(), 0);
    EXPECT_EQ(charge_sessions_of(ledger(), facility, centre.zone, november, centre.clock.now()), 0);
    EXPECT_EQ(count("SELECT COUNT(*) FROM charge"), 3);
}

TEST_P(Charging, ASessionThatCostsNothingIsRatedOnceToo) {
    centre.add_rates(dhaka("2026-07-01 00:00"),
                     {{0, "press", Basis::kwh, Window::any, {1'000}, {"e", "e"}}});
    centre.use(evening());
    EXPECT_EQ(centre.charge(), 1);
    EXPECT_EQ(centre.charge(), 0);
    EXPECT_EQ(count("SELECT COUNT(*) FROM rated_session"), 1);
    EXPECT_EQ(count("SELECT COUNT(*) FROM charge"), 0);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Charging, ManyAtTheSameTimeChargeOnce) {
    centre.add_usual_rates();
    for (int i = 0; i < 20; ++i) centre.half_an_hour("Lakshmi", "2026-11-30", 6'000);
    std::vector<std::thread> threads;
    std::atomic<int> rated{0};
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { rated += centre.charge(); });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(rated, 20);
    EXPECT_EQ(count("SELECT COUNT(*) FROM charge"), 20);
}

TEST_P(Charging, WhatIsLeftOutIsNamedWithItsReason) {
    auto const unpriced = centre.use(
        {.during = {dhaka("2026-11-02 10:00"), dhaka("2026-11-02 11:00")},
         .readings = {{dhaka("2026-11-02 10:00"), {0}}, {dhaka("2026-11-02 11:00"), {10}}}});
    centre.add_rates(dhaka("2026-11-03 00:00"),
                     {{0, "", Basis::kwh, Window::peak, {1'000'000}, {"e", "e"}}});
    auto const doubtful = centre.use(
        {.during = {dhaka("2026-11-04 10:00"), dhaka("2026-11-04 11:00")},
         .readings = {{dhaka("2026-11-04 10:00"), {10}}, {dhaka("2026-11-04 11:00"), {20}}},
         .quality = Quality::questionable});
    auto const unsplit = centre.use(
        {.during = {dhaka("2026-11-05 16:00"), dhaka("2026-11-05 18:00")},
         .readings = {{dhaka("2026-11-05 16:00"), {20}}, {dhaka("2026-11-05 18:00"), {30}}}});
    auto const open = centre.begin({.during = {dhaka("2026-11-06 10:00"), {}},
                                    .readings = {{dhaka("2026-11-06 10:00"), {30}}}});
    auto const next_month = centre.begin(
        {.machine = "press", .during = {dhaka("2026-12-01 10:00"), {}}, .readings = {}});
    EXPECT_EQ(charge_sessions_of(ledger(), facility, centre.zone, november, centre.clock.now()), 0);
    std::map<SessionId, std::string> reasons;
    for (auto const& one : unrated().skipped) reasons[one.session] = one.code;
    EXPECT_EQ(reasons[unpriced], "no_rate_card");
    EXPECT_EQ(reasons[doubtful], "questionable");
    EXPECT_EQ(reasons[unsplit], "unsplit_usage");
    EXPECT_EQ(reasons[open], "open");
    EXPECT_FALSE(reasons.contains(next_month));
}

TEST_P(Charging, AQuoteKeepsThePricesOfItsRateCardThroughATariffChange) {
    auto const quoted = centre.add_usual_rates();
    auto use = evening();
    use.steps = {{dhaka("2026-11-30 17:10"), booking::State::paused},
                 {dhaka("2026-11-30 17:10"), booking::State::running}};
    auto const by_quote = centre.use(use);
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE booking SET quote_card_id = $1", quoted);
    });
    auto const dearer = centre.add_rates(
        dhaka("2026-11-30 12:00"), {{0, "", Basis::kwh, Window::any, {99'000'000}, {"e", "e"}}});
    auto later = evening();
    later.machine = "press";
    auto const without = centre.use(later);
    for (auto const& would : unrated().charges)
        EXPECT_EQ(would.rate_card, would.session == by_quote ? quoted : dearer);
    EXPECT_EQ(centre.charge(), 2);
    EXPECT_EQ(charges_of(by_quote).at(0).rate_card, quoted);
    EXPECT_EQ(charges_of(by_quote).at(0).term.amount, Money{2'800});
    EXPECT_EQ(charges_of(without).at(0).rate_card, dearer);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Charging, AMonthTakesWhatEndedWithItsFirstMomentAndNotWithItsLast) {
    centre.add_usual_rates();
    auto const night = [&](std::string const& day, std::string const& next, std::int64_t from) {
        return centre.use({.during = {dhaka(day + " 23:30"), dhaka(next + " 00:00")},
                           .readings = {{dhaka(day + " 23:30"), {from}},
                                        {dhaka(next + " 00:00"), {from + 6'000}}}});
    };
    auto const first = night("2026-10-31", "2026-11-01", 0);
    night("2026-11-30", "2026-12-01", 6'000);
    auto const would = unrated().charges;
    ASSERT_EQ(would.size(), 1U);
    EXPECT_EQ(would[0].session, first);
    EXPECT_EQ(charge_sessions_of(ledger(), facility, centre.zone, november, centre.clock.now()), 1);
    auto const waiting = ledger().read(
        [&](store::Reader& reader) { return waiting_charges(reader, facility, november); });
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].session, first);
}

}  // namespace
}  // namespace karkhana::billing

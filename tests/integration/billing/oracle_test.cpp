#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

#include "server/billing/rating.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;

/// Rate cards and sessions that nobody would think of, from one seed.
class Chance {
public:
    explicit Chance(std::uint32_t seed) : engine_(seed) {}

    std::int64_t between(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>{least, most}(engine_);
    }
    bool one_in(int times) { return between(1, times) == 1; }

    RateCard card() {
        RateCard card;
        card.peak_from_minute = static_cast<int>(between(0, 96)) * 15;
        card.peak_to_minute = static_cast<int>(between(0, 96)) * 15;
        auto const count = between(1, 8);
        for (int i = 0; i < count; ++i) card.components.push_back(component(i + 1));
        return card;
    }

    Usage usage(RateCard const& card, Zone const& zone) {
        // From 2009 on: Dhaka had daylight saving for half a year, and then no more.
        Instant const start = instant(between(1'230'768'000, 1'830'000'000) * 1'000'000);
        Instant const stop = start + std::chrono::seconds{between(0, one_in(5) ? 200'000 : 20'000)};
        auto usage = expected_usage(card, zone, one_in(2) ? "laser" : "press", {start, stop}, 1'000,
                                    std::nullopt);
        for (auto& part : usage.parts) part.energy = {one_in(4) ? 0 : between(0, 3'000'000)};
        if (one_in(2)) usage.pieces = between(0, 100'000);
        for (auto from = start; one_in(3) && from < stop;) {
            auto const seconds = (stop - from) / std::chrono::seconds{1};
            from += std::chrono::seconds{between(0, seconds)};
            auto const to = one_in(3) ? stop
                                      : from + (stop - from) / std::chrono::seconds{2} *
                                                   std::chrono::seconds{1};
            usage.halts.push_back({{from, to}, static_cast<HaltReason>(between(0, 2))});
            from = to;
        }
        return usage;
    }

private:
    Component component(int sequence) {
        constexpr std::array<std::int64_t, 4> sizes = {10, 10'000, 10'000'000, 100'000'000'000};
        auto const basis = static_cast<Basis>(between(0, 4));
        auto const window =
            basis == Basis::minimum ? Window::any : static_cast<Window>(between(0, 2));
        return {sequence,
                one_in(3) ? "laser" : "",
                basis,
                window,
                Rate{between(0, sizes.at(static_cast<std::size_t>(between(0, 3))))},
                {}};
    }

    std::mt19937 engine_;
};

json::object shown(RateCard const& card) {
    json::array components;
    for (auto const& component : card.components)
        components.push_back(json::object{{"kind", component.machine_kind},
                                          {"basis", name_of(component.basis)},
                                          {"window", name_of(component.window)},
                                          {"price", component.price.e4}});
    return {{"peak_from", card.peak_from_minute},
            {"peak_to", card.peak_to_minute},
            {"components", std::move(components)}};
}

json::object shown(Usage const& usage) {
    json::array parts;
    for (auto const& part : usage.parts)
        parts.push_back(json::object{{"from", micros(part.during.start)}, {"wh", part.energy.wh}});
    json::array halts;
    for (auto const& halt : usage.halts)
        halts.push_back(json::object{{"from", micros(halt.during.start)},
                                     {"to", micros(halt.during.end)},
                                     {"reason", name_of(halt.reason)}});
    return {{"kind", usage.machine_kind},
            {"halts", std::move(halts)},
            {"from", micros(usage.during.start)},
            {"to", micros(usage.during.end)},
            {"pieces", usage.pieces ? json::value(*usage.pieces) : json::value()},
            {"parts", std::move(parts)}};
}

json::array shown(std::vector<Term> const& terms) {
    json::array all;
    for (auto const& term : terms)
        all.push_back(
            json::array{term.component, term.quantity, term.amount.poisha, name_of(term.basis)});
    return all;
}

TEST(Rating, AgreesWithFractionsOnSessionsOfEveryKind) {
    Chance chance{20261120};
    auto const zone = Zone::find("Asia/Dhaka").value();
    tests::TemporaryFolder const folder;
    auto const file = folder.file("sessions.json");
    std::ofstream out{file};
    for (int i = 0; i < 5'000; ++i) {
        auto const card = chance.card();
        auto const usage = chance.usage(card, zone);
        auto const terms = rate(card, usage, zone);
        ASSERT_TRUE(terms) << json::serialize(shown(usage));
        out << json::serialize(json::object{{"zone", zone.name()},
                                            {"card", shown(card)},
                                            {"use", shown(usage)},
                                            {"terms", shown(*terms)}})
            << '\n';
    }
    out.close();
    std::string const command =
        "/usr/bin/python3 tests/integration/billing/oracle.py " + file + " >&2";
    EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace karkhana::billing

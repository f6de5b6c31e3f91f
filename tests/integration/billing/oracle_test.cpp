#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

#include "server/billing/items.hpp"
#include "server/billing/rating.hpp"
#include "server/billing/tax_records.hpp"
#include "tests/integration/billing/centre.hpp"
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

    /// The same, and sometimes a price of their own for who is led by a woman, hours of the whole
    /// month by their number, and the least that a month costs.
    RateCard month_card() {
        auto card = this->card();
        auto const add = [&](Component component) {
            component.sequence = static_cast<int>(std::ssize(card.components)) + 1;
            card.components.push_back(std::move(component));
        };
        if (auto own = card.components.front(); one_in(2) && own.basis != Basis::minimum) {
            own.price_class = PriceClass::women_led;
            own.price = {own.price.e4 / 2};
            add(own);
        }
        if (one_in(2))
            add({.basis = Basis::used_minute,
                 .per = 3600,
                 .unit = "hour",
                 .tier_model = TierModel::graduated,
                 .tiers = {{between(1, 20) * 1800, {between(1, 500'000'000)}},
                           {std::nullopt, {between(1, 400'000'000)}}},
                 .scope = Scope::month});
        if (one_in(2))
            add({.basis = Basis::minimum,
                 .price = {between(1, 400'000) * 10'000},
                 .scope = Scope::month});
        return card;
    }

    /// A use on a day of November, as its meter and whoever stood by would have told it. What is
    /// paused is paused once, by its party or by a power cut.
    Use november(std::int64_t day, RateCard const& card, Zone const& zone, std::int64_t& meter) {
        auto const midnight = dhaka("2026-11-01 00:00") + std::chrono::days{day};
        Instant const start = midnight + std::chrono::seconds{between(0, 60'000)};
        Instant const stop = start + std::chrono::seconds{between(600, 20'000)};
        Use use{.machine = one_in(2) ? "laser" : "press",
                .enterprise = one_in(2) ? "Lakshmi" : "Rahim",
                .during = {start, stop}};
        use.readings.push_back({start, Energy{meter}});
        for (auto const& piece : cut(card, zone, use.during))
            use.readings.push_back({piece.end, Energy{meter += between(0, 30'000)}});
        if (one_in(2)) use.pieces = between(0, 500);
        if (one_in(3)) {
            auto const from = start + std::chrono::seconds{between(60, 200)};
            auto const to = from + std::chrono::seconds{between(60, 300)};
            bool const person = one_in(2);
            use.steps = {{from, booking::State::paused, person, person ? "" : "power_cut"},
                         {to, booking::State::running, true, ""}};
        }
        return use;
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
    for (auto const& component : card.components) {
        json::array tiers;
        for (auto const& tier : component.tiers)
            tiers.push_back(
                json::array{tier.up_to ? json::value(*tier.up_to) : json::value(), tier.price.e4});
        components.push_back(json::object{{"kind", component.machine_kind},
                                          {"class", name_of(component.price_class)},
                                          {"month", component.scope == Scope::month},
                                          {"per", component.per},
                                          {"tiers", std::move(tiers)},
                                          {"basis", name_of(component.basis)},
                                          {"window", name_of(component.window)},
                                          {"price", component.price.e4}});
    }
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

// ------------------------------------------------------------------ whole months

json::object shown(Use const& use) {
    json::array parts, halts;
    for (std::size_t i = 1; i < use.readings.size(); ++i)
        parts.push_back(
            json::object{{"from", micros(use.readings[i - 1].at)},
                         {"wh", use.readings[i].value.wh - use.readings[i - 1].value.wh}});
    if (!use.steps.empty())
        halts.push_back(json::object{{"from", micros(use.steps[0].at)},
                                     {"to", micros(use.steps[1].at)},
                                     {"reason", use.steps[0].by_person ? "person" : "fault"}});
    return {{"kind", use.machine},
            {"halts", std::move(halts)},
            {"from", micros(use.during.start)},
            {"to", micros(use.during.end)},
            {"pieces", use.pieces ? json::value(*use.pieces) : json::value()},
            {"parts", std::move(parts)}};
}

/// A month of chance in an empty ledger: used, put onto bills with what else there is to bill,
/// taxed, and made final; told as the oracle wants it.
class MonthOfChance {
public:
    MonthOfChance(store::Store& ledger, Chance& chance) : centre_(ledger), chance_(chance) {
        centre_.ledger.write([&](store::Writer& writer) {
            return writer.execute("UPDATE enterprise SET created_at = $1, "
                                  "women_led = CASE WHEN name_en = 'Lakshmi' THEN 1 ELSE 0 END",
                                  dhaka("2026-10-01 00:00"));
        });
        card_ = chance_.month_card();
        card_.id = centre_.ids.make<RateCardId>();
        card_.name = "Prices";
        card_.effective_from = dhaka("2026-07-01 00:00");
        for (auto& component : card_.components) component.label = {"Use", "ব্যবহার"};
        centre_.add_card(card_);
        tax();
    }

    json::object run() {
        auto const sessions = chance_.between(1, 20);
        for (std::int64_t i = 0; i < sessions; ++i) use(i);
        for (auto i = chance_.between(0, 5); i > 0; --i) add_item();
        issue("2026-11");
        // What comes to light after the bills: registers read wrongly, and uses told of late.
        for (auto i = chance_.between(0, 3); i > 0; --i) correct();
        for (auto i = chance_.between(0, 3); i > 0; --i) use(sessions + i);
        issue("2026-12");
        json::array uses;
        for (auto const& one : kept_)
            uses.push_back(
                json::object{{"enterprise", one.use.enterprise}, {"use", shown(one.use)}});
        EXPECT_TRUE(centre_.findings().empty()) << centre_.findings().at(0);
        return {{"zone", centre_.zone.name()},
                {"card", shown(card_)},
                {"uses", uses},
                {"items", items_},
                {"tax_e4", kTax},
                {"bills", bills_}};
    }

private:
    static constexpr std::int64_t kTax = 1'500;

    struct Kept {
        SessionId id;
        Use use;
    };

    void use(std::int64_t day) {
        auto const one = chance_.november(day, card_, centre_.zone, meter_);
        kept_.push_back({centre_.use(one), one});
    }
    void issue(std::string const& period) {
        for (auto const& id : centre_.run(period)) {
            auto const bill = centre_.finalise(id).value();
            bool const lakshmi = bill.enterprise == centre_.enterprise("Lakshmi");
            auto const sign = bill.credit_note ? -1 : 1;
            bills_.push_back(json::object{{"enterprise", lakshmi ? "Lakshmi" : "Rahim"},
                                          {"note", bill.credit_note},
                                          {"net", sign * (bill.total - bill.tax).poisha},
                                          {"tax", sign * bill.tax.poisha}});
        }
    }
    /// The last register of a use was read too high.
    void correct() {
        auto& one = kept_.at(static_cast<std::size_t>(chance_.between(0, std::ssize(kept_) - 1)));
        auto const& readings = one.use.readings;
        auto const least = readings[readings.size() - 2].value.wh;
        auto const now = chance_.between(least, readings.back().value.wh);
        auto const manager = centre_.person("manager", {});
        auto const path = "/api/v1/usage-sessions/" + one.id.text() + "/registers";
        auto const seen = json::parse(centre_.get(manager, path + "?edge=stop").body);
        auto const answer = centre_.post(
            manager, path,
            json::serialize(json::object{{"edge", "stop"},
                                         {"replaces", seen.at("register").at("version")},
                                         {"value_wh", now},
                                         {"reason", "read wrongly"}}));
        ASSERT_EQ(answer.status, 200) << answer.body;
        one.use.readings.back().value = Energy{now};
    }

    void tax() {
        auto const from = dhaka("2026-07-01 00:00");
        auto const clerk = centre_.person("accountant", {}).person;
        centre_.ledger.write([&](store::Writer& writer) {
            insert_tax_setting(writer, facility_,
                               {from, Regime::vat, TaxRounding::invoice, false, "1-1", "test"},
                               clerk, from);
            insert_tax_code(writer, facility_,
                            {"standard", from, kTax, {"VAT", "ভ্যাট"}, "S099.20", "test"}, clerk,
                            from);
            return true;
        });
    }
    void add_item() {
        std::string const whose = chance_.one_in(2) ? "Lakshmi" : "Rahim";
        Item item;
        item.id = centre_.ids.make<ItemId>();
        item.enterprise = centre_.enterprise(whose);
        item.source = "service";
        item.source_id = item.id.text();
        item.happened_at = dhaka("2026-11-20 15:00");
        item.label = {"File", "ফাইল"};
        item.quantity = chance_.between(1, 100'000);
        item.unit = "piece";
        item.per = chance_.between(1, 1'000);
        item.price = {chance_.between(1, 10'000'000)};
        item.amount = price_of(item.price, item.quantity, item.per);
        item.income = "income:service";
        item.tax_code = std::string{kStandardTax};
        item.created_at = centre_.clock.now();
        auto const kept = centre_.ledger.write([&](store::Writer& writer) {
            return billing::add_item(writer, facility_, item).has_value();
        });
        ASSERT_TRUE(kept);
        items_.push_back(json::object{{"enterprise", whose},
                                      {"quantity", item.quantity},
                                      {"per", item.per},
                                      {"price", item.price.e4}});
    }

    Centre centre_;
    FacilityId facility_ = centre_.facility().id;
    Chance& chance_;
    RateCard card_;
    std::int64_t meter_ = 1'000;
    std::vector<Kept> kept_;
    json::array bills_;
    json::array items_;
};

/// A few here; as many as KARKHANA_MONTHS says where there is time.
TEST(Month, OfChanceComesToWhatFractionsSay) {
    char const* const wanted = std::getenv("KARKHANA_MONTHS");
    Chance chance{20261122};
    tests::TemporaryFolder const folder;
    auto const file = folder.file("months.json");
    std::ofstream out{file};
    for (int left = wanted == nullptr ? 12 : std::atoi(wanted); left > 0; --left) {
        tests::ProjectStores stores(tests::Engine::sqlite);
        out << json::serialize(MonthOfChance{stores.ledger(), chance}.run()) << '\n';
    }
    out.close();
    std::string const command =
        "/usr/bin/python3 tests/integration/billing/oracle.py --months " + file + " >&2";
    EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace karkhana::billing

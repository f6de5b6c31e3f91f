#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "server/billing/items.hpp"
#include "server/billing/tax_records.hpp"
#include "server/people/reach.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

using ::testing::HasSubstr;

/// A bill of everything that is metered: across the beginning of the peak, with pieces, by the
/// minute with a power cut inside, and one that only comes to the minimum. Then one with taxes and
/// a line without a session, and a credit note for it.
class BillEvidence : public tests::StoreTest {
protected:
    BillEvidence() {
        ledger().write([](store::Writer& writer) {
            return writer.execute("INSERT INTO point_form (facility_id, channel, since, form) "
                                  "SELECT facility_id, channel, 0, 'u32 big 1/1 @3:0' FROM point");
        });
        centre.add_rates(
            dhaka("2026-07-01 00:00"),
            {{0, "", Basis::kwh, Window::off_peak, {9'680'000}, {"Electricity", "বিদ্যুৎ"}},
             {0, "", Basis::kwh, Window::peak, {12'950'000}, {"Peak", "পিক \"বিদ্যুৎ\""}},
             {0, "laser", Basis::piece, Window::any, {2'500'000}, {"Cutting", "কাটিং"}},
             {0, "", Basis::used_minute, Window::any, {1'234'567}, {"Time", "সময়"}},
             {0, "", Basis::minimum, Window::any, {100'000'000}, {"Minimum", "সর্বনিম্ন"}}});
        auto const at = [](char const* time) { return dhaka(std::string{"2026-11-03 "} + time); };
        centre.use({.during = {at("16:20"), at("18:05")},
                    .readings = {{at("16:20"), Energy{12'345'600}},
                                 {at("17:00"), Energy{12'347'201}},
                                 {at("18:05"), Energy{12'349'050}}},
                    .pieces = 40});
        auto const dark = at("20:10"), light = at("20:20:30");
        centre.use({.machine = "press",
                    .during = {at("20:00"), at("21:00")},
                    .readings = {{at("20:00"), Energy{7'000}}, {at("21:00"), Energy{65'535}}},
                    .steps = {{dark, booking::State::paused, false, "power_cut"},
                              {light, booking::State::running, true, ""}}});
        centre.half_an_hour("Lakshmi", "2026-11-07", 10);
        centre.half_an_hour("Rahim", "2026-11-08", 0);
        issue();
        register_for_vat();
        centre.half_an_hour("Lakshmi", "2026-11-09", 5'555);
        add("service", 12'345, std::nullopt);
        issue();
        auto const taxed = made.back();
        add("adjustment", -3'333, taxed);
        issue();
        add("adjustment", -10, taxed);
        issue();
        use_across_versions();
    }

    /// From the peak past midnight, when other prices begin.
    void use_across_versions() {
        for (auto const& [from, poisha] :
             {std::pair{"2026-11-27 00:00", 9'680'000}, {"2026-11-28 00:00", 11'000'000}}) {
            RateCard card;
            card.id = centre.ids.make<RateCardId>();
            card.name = "At use";
            card.effective_from = dhaka(from);
            card.price_lock = PriceLock::at_use;
            card.components = {
                {1, "", Basis::kwh, Window::peak, {poisha + 3'000'000}, {"Peak", "পিক"}},
                {2, "", Basis::kwh, Window::off_peak, {poisha}, {"Energy", "বিদ্যুৎ"}},
                {3, "", Basis::session, Window::any, {10'000'000}, {"Start", "শুরু"}}};
            centre.add_card(card);
        }
        auto const start = dhaka("2026-11-27 22:30"), stop = dhaka("2026-11-28 00:30");
        centre.use({.machine = "press",
                    .enterprise = "Rahim",
                    .during = {start, stop},
                    .readings = {{start, Energy{70'000}},
                                 {dhaka("2026-11-27 23:00"), Energy{72'000}},
                                 {dhaka("2026-11-28 00:00"), Energy{75'500}},
                                 {stop, Energy{77'000}}}});
        issue();
    }

    void issue() {
        for (auto const& id : centre.run("2026-11")) {
            EXPECT_TRUE(centre.finalise(id));
            made.push_back(id);
        }
    }
    void register_for_vat() {
        auto const from = centre.clock.now() + std::chrono::minutes{10};
        centre.clock.advance(std::chrono::minutes{20});
        auto const clerk = centre.person("accountant", {}).person;
        auto const lakshmi = centre.enterprise("Lakshmi");
        ledger().write([&](store::Writer& writer) {
            insert_tax_setting(
                writer, facility,
                {from, Regime::vat, TaxRounding::line, false, "000000001-0101", "registered"},
                clerk, from);
            insert_tax_code(
                writer, facility,
                {"standard", from, 1500, {"VAT", "ভ্যাট"}, "S099.20", "Act 47/2012 s.15"}, clerk,
                from);
            people::set_bin(writer, facility, lakshmi, "123456789-0123");
            return true;
        });
    }
    void add(std::string const& source, std::int64_t poisha, std::optional<InvoiceId> of) {
        Item item;
        item.id = centre.ids.make<ItemId>();
        item.enterprise = centre.enterprise("Lakshmi");
        item.source = source;
        item.source_id = std::to_string(++said);
        item.happened_at = dhaka("2026-11-20 15:00");
        item.label = {"Design file", "নকশার ফাইল"};
        item.unit = "file";
        item.price = {poisha * 10'000};
        item.amount = {poisha};
        item.income = "income:service";
        item.tax_code = std::string{kStandardTax};
        item.note = "said so";
        item.created_at = centre.clock.now();
        item.refers_invoice = of;
        if (of) item.refers_line = 1;
        ledger().write(
            [&](store::Writer& writer) { return add_item(writer, facility, item).has_value(); });
    }

    std::string path(InvoiceId const& id) { return "/api/v1/invoices/" + id.text() + "/evidence"; }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    std::vector<InvoiceId> made;
    int said = 0;
};
KARKHANA_ON_BOTH_ENGINES(BillEvidence);

TEST_P(BillEvidence, IsWorkedOutAgainByAnotherProgramAndEveryForgeryIsNamed) {
    auto const accountant = centre.person("accountant", {});
    tests::TemporaryFolder const folder;
    std::string command = "/usr/bin/python3 tests/integration/billing/forged_bills.py";
    for (auto const& id : made) {
        auto const answer = centre.get(accountant, path(id));
        ASSERT_EQ(answer.status, 200) << answer.body;
        auto const file = folder.file(id.text() + ".json");
        std::ofstream{file} << answer.body;
        command += " " + file;
    }
    ASSERT_EQ(made.size(), 6U);
    EXPECT_EQ(std::system((command + " >&2").c_str()), 0);
}

TEST(CheckBill, ComesToWhatWasComputedByHand) {
    EXPECT_EQ(std::system("/usr/bin/python3 tests/integration/billing/worked_examples.py >&2"), 0);
}

TEST_P(BillEvidence, IsForStaffAndForWhoIsBilled) {
    auto const lakshmi = centre.person("owner", {centre.enterprise("Lakshmi")});
    int seen = 0;
    for (auto const& id : made) {
        auto const answer = centre.get(lakshmi, path(id));
        seen += answer.status == 200;
        EXPECT_TRUE(answer.status == 200 || answer.status == 404) << answer.status;
    }
    EXPECT_EQ(seen, 4);
    centre.half_an_hour("Rahim", "2026-10-08", 6'000);
    auto const draft = centre.run("2026-10").at(0);
    auto const answer = centre.get(centre.person("accountant", {}), path(draft));
    EXPECT_EQ(answer.status, 409);
    EXPECT_THAT(answer.body, HasSubstr("not_final"));
    EXPECT_EQ(centre.get(lakshmi, path(draft)).status, 404);
}

}  // namespace
}  // namespace karkhana::billing

#pragma once

#include <utility>

#include "server/billing/payments.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {

/// A ledger with a little of everything: three final invoices of two MEs, one of work with a power
/// cut in it, two payments, and a draft of two sessions.
class SettledTest : public tests::StoreTest {
protected:
    SettledTest() {
        centre.add_usual_rates();
        std::int64_t wh = 6'000;
        auto const dark = dhaka("2026-10-05 10:10"), light = dhaka("2026-10-05 10:20");
        std::vector<Use::Step> steps = {{dark, booking::State::paused, false, "power_cut"},
                                        {light, booking::State::running, true, ""}};
        centre.add_outage(std::nullopt, {dark + std::chrono::minutes{5}, light});
        for (auto const& [name, day] : {std::pair{"Lakshmi", "2026-10-05"},
                                        {"Rahim", "2026-10-06"},
                                        {"Lakshmi", "2026-11-07"}})
            centre.half_an_hour(name, day, wh += 1'000, std::exchange(steps, {}));
        for (auto const* period : {"2026-10", "2026-11"})
            for (auto const& id : centre.run(period)) settle(id);
        centre.half_an_hour("Rahim", "2026-11-08", 5'500);
        centre.half_an_hour("Rahim", "2026-11-09", 5'600);
        centre.run("2026-11");
    }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;

private:
    void settle(InvoiceId const& id) {
        centre.clock.advance(std::chrono::minutes{1});
        ASSERT_TRUE(centre.finalise(id));
        if (++settled_ == 3) return;
        auto const paid = ledger().write([&](store::Writer& writer) {
            return receive_cash(writer, facility, centre.ids, id, Money{1'000 * settled_},
                                std::nullopt, PersonId{}, centre.clock.now());
        });
        ASSERT_TRUE(paid);
    }

    int settled_ = 0;
};

}  // namespace karkhana::billing

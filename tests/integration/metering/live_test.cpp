#include <gtest/gtest.h>

#include "server/facility/book_changes.hpp"
#include "tests/integration/metering/shop.hpp"
#include "tests/support/counting_store.hpp"

namespace karkhana::metering {
namespace {

class LiveBoards : public tests::StoreTest {
protected:
    /// Every third machine is used beyond its slot, every third was paused by the daemon, and every
    /// third is only booked; all are booked for later too, each by an enterprise of its own.
    void fill(Shop& shop, int machines) {
        auto& workshop = shop.workshop;
        std::vector<MachineId> ids;
        for (int i = 0; i < machines; ++i)
            ids.push_back(shop.add_laser("laser-" + std::to_string(i)).id);
        shop.boot();
        shop.run_for(3s);
        for (int i = 0; i < machines; ++i) {
            auto const at = static_cast<std::size_t>(i);
            auto const key = "start-key-" + std::to_string(i);
            auto const booking = shop.here(ids[at], i % 3 == 0 ? 15min : 2h);
            if (i % 3 != 2) {
                EXPECT_EQ(shop.start(booking, key).status, 200);
            }
            auto const later = workshop.add_enterprise("Enterprise " + std::to_string(i));
            auto const before = shop.booking_of(booking);
            shop.store.write([&](store::Writer& writer) {
                auto const now = workshop.clock.now();
                if (i % 3 == 1)
                    booking::change_state(writer, before, booking::State::paused, std::nullopt,
                                          "power_cut", now);
                booking::insert_booking(writer,
                                        {.facility = workshop.facility,
                                         .id = workshop.ids.make<BookingId>(),
                                         .machine = ids[at],
                                         .enterprise = later,
                                         .created_by = workshop.member.person,
                                         .during = {now + 3h, now + 4h}},
                                        now);
                return true;
            });
        }
        workshop.clock.advance(30min);
    }

    struct Asked {
        LiveBoard board;
        int statements = 0;
    };
    Asked ask(Shop& shop) {
        tests::CountingStore counting{shop.store};
        auto board = counting.read([&](store::Reader& reader) {
            return live_board(shop.daemon->services, shop.daemon->run, reader,
                              shop.workshop.facility);
        });
        return {std::move(board), counting.statements()};
    }
};
KARKHANA_ON_BOTH_ENGINES(LiveBoards);

TEST_P(LiveBoards, TellTheGridAndTheLengthsThatHold) {
    Shop shop{ledger(), telemetry()};
    auto const laser = shop.add_laser("laser-1").id;
    auto const other = shop.add_laser("laser-2");
    for (auto const& [name, minutes] : {std::pair{"grid_minutes", 30}, std::pair{"min_minutes", 60},
                                        std::pair{"max_minutes", 120}})
        shop.workshop.ledger.write([&](store::Writer& writer) {
            facility::insert_setting(writer, shop.workshop.facility,
                                     shop.workshop.ids.make<SettingId>(),
                                     {.name = name,
                                      .machine = laser,
                                      .group = {},
                                      .membership = "",
                                      .season = "",
                                      .value = minutes,
                                      .from = booking::dhaka("2026-01-01 00:00")},
                                     std::nullopt, shop.workshop.clock.now());
            return true;
        });
    shop.boot();
    for (auto const& live : ask(shop).board.machines) {
        bool const limited = live.machine.id == laser;
        EXPECT_EQ(live.machine.grid_minutes, limited ? 30 : other.grid_minutes);
        EXPECT_EQ(live.machine.min_minutes, limited ? 60 : other.min_minutes);
        EXPECT_EQ(live.machine.max_minutes, limited ? 120 : other.max_minutes);
    }
}

TEST_P(LiveBoards, TakeTheSameStatementsWhateverTheNumberOfMachines) {
    Shop small{ledger(), telemetry()};
    fill(small, 3);
    Shop large{ledger(), telemetry()};
    fill(large, 21);
    auto const of_small = ask(small);
    auto const of_large = ask(large);
    EXPECT_GT(of_small.statements, 0);
    EXPECT_EQ(of_large.statements, of_small.statements);
    ASSERT_EQ(of_large.board.machines.size(), 21U);
    std::map<std::string_view, int> states;
    for (auto const& live : of_large.board.machines) {
        ASSERT_TRUE(live.now);
        ASSERT_TRUE(live.next);
        EXPECT_EQ(live.now->enterprise.name.en, "Mita Leather");
        EXPECT_EQ(live.next->enterprise.id, live.next->booking.enterprise);
        ++states[live.state];
    }
    EXPECT_EQ(states,
              (std::map<std::string_view, int>{{"running", 7}, {"stopped", 7}, {"booked", 7}}));
}

}  // namespace
}  // namespace karkhana::metering

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>

#include "server/booking/records.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_changes.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class ResourceHolds : public tests::StoreTest {
protected:
    ResourceHolds() {
        ledger().write([&](store::Writer& writer) {
            compressor = facility::save_resource(writer, shop.facility,
                                                 {.id = shop.ids.make<ResourceId>(),
                                                  .kind = "compressor",
                                                  .slug = "compressor",
                                                  .name = {"compressor", "কম্প্রেসর"},
                                                  .capacity = 3,
                                                  .machine = {},
                                                  .person = {}});
            // Of a room many may have the same time, so that only what they hold is in the way.
            writer.execute("UPDATE machine SET seats = 100");
            return true;
        });
    }
    /// False when the database lets nobody hold so much.
    bool take(Held const& hold) {
        Booking const booking{.facility = shop.facility,
                              .id = shop.ids.make<BookingId>(),
                              .machine = laser.id,
                              .enterprise = shop.mita,
                              .created_by = shop.member.person,
                              .during = {hold.during.start, hold.during.start + hours{1}}};
        try {
            return ledger().write([&](store::Writer& writer) {
                insert_booking(writer, booking, shop.clock.now());
                replace_holds(writer, laser, booking.id, {hold});
                return true;
            });
        } catch (store::ConstraintViolated const& violated) {
            EXPECT_EQ(violated.kind(), store::ConstraintViolated::Kind::overlap);
            return false;
        }
    }
    std::vector<Held> between(Interval during) {
        return ledger().read([&](store::Reader& reader) {
            return held_between(reader, shop.facility, during, std::nullopt);
        });
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
    ResourceId compressor;
};

KARKHANA_ON_BOTH_ENGINES(ResourceHolds);

/// Of each length that is looked for in another way, the shortest and the longest.
constexpr std::array<Duration, 7> lengths{minutes{30},
                                          hours{2},
                                          hours{2} + Duration{1},
                                          hours{12},
                                          hours{12} + Duration{1},
                                          days{3},
                                          days{9} - Duration{1}};

TEST_P(ResourceHolds, OneIsSeenToItsLastMomentHoweverLongItIs) {
    auto at = dhaka("2026-12-01 09:00");
    for (auto const length : lengths) {
        Held const hold{compressor, 3, {at, at + length}};
        ASSERT_TRUE(take(hold));
        auto const end = hold.during.end;
        EXPECT_EQ(between({end - Duration{1}, end}).size(), 1U) << length.count();
        EXPECT_TRUE(between({end, end + Duration{1}}).empty()) << length.count();
        EXPECT_FALSE(take({compressor, 1, {end - Duration{1}, end + hours{1}}})) << length.count();
        EXPECT_TRUE(take({compressor, 3, {end, end + Duration{1}}})) << length.count();
        at = end + hours{1};
    }
}

TEST_P(ResourceHolds, AnyMixOfLengthsIsAsOneWhoReadsThemAllWouldSayIt) {
    std::mt19937 dice{7};
    auto const pick = [&](int most) { return static_cast<int>(dice() % unsigned(most)); };
    auto const begin = dhaka("2026-12-01 09:00");
    std::vector<Held> all;
    int refused = 0;
    for (int i = 0; i < 200; ++i) {
        auto const start = begin + minutes{30} * pick(1200);
        auto const length = lengths.at(static_cast<std::size_t>(pick(7) * pick(7) / 6));
        Held const hold{compressor, 1 + pick(2), {start, start + length}};
        bool const fits = most_held(all, compressor, hold.during) + hold.units <= 3;
        ASSERT_EQ(take(hold), fits) << i;
        if (fits) all.push_back(hold);
        if (!fits) ++refused;
        Interval const asked{start - hours{pick(30)}, start + minutes{1 + pick(3000)}};
        auto const overlaps = [&](Held const& each) { return each.during.overlaps(asked); };
        EXPECT_EQ(between(asked).size(),
                  static_cast<std::size_t>(std::ranges::count_if(all, overlaps)));
    }
    EXPECT_GT(refused, 20);
    EXPECT_GT(all.size(), 20U);
}

}  // namespace
}  // namespace karkhana::booking

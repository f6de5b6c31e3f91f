#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "server/booking/records.hpp"
#include "server/booking/rules_life.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr int last_state = static_cast<int>(State::interrupted);

/// Random changes, each foretold by a plain model: a list of bookings and the table of their life.
class BookingModel : public tests::StoreTest {
protected:
    int pick(int least, int most) { return std::uniform_int_distribution{least, most}(random_); }

    Interval any_interval() {
        auto const start = dhaka("2026-11-22 00:00") + minutes{15 * pick(0, 95)};
        return {start, start + minutes{15 * pick(1, 8)}};
    }
    Instant occupied(Booking const& booking) {
        return booking.during.end + minutes{buffers_.at(booking.machine)};
    }
    bool free_for(Booking const& booking) {
        return std::ranges::none_of(model_, [&](auto const& other) {
            return other.second.id != booking.id && other.second.machine == booking.machine &&
                   is_live(other.second.state) &&
                   Interval{other.second.during.start, occupied(other.second)}.overlaps(
                       {booking.during.start, occupied(booking)});
        });
    }
    bool machine_busy(Booking const& booking) {
        return std::ranges::any_of(model_, [&](auto const& other) {
            return other.second.id != booking.id && other.second.machine == booking.machine &&
                   (other.second.state == State::running || other.second.state == State::paused);
        });
    }
    /// "" when it went through, "no" when a condition did not hold, else the kind of refusal.
    template <class Work>
    std::string outcome(Work&& work) {
        try {
            return ledger().write(work) ? "" : "no";
        } catch (store::ConstraintViolated const& violated) {
            constexpr std::array names{"overlap", "unique", "foreign_key", "check"};
            return names.at(static_cast<std::size_t>(violated.kind()));
        }
    }
    void create() {
        Booking booking{.facility = shop.facility,
                        .id = shop.ids.make<BookingId>(),
                        .machine = machines_.at(static_cast<std::size_t>(pick(0, 2))),
                        .enterprise = shop.mita,
                        .created_by = shop.member.person,
                        .during = any_interval(),
                        .state = static_cast<State>(pick(0, 1)),
                        .hold_until = dhaka("2026-11-22 00:00"),
                        .pending_for = PendingFor::approval,
                        .created_at = shop.clock.now()};
        bool const free = free_for(booking);
        EXPECT_EQ(outcome([&](store::Writer& writer) {
                      insert_booking(writer, booking, shop.clock.now());
                      return true;
                  }),
                  free ? "" : "overlap");
        booking.occupied_until = occupied(booking);
        if (free) model_[booking.id] = booking;
    }
    Booking& any_booking() {
        auto it = model_.begin();
        std::advance(it, pick(0, static_cast<int>(model_.size()) - 1));
        return it->second;
    }
    void move() {
        auto& booking = any_booking();
        auto moved = booking;
        moved.during = pick(0, 1) == 0 ? any_interval()
                                       : Interval{booking.during.start,
                                                  booking.during.end + minutes{15 * pick(0, 4)}};
        if (pick(0, 2) == 0) moved.machine = machines_.at(static_cast<std::size_t>(pick(0, 2)));
        if (pick(0, 9) == 0) moved.version -= 1;
        bool const fresh = moved.version == booking.version;
        bool const changes = moved.machine != booking.machine || moved.during != booking.during;
        bool const takes_machine = moved.state == State::running || moved.state == State::paused;
        std::string expected;
        if (!fresh)
            expected = "no";
        else if (takes_machine && machine_busy(moved) && !free_for(moved))
            return;  // two reasons; the engines may name either
        else if (takes_machine && machine_busy(moved))
            expected = "unique";
        else if (is_live(booking.state))
            expected = free_for(moved) ? "" : "overlap";
        else
            expected = changes ? "check" : "";
        EXPECT_EQ(outcome([&](store::Writer& writer) { return update_booking(writer, moved); }),
                  expected);
        if (!expected.empty()) return;
        booking = moved;
        booking.occupied_until = occupied(booking);
        ++booking.version;
    }
    void step() {
        auto& booking = any_booking();
        auto known = booking;
        auto const to = static_cast<State>(pick(0, last_state));
        if (pick(0, 9) == 0) known.state = static_cast<State>(pick(0, last_state));
        bool const allowed = std::ranges::any_of(
            life(), [&](Step const& each) { return each.from == booking.state && each.to == to; });
        bool const takes_machine = to == State::running || to == State::paused;
        bool const takes_slot = !is_live(booking.state) && is_live(to) && !free_for(booking);
        std::string expected;
        if (known.state != booking.state)
            expected = "no";
        else if (takes_slot && !allowed)
            return;  // two reasons; the engines may name either
        else if (!allowed && to != booking.state)
            expected = "check";
        else if (takes_slot)
            expected = "overlap";
        else if (takes_machine && machine_busy(booking))
            expected = "unique";
        EXPECT_EQ(outcome([&](store::Writer& writer) {
                      return change_state(writer, known, to, std::nullopt, "", shop.clock.now());
                  }),
                  expected)
            << name_of(booking.state) << " to " << name_of(to);
        if (!expected.empty()) return;
        booking.state = to;
        ++booking.version;
    }
    void expect_same() {
        auto const kept = ledger().read([&](store::Reader& reader) {
            return bookings_between(reader, shop.facility,
                                    {dhaka("2026-11-21 00:00"), dhaka("2026-11-30 00:00")}, false);
        });
        ASSERT_EQ(kept.size(), model_.size());
        for (auto const& booking : kept) {
            auto const& expected = model_.at(booking.id);
            EXPECT_EQ(booking.machine, expected.machine);
            EXPECT_EQ(booking.during, expected.during);
            EXPECT_EQ(booking.occupied_until, expected.occupied_until);
            EXPECT_EQ(booking.state, expected.state);
            EXPECT_EQ(booking.version, expected.version);
        }
    }

    Workshop shop{ledger()};
    std::mt19937 random_{2026};
    std::vector<MachineId> machines_;
    std::map<MachineId, int> buffers_;
    std::map<BookingId, Booking> model_;
};

KARKHANA_ON_BOTH_ENGINES(BookingModel);

TEST_P(BookingModel, TheDatabaseDoesWhatThePlainModelSays) {
    for (int i = 0; i < 3; ++i) {
        auto const machine = shop.add_machine({.slug = "machine-" + std::to_string(i),
                                               .name = {"Machine", "মেশিন"},
                                               .kind = "press",
                                               .buffer_minutes = 5 * i});
        machines_.push_back(machine.id);
        buffers_[machine.id] = machine.buffer_minutes;
    }
    create();
    int const rounds = is_postgres() ? 700 : 3000;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        switch (pick(0, 9)) {
        case 0:
        case 1:
        case 2:
        case 3: create(); break;
        case 4:
        case 5:
        case 6: move(); break;
        default: step(); break;
        }
        if (round % 100 == 99) expect_same();
    }
    expect_same();
    EXPECT_GT(model_.size(), 50U);
}

}  // namespace
}  // namespace karkhana::booking

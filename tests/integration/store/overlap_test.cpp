#include <atomic>
#include <random>

#include "tests/integration/store/conformance.hpp"

namespace karkhana::tests {
namespace {

using namespace store;

constexpr int kThreads = 16;
constexpr int kMachines = 3;
constexpr int kSlots = 200;

struct Tally {
    std::atomic<int> done{0};
    std::atomic<int> refused{0};
    std::atomic<int> gave_up{0};
};

/// Random bookings made, moved, cancelled and made live again, by many at once.
class OverlapGuard : public StoreConformance {
protected:
    void SetUp() override {
        store().write([](Writer& writer) {
            for (int machine = 1; machine <= kMachines; ++machine)
                writer.execute("INSERT INTO machine (id) VALUES ($1)", machine);
            return true;
        });
    }

    void hammer(int rounds, bool lock_machines) {
        in_threads(kThreads, [&](int thread) {
            std::mt19937 random(static_cast<unsigned>(thread));
            for (int round = 0; round < rounds; ++round) {
                try {
                    auto const seed = random();
                    store().write([&](Writer& writer) {
                        std::mt19937 again(seed);
                        return step(writer, again, thread * rounds + round, lock_machines);
                    });
                    ++tally_.done;
                } catch (ConstraintViolated const& violated) {
                    EXPECT_EQ(violated.kind(), ConstraintViolated::Kind::overlap);
                    ++tally_.refused;
                } catch (Unavailable const&) {
                    ++tally_.gave_up;
                }
            }
        });
    }

    std::int64_t overlaps() {
        return number("SELECT count(*) FROM booking a JOIN booking b ON a.machine_id = "
                      "b.machine_id AND a.id < b.id AND a.starts_at < b.ends_at AND "
                      "b.starts_at < a.ends_at WHERE a.live = 1 AND b.live = 1");
    }

    Tally tally_;

private:
    static std::int64_t step(Writer& writer, std::mt19937& random, int id, bool lock_machines) {
        auto const below = [&](int bound) { return static_cast<int>(random() % bound); };
        // A move touches two machines; all are locked in one order.
        if (writer.is_postgres() && lock_machines)
            writer.execute("SELECT id FROM machine ORDER BY id FOR NO KEY UPDATE");
        int const machine = 1 + below(kMachines);
        int const start = below(kSlots);
        int const end = start + 1 + below(8);
        switch (below(5)) {
        case 0:
            return writer.execute("UPDATE booking SET live = 0 WHERE id = (SELECT id FROM booking "
                                  "WHERE id >= $1 AND live = 1 ORDER BY id LIMIT 1)",
                                  below(id + 1));
        case 1:
            return writer.execute("UPDATE booking SET live = 1 WHERE id = (SELECT id FROM booking "
                                  "WHERE id >= $1 AND live = 0 ORDER BY id LIMIT 1)",
                                  below(id + 1));
        case 2:
            return writer.execute("UPDATE booking SET machine_id = $2, starts_at = $3, "
                                  "ends_at = $4 WHERE id = (SELECT id FROM booking "
                                  "WHERE id >= $1 ORDER BY id LIMIT 1)",
                                  below(id + 1), machine, start, end);
        default:
            return writer.execute("INSERT INTO booking (id, machine_id, starts_at, ends_at) "
                                  "VALUES ($1, $2, $3, $4)",
                                  id, machine, start, end);
        }
    }
};
KARKHANA_ON_BOTH_ENGINES(OverlapGuard);

TEST_P(OverlapGuard, LetsNoTwoLiveBookingsOverlap) {
    hammer(150, true);
    EXPECT_EQ(overlaps(), 0);
    EXPECT_GT(tally_.done, 300);
    EXPECT_GT(tally_.refused, 300);
    EXPECT_EQ(tally_.gave_up, 0);
}

TEST_P(OverlapGuard, HoldsWithoutTheRowLockToo) {
    // Then two inserters of PostgreSQL can wait for each other. The store runs one again, though
    // not for ever: this is what the lock is for.
    hammer(50, false);
    EXPECT_EQ(overlaps(), 0);
    EXPECT_GT(tally_.done, 100);
}

TEST_P(OverlapGuard, IsWhatPreventsThem) {
    store().write([](Writer& writer) {
        if (writer.is_postgres())
            return writer.execute("ALTER TABLE booking DROP CONSTRAINT booking_no_overlap");
        writer.execute("DROP TRIGGER booking_no_overlap_insert");
        return writer.execute("DROP TRIGGER booking_no_overlap_update");
    });
    hammer(50, true);
    EXPECT_GT(overlaps(), 0);
    EXPECT_EQ(tally_.refused, 0);
}

}  // namespace
}  // namespace karkhana::tests

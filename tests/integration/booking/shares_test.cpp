#include <gtest/gtest.h>
#include <random>

#include "server/booking/shares.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

/// What the report is held against: each booking and each job, with whom it counts for.
struct Piece {
    EnterpriseId who;
    Interval during;
    bool booked;
};

class SharesReport : public tests::StoreTest {
protected:
    void keep_booking(EnterpriseId const& who, Interval during, std::string const& state,
                      std::optional<Instant> ended) {
        auto const id = workshop.ids.make<BookingId>();
        auto const begin = std::string{state == "pending" ? state : "confirmed"};
        workshop.ledger.write([&](store::Writer& writer) {
            writer.execute(
                "INSERT INTO booking (facility_id, booking_id, machine_id, enterprise_id, "
                "created_by, start_us, end_us, occupied_from_us, occupied_until_us, state, "
                "hold_until_us, pending_for, created_us, ended_us) VALUES ($1, $2, $3, $4, $5, "
                "$6, $7, $6, $7, $8, $9, $10, $6, $11)",
                workshop.facility, id, laser.id, who, workshop.manager.person, during.start,
                during.end, begin, begin == "pending" ? std::optional{during.end} : std::nullopt,
                begin == "pending" ? std::optional<std::string>{"offer"} : std::nullopt, ended);
            auto const step = [&](std::string const& to) {
                writer.execute("UPDATE booking SET state = $3 WHERE facility_id = $1 AND "
                               "booking_id = $2",
                               workshop.facility, id, to);
            };
            if (state == "completed") step("running");
            if (state != begin) step(state);
            return true;
        });
    }
    void keep_job(EnterpriseId const& who, Interval during) {
        workshop.ledger.write([&](store::Writer& writer) {
            return writer.execute(
                "INSERT INTO usage_session (facility_id, session_id, machine_id, enterprise_id, "
                "kind, state, opened_by, start_at, stop_at, energy_wh, quality) VALUES "
                "($1, $2, $3, $4, 'walk_in', 'closed', 'operator', $5, $6, 1, 'good')",
                workshop.facility, workshop.ids.make<SessionId>(), laser.id, who, during.start,
                during.end);
        });
    }
    /// A month of slots one after the other, of anybody and in any state.
    std::vector<Piece> a_month(unsigned seed) {
        std::mt19937 dice{seed};
        auto const pick = [&](int most) { return static_cast<int>(dice() % unsigned(most)); };
        std::vector<std::string> const states{"pending",   "pending",        "confirmed",
                                              "completed", "missed",         "cancelled",
                                              "released",  "late_cancelled", "completed"};
        std::vector<Piece> pieces;
        auto at = dhaka("2026-10-01 09:00");
        while (at < dhaka("2026-11-01 09:00")) {
            auto const& who = parties[static_cast<std::size_t>(pick(4))];
            auto const& state = states[static_cast<std::size_t>(pick(9))];
            Interval const during{at, at + 15min * (1 + pick(60))};
            std::optional<Instant> ended;
            if (state == "completed" && pick(2) == 0) ended = at + 7min;
            if (state == "missed") ended = at + 15min;
            keep_booking(who, during, state, ended);
            bool const counts = state == "confirmed" || state == "completed" || state == "missed" ||
                                state == "late_cancelled";
            if (counts)
                pieces.push_back(
                    {who,
                     {at, state == "completed" ? ended.value_or(during.end) : during.end},
                     true});
            if (state == "completed") {
                keep_job(who, {at + 1min, at + 6min});
                pieces.push_back({who, {at + 1min, at + 6min}, false});
            }
            at = during.end + 15min * pick(8);
        }
        return pieces;
    }
    static MachineTime time_in(std::vector<Piece> const& pieces, EnterpriseId const& who,
                               Interval range) {
        MachineTime found;
        for (auto const& each : pieces) {
            auto const length =
                std::min(each.during.end, range.end) - std::max(each.during.start, range.start);
            if (each.who == who && length > Duration::zero())
                (each.booked ? found.booked : found.used) += length;
        }
        return found;
    }

    Workshop workshop{ledger()};
    facility::Machine laser = workshop.add_laser("laser-1");
    std::vector<EnterpriseId> parties{workshop.mita, workshop.rahim,
                                      workshop.add_enterprise("Asma Bags"),
                                      workshop.add_enterprise("Babul Soles")};
};
KARKHANA_ON_BOTH_ENGINES(SharesReport);

TEST_P(SharesReport, IsWhatTheBookingsAndJobsAddUpTo) {
    auto const pieces = a_month(20);
    for (auto const& range : {Interval{dhaka("2026-10-01 00:00"), dhaka("2026-11-02 00:00")},
                              Interval{dhaka("2026-10-09 11:07"), dhaka("2026-10-09 23:40")},
                              Interval{dhaka("2026-10-20 00:00"), dhaka("2026-10-27 00:00")},
                              Interval{dhaka("2026-09-01 00:00"), dhaka("2026-09-27 00:00")}}) {
        auto const found = workshop.ledger.read([&](store::Reader& reader) {
            return uses_in(reader, workshop.facility, range, workshop.clock.now());
        });
        for (auto const& who : parties) {
            auto const wanted = time_in(pieces, who, range);
            auto const at = std::ranges::find(found, who, &UseOf::enterprise);
            auto const time = at == found.end() ? MachineTime{} : at->time;
            EXPECT_EQ(time.booked, wanted.booked) << who.text();
            EXPECT_EQ(time.used, wanted.used) << who.text();
        }
    }
}

TEST_P(SharesReport, ShowsAMemberItsOwnAndTheTotals) {
    workshop.ledger.write([&](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET women_led = 1, membership = 'priority' "
                              "WHERE enterprise_id = $1",
                              workshop.mita);
    });
    auto const day = dhaka("2026-11-01 09:00");
    keep_booking(workshop.mita, {day, day + 1h}, "confirmed", {});
    keep_booking(workshop.rahim, {day + 1h, day + 3h}, "confirmed", {});
    std::string const path = "/api/v1/reports/shares?from=2026-11-01T00:00:00+06:00&"
                             "to=2026-11-02T00:00:00+06:00";
    auto const all = json::parse(workshop.get(workshop.manager, path).body);
    auto const mine = json::parse(workshop.get(workshop.member, path).body);
    EXPECT_EQ(all.at("enterprises").as_array().size(), 2U);
    ASSERT_EQ(mine.at("enterprises").as_array().size(), 1U);
    EXPECT_EQ(mine.at("enterprises").at(0).at("enterprise_id").as_string(), workshop.mita.text());
    EXPECT_EQ(mine.at("enterprises").at(0).at("booked_e4").as_int64(), 3333);
    EXPECT_TRUE(mine.at("enterprises").at(0).at("used_e4").is_null());
    for (auto const* part : {"total", "women_led", "memberships"})
        EXPECT_EQ(mine.at(part), all.at(part));
    EXPECT_EQ(mine.at("total").at("booked_seconds").as_int64(), 3 * 3600);
    EXPECT_EQ(mine.at("women_led").at("booked_e4").as_int64(), 3333);
    EXPECT_EQ(mine.at("memberships").at(0).at("membership").as_string(), "member");
    EXPECT_EQ(mine.at("memberships").at(0).at("booked_e4").as_int64(), 6667);
    EXPECT_EQ(workshop.get(workshop.desk, path).status, 403);
    auto const long_ago = "/api/v1/reports/shares?from=2020-01-01T00:00:00+06:00&"
                          "to=2026-11-02T00:00:00+06:00";
    EXPECT_EQ(workshop.get(workshop.manager, long_ago).status, 422);
}

}  // namespace
}  // namespace karkhana::booking

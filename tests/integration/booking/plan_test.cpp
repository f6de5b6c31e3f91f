#include <algorithm>
#include <gtest/gtest.h>

#include "server/booking/records.hpp"
#include "server/booking/world_records.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

/// Answers every question with nothing, and keeps how SQLite would have looked for it.
class Explainer final : public store::Reader {
public:
    explicit Explainer(store::Reader& inner) : inner_(inner) {}
    bool is_postgres() const override { return false; }
    std::string take() { return std::exchange(plan_, {}); }

protected:
    std::int64_t run(std::string_view sql, std::span<store::Value const> values,
                     std::function<void(store::Row const&)> const&) override {
        auto const explained = "EXPLAIN QUERY PLAN " + std::string(sql);
        auto const line = [&](store::Row const& row) { plan_ += row.text(3) + "\n"; };
        auto const ask = [&]<std::size_t... Numbers>(std::index_sequence<Numbers...>) {
            inner_.each(explained, line, (static_cast<void>(Numbers), store::Null{})...);
        };
        switch (values.size()) {
        case 2: ask(std::make_index_sequence<2>()); break;
        case 4: ask(std::make_index_sequence<4>()); break;
        case 5: ask(std::make_index_sequence<5>()); break;
        case 3: ask(std::make_index_sequence<3>()); break;
        case 6: ask(std::make_index_sequence<6>()); break;
        case 9: ask(std::make_index_sequence<9>()); break;
        case 10: ask(std::make_index_sequence<10>()); break;
        default: throw std::logic_error("say how to explain " + std::string(sql));
        }
        return 0;
    }

private:
    store::Reader& inner_;
    std::string plan_;
};

/// No query may take longer because the facility has worked for five years.
TEST(BookingQueries, SeekInTheRightIndexAndNeverReadTheHistory) {
    tests::ProjectStores stores(tests::Engine::sqlite);
    FacilityId const facility;
    MachineId const machine;
    Interval const during{instant(0), instant(1)};
    stores.ledger().read([&](store::Reader& reader) {
        Explainer explain(reader);
        auto const expect = [&](std::string const& index, std::string const& seek) {
            auto plan = explain.take();
            // The list of ids, of lengths or of merged records in the question is read to its end.
            for (auto const* const list :
                 {"SCAN json_each", "SCAN CONSTANT ROW", "SCAN reach", "SCAN one", "SCAN kept"})
                for (auto at = plan.find(list); at != plan.npos; at = plan.find(list))
                    plan.erase(at, 4);
            EXPECT_EQ(plan.find("SCAN"), plan.npos) << plan;
            EXPECT_NE(plan.find("INDEX " + index + " (" + seek + ")"), plan.npos) << plan;
            // By start, with an end alone: that would be everything before it.
            EXPECT_EQ(plan.find("booking_by_start (facility_id=? AND start_us<?)"), plan.npos)
                << plan;
        };
        auto const expect_key = [&](std::string const& seek) {
            auto const plan = explain.take();
            EXPECT_NE(plan.find("USING PRIMARY KEY (" + seek + ")"), plan.npos) << plan;
        };
        find_booking(explain, facility, {});
        expect("sqlite_autoindex_booking_1", "facility_id=? AND booking_id=?");
        history_of(explain, facility, {});
        expect_key("facility_id=? AND booking_id=?");
        active_booking(explain, facility, machine);
        expect("booking_active", "facility_id=? AND machine_id=?");
        std::string const between = "facility_id=? AND start_us>? AND start_us<?";
        bookings_between(explain, facility, during, true);
        expect("booking_by_start", between);
        each_slot(explain, facility, during, [](SlotRow const&) {});
        expect("booking_by_start", between);
        list_bookings(explain, facility, {}, {}, 10);
        expect("booking_by_start", between);
        list_bookings(explain, facility, {.enterprise = EnterpriseId{}}, {}, 10);
        expect("booking_by_enterprise",
               "facility_id=? AND enterprise_id=? AND start_us>? AND start_us<?");
        std::string const of_machine =
            "facility_id=? AND machine_id=? AND occupied_from_us>? AND occupied_from_us<?";
        taken_of(explain, facility, {machine}, during, std::nullopt);
        expect("booking_live", of_machine);
        held_between(explain, facility, during, std::nullopt);
        expect("booking_hold_live",
               "facility_id=? AND resource_id=? AND reach_us=? AND from_us>? AND from_us<?");
        shifts_between(explain, facility, during);
        expect("shift_by_end", "facility_id=? AND ends_at>?");
        PastOf const past{.facility = facility,
                          .enterprise = {},
                          .range = during,
                          .except = {},
                          .now = instant(0)};
        auto const book = facility::Book{.zone = Zone::find("Asia/Dhaka").value(),
                                         .settings = {{.name = "daily_count", .value = 1}}};
        Party party;
        read_past(explain, book, past, party);
        expect("booking_by_enterprise",
               "facility_id=? AND enterprise_id=? AND start_us>? AND start_us<?");
        read_pasts(explain, book, {EnterpriseId{}, {}}, past);
        expect("booking_by_enterprise",
               "facility_id=? AND enterprise_id=? AND start_us>? AND start_us<?");
        waiting_bookings(explain, facility, instant(0));
        expect("booking_live", "facility_id=? AND machine_id=? AND occupied_from_us<?");
        return true;
    });
}

}  // namespace
}  // namespace karkhana::booking

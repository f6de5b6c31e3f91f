// What it costs to show the account of one ME over five years, and who owes what, in a ledger of a
// hundred MEs: the queries over a store with everything in it.

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "server/base/calendar.hpp"
#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/billing/ageing.hpp"
#include "server/billing/wallet.hpp"
#include "server/facility/records.hpp"
#include "server/people/records.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::billing {
namespace {

constexpr int kEnterprises = 100;
constexpr int kMonths = 60;
constexpr int kTimes = 21;
constexpr double kStatementLimitMs = 100;

/// Each month a bill, a payment in two parts, and a little of the wallet.
void furnish(store::Store& ledger, FacilityId const& facility, IdSource& ids,
             std::vector<EnterpriseId> const& enterprises, Instant from) {
    auto const enter = [&](store::Writer& writer, Instant at, std::string kind,
                           std::vector<Posting> postings) {
        JournalEntry entry;
        entry.id = ids.make<EntryId>();
        entry.kind = std::move(kind);
        entry.document = entry.id.text();
        entry.booked_at = at;
        entry.postings = std::move(postings);
        book(writer, facility, std::move(entry));
    };
    for (int month = 0; month < kMonths; ++month)
        ledger.write([&](store::Writer& writer) {
            auto const at = from + std::chrono::days{30 * month};
            for (auto const& me : enterprises) {
                auto const owed = account::receivable(me);
                enter(writer, at, "invoice", {{owed, {10'000}}, {"income:electricity", {-10'000}}});
                enter(writer, at, "payment", {{"assets:cash", {4'000}}, {owed, {-4'000}}});
                enter(
                    writer, at, "payment",
                    {{"assets:cash", {7'000}}, {owed, {-6'000}}, {account::wallet(me), {-1'000}}});
            }
            return true;
        });
}

template <class Act>
double median_ms(Act&& act) {
    std::vector<double> times;
    for (int i = 0; i < kTimes; ++i) {
        auto const begun = std::chrono::steady_clock::now();
        act();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
                .count());
    }
    std::ranges::nth_element(times, times.begin() + kTimes / 2);
    return times[kTimes / 2];
}

bool measure(tests::Engine engine) {
    tests::TestDatabase database{engine, tests::project_schema(engine), store::Part::ledger};
    auto& ledger = database.store();
    auto const random = seeded_random(1);
    auto const from = parse_rfc3339("2026-11-22T00:00:00+06:00").value();
    ManualWallClock clock{from};
    IdSource ids{*random, clock};
    auto const facility = ids.make<FacilityId>();
    std::vector<EnterpriseId> enterprises;
    ledger.write([&](store::Writer& writer) {
        facility::insert_facility(
            writer, {.id = facility, .slug = "bench", .name = {"b", "b"}, .zone = "Asia/Dhaka"},
            from);
        for (int i = 0; i < kEnterprises; ++i) {
            enterprises.push_back(ids.make<EnterpriseId>());
            auto const name = std::to_string(i);
            people::insert_enterprise(writer, facility,
                                      {.id = enterprises.back(), .name = {name, name}}, from);
        }
        return true;
    });
    furnish(ledger, facility, ids, enterprises, from);
    Interval const ever{from, from + std::chrono::days{30 * kMonths}};
    std::size_t lines = 0;
    auto const statement = median_ms([&] {
        lines = ledger.read([&](store::Reader& reader) {
            return statement_of(reader, facility, enterprises[7], ever).lines.size();
        });
    });
    auto const wallet = median_ms([&] {
        ledger.read([&](store::Reader& reader) {
            return wallet_of(reader, facility, enterprises[7]).held;
        });
    });
    bool const holds = statement <= kStatementLimitMs && lines == 3 * kMonths;
    std::printf("%-10s statement of %zu lines %7.2f ms (%.0f wanted), wallet %7.2f ms%s\n",
                tests::name_of(engine).c_str(), lines, statement, kStatementLimitMs, wallet,
                holds ? "" : "  MISSED");
    return holds;
}

int run() {
    bool const sqlite = measure(tests::Engine::sqlite);
    bool const postgres = measure(tests::Engine::postgres);
    return sqlite && postgres ? 0 : 1;
}

}  // namespace
}  // namespace karkhana::billing

int main() { return karkhana::billing::run(); }

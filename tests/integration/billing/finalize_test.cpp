#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <gmock/gmock.h>
#include <random>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::Engine;

/// So many drafts, one a month of use, so that one ME has them all.
std::vector<InvoiceId> drafts(Centre& centre, int count) {
    centre.add_usual_rates();
    for (int i = 0; i < count; ++i) {
        std::array<char, 16> day{};
        std::snprintf(day.data(), day.size(), "%04d-%02d-11", 2027 + i / 12, 1 + i % 12);
        centre.half_an_hour("Lakshmi", day.data(), 6'000);
    }
    std::vector<InvoiceId> made;
    for (int i = 0; i < count; ++i) {
        std::array<char, 16> month{};
        std::snprintf(month.data(), month.size(), "%04d-%02d", 2027 + i / 12, 1 + i % 12);
        for (auto const& id : centre.run(month.data())) made.push_back(id);
    }
    return made;
}

std::vector<std::int64_t> numbers(Centre& centre) {
    std::vector<std::int64_t> found;
    for (auto const& invoice : centre.invoices())
        if (invoice.final) found.push_back(invoice.number);
    std::ranges::sort(found);
    return found;
}

std::vector<std::int64_t> one_to(std::size_t last) {
    std::vector<std::int64_t> all(last);
    for (std::size_t i = 0; i < last; ++i) all[i] = static_cast<std::int64_t>(i) + 1;
    return all;
}

class Finalising : public tests::StoreTest {
protected:
    Centre centre{ledger()};
};
KARKHANA_ON_BOTH_ENGINES(Finalising);

TEST_P(Finalising, NumbersFreezesAndBooks) {
    auto const made = drafts(centre, 2);
    centre.clock.set(dhaka("2026-12-01 09:05"));
    auto const first = centre.finalise(made[1]).value();
    auto const second = centre.finalise(made[0]).value();
    EXPECT_EQ(first.number_text, "BHAIRAB/2026-27/000001");
    EXPECT_EQ(second.number_text, "BHAIRAB/2026-27/000002");
    EXPECT_EQ(second.previous_hash, first.hash);
    EXPECT_EQ(first.total, Money{6'000});
    auto const kept = centre.invoices();
    EXPECT_TRUE(std::ranges::all_of(kept, &Invoice::final));
    auto const facility = centre.facility().id;
    auto const lakshmi = centre.enterprise("Lakshmi");
    auto const balances =
        ledger().read([&](store::Reader& reader) { return trial_balance(reader, facility); });
    EXPECT_THAT(balances, ElementsAre(Posting{account::receivable(lakshmi), Money{12'000}},
                                      Posting{"income:electricity", Money{-12'000}}));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Finalising, WhatIsFinalOrEmptyOrAbsentIsRefusedAndBurnsNoNumber) {
    auto const made = drafts(centre, 2);
    ASSERT_TRUE(centre.finalise(made[0]));
    EXPECT_EQ(centre.finalise(made[0]).error().code, "already_final");
    EXPECT_EQ(centre.finalise(centre.ids.make<InvoiceId>()).error().code, "not_found");
    EXPECT_EQ(centre.finalise(made[1]).value().number, 2);
}

TEST_P(Finalising, TheFiscalYearIsThatOfTheIssueInLocalTime) {
    auto const made = drafts(centre, 3);
    centre.clock.set(dhaka("2026-06-30 23:59:59"));
    EXPECT_EQ(centre.finalise(made[0]).value().number_text, "BHAIRAB/2025-26/000001");
    centre.clock.set(dhaka("2026-07-01 00:00"));
    auto const next = centre.finalise(made[1]).value();
    EXPECT_EQ(next.number_text, "BHAIRAB/2026-27/000001");
    EXPECT_EQ(next.previous_hash, "") << "each series has its own chain";
    EXPECT_EQ(centre.finalise(made[2]).value().number, 2);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Finalising, FiftyAtTheSameTimeLeaveNoGap) {
    auto const made = drafts(centre, 50);
    std::vector<std::thread> threads;
    for (auto const& id : made) threads.emplace_back([&] { EXPECT_TRUE(centre.finalise(id)); });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(numbers(centre), one_to(50));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Finalising, ADraftFinalisedTwiceAtTheSameTimeIsOneInvoice) {
    auto const made = drafts(centre, 1);
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 10; ++i)
        threads.emplace_back([&] { done += centre.finalise(made[0]).has_value(); });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(numbers(centre), one_to(1));
}

TEST_P(Finalising, ARunDoesNotPutChargesOntoWhatHasJustBecomeFinal) {
    auto const made = drafts(centre, 1);
    for (int i = 0; i < 10; ++i) centre.half_an_hour("Lakshmi", "2027-01-12", 6'000);
    std::thread run{[&] { centre.run("2027-01"); }};
    std::thread finalise{[&] { EXPECT_TRUE(centre.finalise(made[0])); }};
    run.join();
    finalise.join();
    Money all;
    for (auto const& invoice : centre.invoices()) all += invoice.total;
    EXPECT_EQ(all, Money{11 * 6'000}) << "every charge is on one invoice";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

// ------------------------------------------------------------------ killed in the middle

/// What the killed process does: it makes every draft final, from several threads. Started by the
/// test below, never by itself.
TEST(DISABLED_KilledFinaliser, FinalisesUntilKilled) {
    std::string const engine = std::getenv("KILLED_ENGINE");
    std::string const address = std::getenv("KILLED_ADDRESS");
    auto const migrations =
        engine == "sqlite"
            ? store::load_migrations(tests::project_schema(Engine::sqlite), store::Part::ledger)
            : store::load_migrations(tests::project_schema(Engine::postgres), store::Part::both);
    auto const ledger = engine == "sqlite"
                            ? store::open_sqlite({.file = address}, migrations)
                            : store::open_postgres({.conninfo = address}, migrations);
    Centre centre{*ledger, FacilityId::parse(std::getenv("KILLED_FACILITY")).value()};
    std::vector<std::thread> threads;
    auto const all = centre.invoices();
    if (::write(STDOUT_FILENO, "ready\n", 6) < 0) std::abort();
    for (std::size_t thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (std::size_t i = thread; i < all.size(); i += 4) {
                if (all[i].final || !centre.finalise(all[i].id)) continue;
                auto const line = all[i].id.text() + '\n';
                if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
            }
        });
    for (auto& thread : threads) thread.join();
}

class KilledFinaliser : public ::testing::TestWithParam<Engine> {
protected:
    /// Lets it work for a random while and kills it. Returns the invoices it acknowledged.
    std::vector<InvoiceId> acknowledged_before_kill(FacilityId const& facility) {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
        pid_t const child = ::fork();
        if (child == 0) {
            ::dup2(pipe[1], STDOUT_FILENO);
            ::setenv("KILLED_ENGINE", tests::name_of(GetParam()).c_str(), 1);
            ::setenv("KILLED_ADDRESS", database_.address().c_str(), 1);
            ::setenv("KILLED_FACILITY", facility.text().c_str(), 1);
            ::execl("/proc/self/exe", "killed", "--gtest_also_run_disabled_tests",
                    "--gtest_filter=DISABLED_KilledFinaliser.*", nullptr);
            std::abort();
        }
        ::close(pipe[1]);
        std::string output;
        std::array<char, 4096> chunk{};
        // Past its first acknowledgement, so that starting up is not what is killed.
        while (std::ranges::count(output.substr(std::min(output.size(), output.find("ready\n"))),
                                  '\n') < 2) {
            auto const got = ::read(pipe[0], chunk.data(), chunk.size());
            if (got <= 0) break;  // nothing was left to do
            output.append(chunk.data(), static_cast<std::size_t>(got));
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random_() % 8'000));
        ::kill(child, SIGKILL);
        for (ssize_t got = 0; (got = ::read(pipe[0], chunk.data(), chunk.size())) > 0;)
            output.append(chunk.data(), static_cast<std::size_t>(got));
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);
        std::vector<InvoiceId> acknowledged;
        for (std::size_t at = output.find("ready\n") + 6, end = 0;
             (end = output.find('\n', at)) != std::string::npos; at = end + 1)
            if (auto const id = InvoiceId::parse(output.substr(at, end - at)))
                acknowledged.push_back(*id);
        return acknowledged;
    }

    tests::TestDatabase database_{GetParam(), tests::project_schema(GetParam()),
                                  GetParam() == Engine::sqlite ? store::Part::ledger
                                                               : store::Part::both};
    std::mt19937 random_{20261120};
};
KARKHANA_ON_BOTH_ENGINES(KilledFinaliser);

TEST_P(KilledFinaliser, LeavesNoGapAndForgetsNothing) {
    FacilityId facility;
    {
        Centre centre{database_.store()};
        facility = centre.facility().id;
        drafts(centre, 120);
    }
    std::size_t interrupted = 0;
    for (int round = 0; round < 20; ++round) {
        database_.close();
        auto const acknowledged = acknowledged_before_kill(facility);
        database_.reopen();
        Centre centre{database_.store(), facility};
        std::set<InvoiceId> final;
        for (auto const& invoice : centre.invoices())
            if (invoice.final) final.insert(invoice.id);
        for (auto const& id : acknowledged) EXPECT_TRUE(final.contains(id));
        EXPECT_EQ(numbers(centre), one_to(final.size())) << "round " << round;
        EXPECT_THAT(centre.findings(), IsEmpty()) << "round " << round;
        interrupted += final.size() > 0 && final.size() < 120;
    }
    EXPECT_GT(interrupted, 0U) << "the child was never killed in the middle";
}

}  // namespace
}  // namespace karkhana::billing

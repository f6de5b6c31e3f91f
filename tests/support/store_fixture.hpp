#pragma once

#include <gtest/gtest.h>
#include <optional>

#include "tests/support/test_database.hpp"

namespace karkhana::tests {

/// The stores of the daemon with the project's migrations, empty: two files on SQLite, one
/// database for both on PostgreSQL. For a test that is no fixture.
class ProjectStores {
public:
    explicit ProjectStores(Engine engine);

    store::Store& ledger() { return ledger_.store(); }
    store::Store& telemetry() { return telemetry_ ? telemetry_->store() : ledger_.store(); }
    /// Closes and opens again, as a restart of the daemon does.
    void reopen();

private:
    TestDatabase ledger_;
    std::optional<TestDatabase> telemetry_;
};

/// A test that runs on both engines, each time with fresh stores that have the project's
/// migrations. Derive a suite, name it in KARKHANA_ON_BOTH_ENGINES, write TEST_P.
class StoreTest : public ::testing::TestWithParam<Engine> {
protected:
    store::Store& ledger() { return stores_.ledger(); }
    store::Store& telemetry() { return stores_.telemetry(); }
    void reopen() { stores_.reopen(); }
    bool is_postgres() const { return GetParam() == Engine::postgres; }

private:
    ProjectStores stores_{GetParam()};
};

}  // namespace karkhana::tests

/// Runs every TEST_P of `Suite` on SQLite and on PostgreSQL.
#define KARKHANA_ON_BOTH_ENGINES(Suite)                                                            \
    INSTANTIATE_TEST_SUITE_P(                                                                      \
        On, Suite,                                                                                 \
        ::testing::Values(::karkhana::tests::Engine::sqlite, ::karkhana::tests::Engine::postgres), \
        [](auto const& test) { return ::karkhana::tests::name_of(test.param); })

#include "tests/support/store_fixture.hpp"

namespace karkhana::tests {
namespace {

class ProjectSchema : public StoreTest {};
KARKHANA_ON_BOTH_ENGINES(ProjectSchema);

std::int64_t migrations_in(store::Store& store) {
    return *store.read([](store::Reader& reader) {
        return reader.first("SELECT count(*) FROM schema_migration",
                            [](store::Row const& row) { return row.integer(0); });
    });
}

TEST_P(ProjectSchema, IsAppliedOnceAndFoundAgain) {
    auto const before = migrations_in(ledger());
    EXPECT_GE(before, 4);
    EXPECT_GE(migrations_in(telemetry()), 1);
    reopen();
    EXPECT_EQ(migrations_in(ledger()), before);
}

}  // namespace
}  // namespace karkhana::tests

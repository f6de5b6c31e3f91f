#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "server/base/digest.hpp"
#include "server/store/migrations.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::store {
namespace {

class LoadMigrations : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directory(here_); }
    void put(std::string const& name, std::string const& sql = "SELECT 1;\n") {
        std::ofstream(std::filesystem::path(here_) / name, std::ios::binary) << sql;
    }
    std::vector<std::string> names(Part part) {
        std::vector<std::string> found;
        for (auto const& each : load_migrations(here_, part)) found.push_back(each.name);
        return found;
    }

    tests::TemporaryFolder folder_;
    std::string here_ = folder_.file("migrations");
};

using Names = std::vector<std::string>;

TEST_F(LoadMigrations, InTheOrderOfTheirNumbersEachToItsPart) {
    put("0010_last.sql");
    put("0002_telemetry_series.sql");
    put("0001_first.sql");
    put("0003_telemetry.sql");
    put("0004_telemetrics.sql");
    put("README.md");
    EXPECT_EQ(names(Part::both),
              (Names{"first", "telemetry_series", "telemetry", "telemetrics", "last"}));
    EXPECT_EQ(names(Part::ledger), (Names{"first", "telemetrics", "last"}));
    EXPECT_EQ(names(Part::telemetry), (Names{"telemetry_series", "telemetry"}));
}

TEST_F(LoadMigrations, WithEveryByteOfTheFile) {
    put("0001_first.sql", "-- কারখানা\r\nSELECT 1;\n\n");
    auto const found = load_migrations(here_, Part::both);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].version, 1);
    EXPECT_EQ(found[0].sql, "-- কারখানা\r\nSELECT 1;\n\n");
}

TEST_F(LoadMigrations, RefusingTwoOfOneNumberEvenInDifferentParts) {
    put("0001_first.sql");
    put("0001_telemetry.sql");
    EXPECT_THROW(names(Part::ledger), std::runtime_error);
}

TEST_F(LoadMigrations, RefusingNamesItWouldHaveToGuess) {
    for (char const* name : {"1_first.sql", "0001-first.sql", "0001_.sql", "first.sql"}) {
        put(name);
        EXPECT_THROW(names(Part::both), std::runtime_error) << name;
        std::filesystem::remove(std::filesystem::path(here_) / name);
    }
}

TEST_F(LoadMigrations, RefusingAnEmptyFileAndAMissingFolder) {
    put("0001_first.sql", "");
    EXPECT_THROW(names(Part::both), std::runtime_error);
    EXPECT_THROW(load_migrations(folder_.file("nowhere"), Part::both), std::exception);
}

Migration known(int version, std::string const& name) { return {version, name, "sql of " + name}; }
AppliedMigration applied(int version, std::string const& name) {
    return {version, name, sha256_hex("sql of " + name)};
}

TEST(PendingMigrations, AreThoseNotYetApplied) {
    auto const pending = pending_migrations({applied(1, "a")}, {known(1, "a"), known(3, "c")});
    ASSERT_EQ(pending.size(), 1U);
    EXPECT_EQ(pending[0].name, "c");
    EXPECT_TRUE(pending_migrations({applied(1, "a")}, {known(1, "a")}).empty());
    EXPECT_EQ(pending_migrations({}, {known(1, "a"), known(2, "b")}).size(), 2U);
}

TEST(PendingMigrations, AreRefusedToANewerChangedRenamedOrGappedDatabase) {
    auto const refused = [](std::vector<AppliedMigration> const& has,
                            std::vector<Migration> const& knows) {
        EXPECT_THROW(pending_migrations(has, knows), std::runtime_error);
    };
    refused({applied(1, "a"), applied(2, "b")}, {known(1, "a")});
    refused({applied(1, "a")}, {});
    refused({{1, "a", sha256_hex("something else")}}, {known(1, "a")});
    refused({applied(1, "a")}, {known(1, "renamed")});
    refused({applied(1, "a"), applied(3, "c")}, {known(1, "a"), known(2, "b"), known(3, "c")});
}

}  // namespace
}  // namespace karkhana::store

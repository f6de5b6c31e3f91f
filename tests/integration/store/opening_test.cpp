#include <fstream>
#include <sys/stat.h>

#include "tests/integration/store/conformance.hpp"

namespace karkhana::tests {
namespace {

using namespace store;

/// A database opened again and again with different ideas of its migrations.
class StoreOpening : public ::testing::TestWithParam<Engine> {
protected:
    std::unique_ptr<Store> open(std::vector<Migration> const& migrations) {
        if (GetParam() == Engine::sqlite)
            return open_sqlite({.file = database_.address()}, migrations);
        return open_postgres({.conninfo = database_.address()}, migrations);
    }
    /// What the operator reads when it cannot be opened; empty when it can.
    std::string complaint(std::vector<Migration> const& migrations) {
        try {
            open(migrations);
        } catch (std::runtime_error const& refusal) {
            return refusal.what();
        }
        return {};
    }
    bool has_table(std::string const& name) {
        return open(known_)->read([&](Reader& reader) {
            return reader.is_postgres()
                       ? reader.exists("SELECT 1 FROM pg_tables WHERE tablename = $1", name)
                       : reader.exists("SELECT 1 FROM sqlite_schema WHERE name = $1", name);
        });
    }
    static Migration table(int version, std::string const& name) {
        return {version, name, "CREATE TABLE " + name + " (id INTEGER PRIMARY KEY);\n"};
    }

    void SetUp() override { database_.close(); }

    TestDatabase database_{GetParam(), shelf_schema(GetParam()), Part::both};
    std::vector<Migration> known_ = load_migrations(shelf_schema(GetParam()), Part::both);
};
KARKHANA_ON_BOTH_ENGINES(StoreOpening);

bool says(std::string const& sentence, std::string const& part) {
    return sentence.find(part) != std::string::npos;
}

TEST_P(StoreOpening, AppliesWhatIsNew) {
    EXPECT_EQ(complaint(known_), "");
    known_.push_back(table(3, "lamp"));
    known_.push_back(table(4, "lamp_shade"));
    EXPECT_EQ(complaint(known_), "");
    EXPECT_TRUE(has_table("lamp") && has_table("lamp_shade"));
    EXPECT_EQ(complaint(known_), "");
}

TEST_P(StoreOpening, RefusesASchemaNewerThanTheProgram) {
    auto newer = known_;
    newer.push_back(table(3, "lamp"));
    EXPECT_EQ(complaint(newer), "");
    EXPECT_TRUE(says(complaint(known_), "0003_lamp")) << complaint(known_);
    EXPECT_TRUE(says(complaint(known_), "newer program"));
}

TEST_P(StoreOpening, RefusesAMigrationChangedSinceItWasApplied) {
    auto changed = known_;
    changed.at(0).sql += "-- a second thought\n";
    EXPECT_TRUE(says(complaint(changed), "0001_shelf has changed")) << complaint(changed);
    changed = known_;
    changed.at(1).name = "reservation";
    EXPECT_TRUE(says(complaint(changed), "has changed")) << complaint(changed);
    EXPECT_EQ(complaint(known_), "");
}

TEST_P(StoreOpening, RefusesAMigrationThatComesTooLate) {
    auto with_gap = known_;
    with_gap.push_back(table(5, "lamp"));
    EXPECT_EQ(complaint(with_gap), "");
    with_gap.insert(with_gap.end() - 1, table(4, "lamp_shade"));
    EXPECT_TRUE(says(complaint(with_gap), "0004_lamp_shade was never applied"));
}

TEST_P(StoreOpening, ChangesNothingWhenOneOfSeveralFails) {
    auto broken = known_;
    broken.push_back(table(3, "lamp"));
    broken.push_back({4, "nonsense", "CREATE TABLE shade (id INTEGER); CREATE NONSENSE;"});
    EXPECT_TRUE(says(complaint(broken), "0004_nonsense failed")) << complaint(broken);
    EXPECT_FALSE(has_table("lamp") || has_table("shade"));
}

TEST_P(StoreOpening, RefusesAMigrationThatEndsTheTransaction) {
    auto early = known_;
    early.push_back({3, "early", "COMMIT;"});
    EXPECT_TRUE(says(complaint(early), "must not end the transaction")) << complaint(early);
}

TEST_P(StoreOpening, RunsTriggersAndFunctionsWithManyStatements) {
    auto const store = open(known_);
    EXPECT_THROW(store->write([](Writer& writer) {
        writer.execute("INSERT INTO shelf VALUES ('a', 1)");
        writer.execute("INSERT INTO book VALUES ('x', 'a', NULL)");
        return writer.execute("DELETE FROM book");
    }),
                 ConstraintViolated);
}

TEST(PostgresOpening, LetsManyCopiesStartAtOnce) {
    TestDatabase empty(Engine::postgres, shelf_schema(Engine::postgres), Part::both);
    auto known = load_migrations(shelf_schema(Engine::postgres), Part::both);
    known.push_back({3, "lamp", "CREATE TABLE lamp (id bigint PRIMARY KEY);"});
    in_threads(6,
               [&](int) { EXPECT_NO_THROW(open_postgres({.conninfo = empty.address()}, known)); });
}

TEST(PostgresOpening, SaysWhenNobodyAnswers) {
    EXPECT_THROW(open_postgres({.conninfo = "host=/nowhere"}, {}), std::runtime_error);
}

TEST(SqliteOpening, RefusesASecondInstance) {
    TemporaryFolder const folder;
    auto const file = folder.file("deep/er/a.db");
    auto first = open_sqlite({.file = file}, {});
    EXPECT_THROW(open_sqlite({.file = file}, {}), std::runtime_error);
    first->write([](Writer&) { return true; });
    first.reset();
    EXPECT_NO_THROW(open_sqlite({.file = file}, {}));
}

TEST(SqliteOpening, ClosesTheFileToEverybodyElse) {
    TemporaryFolder const folder;
    auto const mode = [&](std::string const& name) {
        struct stat status{};
        EXPECT_EQ(::stat(folder.file(name).c_str(), &status), 0) << name;
        return status.st_mode & 0777;
    };
    std::ofstream(folder.file("old.db")).close();
    ::chmod(folder.file("old.db").c_str(), 0644);
    auto const old_one = open_sqlite({.file = folder.file("old.db")}, {});
    auto const new_one = open_sqlite({.file = folder.file("deep/er/new.db")}, {});
    EXPECT_EQ(mode("old.db"), 0600U);
    EXPECT_EQ(mode("deep"), 0700U);
    EXPECT_EQ(mode("deep/er"), 0700U);
    for (char const* suffix : {"", "-wal", "-shm", ".lock"})
        EXPECT_EQ(mode(std::string("deep/er/new.db") + suffix), 0600U) << suffix;
}

TEST(SqliteOpening, RefusesAFileThatIsNoDatabase) {
    TemporaryFolder const folder;
    std::ofstream(folder.file("a.db")) << std::string(4096, 'x');
    EXPECT_THROW(open_sqlite({.file = folder.file("a.db")}, {}), std::runtime_error);
}

}  // namespace
}  // namespace karkhana::tests

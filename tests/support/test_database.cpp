#include "tests/support/test_database.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

#include "server/base/digest.hpp"
#include "server/store/postgres/connection.hpp"
#include "tests/support/postgres_cluster.hpp"

namespace karkhana::tests {
namespace {

using store::postgres::Connection;

std::string database_of(std::string const& name) { return postgres_cluster() + " dbname=" + name; }

std::unique_ptr<store::Store> open(Engine engine, std::string const& address,
                                   std::vector<store::Migration> const& migrations) {
    if (engine == Engine::sqlite) return store::open_sqlite({.file = address}, migrations);
    return store::open_postgres({.conninfo = address}, migrations);
}

bool exists(Connection& connection, std::string const& database) {
    bool found = false;
    connection.run("SELECT 1 FROM pg_database WHERE datname = $1",
                   std::vector<store::Value>{database}, [&](store::Row const&) { found = true; });
    return found;
}

/// A database that has the migrations and nobody connected, made once in the life of the cluster.
std::string template_with(std::vector<store::Migration> const& migrations) {
    std::string all;
    for (auto const& migration : migrations) all += migration.name + '\n' + migration.sql;
    std::string const name = "template_" + sha256_hex(all).substr(0, 16);
    static thread_local std::string prepared;
    if (prepared == name) return name;

    Connection connection(database_of("postgres"));
    // Other test programs may be about to make the same one.
    connection.script("SELECT pg_advisory_lock(hashtext('" + name + "'))");
    if (!exists(connection, name)) {
        std::string const draft = name + "_draft";
        connection.script("DROP DATABASE IF EXISTS " + draft);
        connection.script("CREATE DATABASE " + draft);
        store::open_postgres({.conninfo = database_of(draft)}, migrations).reset();
        connection.script("ALTER DATABASE " + draft + " RENAME TO " + name);
    }
    prepared = name;
    return name;
}

std::string new_database_name() {
    static std::atomic<int> count{0};
    return "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

}  // namespace

std::string name_of(Engine engine) { return engine == Engine::sqlite ? "sqlite" : "postgres"; }

std::string project_schema(Engine engine) {
    auto const root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
    return (root / "schema" / name_of(engine)).string();
}

TemporaryFolder::TemporaryFolder() {
    std::string made = (std::filesystem::temp_directory_path() / "karkhana-XXXXXX").string();
    if (!::mkdtemp(made.data())) throw std::runtime_error("no temporary folder");
    path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code left_behind;
    std::filesystem::remove_all(path_, left_behind);
}

TestDatabase::TestDatabase(Engine engine, std::string const& migrations, store::Part part)
    : engine_(engine), migrations_(store::load_migrations(migrations, part)) {
    if (engine == Engine::sqlite) {
        address_ = folder_.file("test.db");
    } else {
        std::string const made_from = template_with(migrations_);
        database_ = new_database_name();
        address_ = database_of(database_);
        Connection(database_of("postgres"))
            .script("CREATE DATABASE " + database_ + " TEMPLATE " + made_from +
                    " STRATEGY FILE_COPY");
    }
    reopen();
}

TestDatabase::~TestDatabase() {
    close();
    if (!database_.empty())
        Connection(database_of("postgres")).script("DROP DATABASE " + database_ + " WITH (FORCE)");
}

void TestDatabase::reopen() {
    close();
    store_ = open(engine_, address_, migrations_);
}

}  // namespace karkhana::tests

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::tests {

enum class Engine { sqlite, postgres };

std::string name_of(Engine engine);

/// The repository's schema/sqlite or schema/postgres.
std::string project_schema(Engine engine);

/// A new folder that is removed with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    std::string file(std::string const& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// One empty database with the migrations of a folder, thrown away with the object: a file on
/// SQLite, a database copied from a prepared template on PostgreSQL.
class TestDatabase {
public:
    TestDatabase(Engine engine, std::string const& migrations, store::Part part);
    ~TestDatabase();
    TestDatabase(TestDatabase const&) = delete;
    TestDatabase& operator=(TestDatabase const&) = delete;

    store::Store& store() { return *store_; }
    /// Closes the store and opens it again on what is there, as a restart does.
    void reopen();
    void close() { store_.reset(); }

    /// The file on SQLite, the connection string on PostgreSQL.
    std::string const& address() const { return address_; }

private:
    Engine engine_;
    std::vector<store::Migration> migrations_;
    TemporaryFolder folder_;
    std::string database_;  ///< its name in the cluster
    std::string address_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace karkhana::tests

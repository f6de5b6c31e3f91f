#include "server/store/migrations.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/base/clock.hpp"
#include "server/base/digest.hpp"

namespace karkhana::store {
namespace {

std::string read_whole(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file || bytes.str().empty())
        throw std::runtime_error("the migration " + path.string() + " cannot be read or is empty");
    return bytes.str();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads NNNN_name.sql; throws on any other name, so that a misnamed file is not left out.
Migration read_migration(std::filesystem::path const& path) {
    std::string const stem = path.stem().string();
    bool const named =
        stem.size() > 5 && stem[4] == '_' && std::all_of(stem.begin(), stem.begin() + 4, is_digit);
    if (!named) throw std::runtime_error(path.string() + " is not named NNNN_name.sql");
    return {std::stoi(stem.substr(0, 4)), stem.substr(5), read_whole(path)};
}

bool belongs_to(Migration const& migration, Part part) {
    bool const telemetry =
        migration.name == "telemetry" || migration.name.starts_with("telemetry_");
    return part == Part::both || telemetry == (part == Part::telemetry);
}

std::string label(int version, std::string const& name) {
    std::string const digits = std::to_string(version);
    return std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits + "_" + name;
}

void check_applied(AppliedMigration const& applied, std::vector<Migration> const& known) {
    auto const match = std::find_if(known.begin(), known.end(), [&](Migration const& migration) {
        return migration.version == applied.version;
    });
    if (match == known.end())
        throw std::runtime_error("the database has the migration " +
                                 label(applied.version, applied.name) +
                                 ", which this program does not know: start a newer program");
    if (match->name != applied.name || sha256_hex(match->sql) != applied.sha256)
        throw std::runtime_error("the migration " + label(match->version, match->name) +
                                 " has changed since it was applied to the database as " +
                                 label(applied.version, applied.name) +
                                 ": restore the file, and put the change in a new one");
}

std::vector<AppliedMigration> read_applied(Reader& reader) {
    return reader.all(
        "SELECT version, name, sha256 FROM schema_migration ORDER BY version", [](Row const& row) {
            return AppliedMigration{static_cast<int>(row.integer(0)), row.text(1), row.text(2)};
        });
}

}  // namespace

std::vector<Migration> load_migrations(std::string const& folder, Part part) {
    std::vector<Migration> found;
    for (auto const& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".sql") found.push_back(read_migration(entry.path()));
    std::ranges::sort(found, {}, &Migration::version);
    auto const twin = std::ranges::adjacent_find(found, {}, &Migration::version);
    if (twin != found.end())
        throw std::runtime_error(
            folder + " has two migrations of one number: " + label(twin[0].version, twin[0].name) +
            " and " + label(twin[1].version, twin[1].name));
    std::erase_if(found, [&](Migration const& each) { return !belongs_to(each, part); });
    return found;
}

std::vector<Migration> pending_migrations(std::vector<AppliedMigration> const& applied,
                                          std::vector<Migration> const& known) {
    int newest = 0;
    for (auto const& each : applied) {
        check_applied(each, known);
        newest = std::max(newest, each.version);
    }
    std::vector<Migration> pending;
    for (auto const& migration : known) {
        auto const has = [&](AppliedMigration const& each) {
            return each.version == migration.version;
        };
        if (std::any_of(applied.begin(), applied.end(), has)) continue;
        if (migration.version < newest)
            throw std::runtime_error("the migration " + label(migration.version, migration.name) +
                                     " was never applied, yet later ones were: give it a number "
                                     "above " +
                                     std::to_string(newest));
        pending.push_back(migration);
    }
    return pending;
}

void migrate(Writer& writer, std::vector<Migration> const& known,
             std::function<void(std::string const& script)> const& run_script) {
    run_script(writer.is_postgres()
                   ? "CREATE TABLE IF NOT EXISTS schema_migration (version integer PRIMARY KEY, "
                     "name text NOT NULL, sha256 text NOT NULL, applied_at bigint NOT NULL)"
                   : "CREATE TABLE IF NOT EXISTS schema_migration (version INTEGER PRIMARY KEY, "
                     "name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) "
                     "STRICT");
    for (auto const& migration : pending_migrations(read_applied(writer), known)) {
        try {
            run_script(migration.sql);
        } catch (std::exception const& failure) {
            throw std::runtime_error("the migration " + label(migration.version, migration.name) +
                                     " failed, nothing was changed: " + failure.what());
        }
        writer.execute("INSERT INTO schema_migration (version, name, sha256, applied_at) "
                       "VALUES ($1, $2, $3, $4)",
                       migration.version, migration.name, sha256_hex(migration.sql),
                       SystemWallClock{}.now());
    }
}

}  // namespace karkhana::store

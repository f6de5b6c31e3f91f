#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::store {

/// A migration as a database remembers it.
struct AppliedMigration {
    int version = 0;
    std::string name;
    std::string sha256;
};

/// Those of `known` that a database which has `applied` still lacks, in order.
/// Throws std::runtime_error with a sentence for the operator when the database is newer than the
/// program, when an applied file has changed since, or when one would have to go in between.
std::vector<Migration> pending_migrations(std::vector<AppliedMigration> const& applied,
                                          std::vector<Migration> const& known);

/// Brings the database of an open transaction up to date. `run_script` runs a text of many
/// statements in the same transaction.
/// Throws what pending_migrations throws, and std::runtime_error naming the file that failed.
void migrate(Writer& writer, std::vector<Migration> const& known,
             std::function<void(std::string const& script)> const& run_script);

}  // namespace karkhana::store

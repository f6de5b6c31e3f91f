#pragma once

#include <string>

namespace karkhana::tests {

/// A PostgreSQL server for this test program: the one KARKHANA_TEST_PG names by a connection
/// string, or else one of its own, started when first asked for and removed when the program ends,
/// however it ends. Throws std::runtime_error when PostgreSQL is not installed.
/// Returns a connection string without a database name.
std::string const& postgres_cluster();

}  // namespace karkhana::tests

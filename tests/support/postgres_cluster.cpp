#include "tests/support/postgres_cluster.hpp"

#include <cstdlib>
#include <filesystem>

#include "tests/support/helper_process.hpp"

namespace karkhana::tests {
namespace {

std::string script() {
    return (std::filesystem::path(__FILE__).parent_path() / "postgres_cluster").string();
}

}  // namespace

std::string const& postgres_cluster() {
    if (char const* const shared = std::getenv("KARKHANA_TEST_PG"); shared && *shared) {
        static std::string const conninfo = shared;
        return conninfo;
    }
    static HelperProcess const cluster{script()};
    return cluster.first_line();
}

}  // namespace karkhana::tests

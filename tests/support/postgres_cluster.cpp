#include "tests/support/postgres_cluster.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace karkhana::tests {
namespace {

std::string script() {
    return (std::filesystem::path(__FILE__).parent_path() / "postgres_cluster").string();
}

/// The script beside this file, which lives until `input_` closes.
class OwnCluster {
public:
    OwnCluster() {
        std::array<int, 2> input{};
        std::array<int, 2> output{};
        if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe to the PostgreSQL cluster");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
        std::string path = script();
        std::array<char*, 2> arguments{path.data(), nullptr};
        int const failed =
            ::posix_spawn(&process_, path.c_str(), &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(input[0]);
        ::close(output[1]);
        input_ = input[1];
        if (failed == 0) conninfo_ = read_line(output[0]);
        ::close(output[0]);
        if (conninfo_.empty()) throw std::runtime_error(path + " does not start PostgreSQL");
    }
    ~OwnCluster() {
        ::close(input_);
        ::waitpid(process_, nullptr, 0);
    }
    OwnCluster(OwnCluster const&) = delete;
    OwnCluster& operator=(OwnCluster const&) = delete;

    std::string const& conninfo() const { return conninfo_; }

private:
    static std::string read_line(int descriptor) {
        std::string line;
        char c = 0;
        while (::read(descriptor, &c, 1) == 1 && c != '\n') line.push_back(c);
        return line;
    }

    pid_t process_ = -1;
    int input_ = -1;
    std::string conninfo_;
};

}  // namespace

std::string const& postgres_cluster() {
    if (char const* const shared = std::getenv("KARKHANA_TEST_PG"); shared && *shared) {
        static std::string const conninfo = shared;
        return conninfo;
    }
    static OwnCluster const cluster;
    return cluster.conninfo();
}

}  // namespace karkhana::tests

#include "tests/support/helper_process.hpp"

#include <array>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace karkhana::tests {
namespace {

std::string read_line(int descriptor) {
    std::string line;
    char c = 0;
    while (::read(descriptor, &c, 1) == 1 && c != '\n') line.push_back(c);
    return line;
}

}  // namespace

HelperProcess::HelperProcess(std::string const& path) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe to " + path);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    std::string program = path;
    std::array<char*, 2> arguments{program.data(), nullptr};
    int const failed =
        ::posix_spawn(&process_, path.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    if (failed == 0) first_line_ = read_line(output[0]);
    ::close(output[0]);
    if (first_line_.empty()) throw std::runtime_error(path + " does not start");
}

HelperProcess::~HelperProcess() {
    ::close(input_);
    ::waitpid(process_, nullptr, 0);
}

}  // namespace karkhana::tests

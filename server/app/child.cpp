#include "server/app/child.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace karkhana::app {

Child::Child(std::vector<std::string> const& arguments) {
    std::vector<char*> argv;
    for (auto const& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_t const parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error(std::string{"fork: "} + std::strerror(errno));
    if (pid_ > 0) return;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);  // it ended in between
    execv(argv[0], argv.data());
    _exit(127);
}

Child::~Child() { stop(); }

bool Child::ended() {
    if (pid_ < 0) return true;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    pid_ = -1;
    status_ = status;
    return true;
}

void Child::stop() {
    if (ended()) return;
    kill(pid_, SIGTERM);
    for (int i = 0; i < 100; ++i) {
        if (ended()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
    pid_ = -1;
}

}  // namespace karkhana::app

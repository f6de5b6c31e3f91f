#include "server/app/signals.hpp"

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <stdexcept>
#include <sys/signalfd.h>
#include <unistd.h>

namespace karkhana::app {

namespace {

int descriptor_of(std::initializer_list<int> signals) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (auto const signal : signals) sigaddset(&wanted, signal);
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    int const descriptor = signalfd(-1, &wanted, SFD_CLOEXEC);
    if (descriptor < 0) throw std::runtime_error("signals cannot be waited for");
    return descriptor;
}

}  // namespace

int stop_signals() { return descriptor_of({SIGTERM, SIGINT}); }

int service_signals() { return descriptor_of({SIGTERM, SIGINT, SIGHUP}); }

Wish next_wish(int descriptor) {
    signalfd_siginfo signal{};
    while (read(descriptor, &signal, sizeof signal) != sizeof signal)
        if (errno != EINTR) throw std::runtime_error("signals cannot be waited for");
    return signal.ssi_signo == SIGHUP ? Wish::reload : Wish::stop;
}

}  // namespace karkhana::app

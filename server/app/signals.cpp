#include "server/app/signals.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <sys/signalfd.h>

namespace karkhana::app {

int stop_signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    int const descriptor = signalfd(-1, &wanted, SFD_CLOEXEC);
    if (descriptor < 0) throw std::runtime_error("signals cannot be waited for");
    return descriptor;
}

void wait_for_stop(int descriptor) {
    pollfd waiting{descriptor, POLLIN, 0};
    while (poll(&waiting, 1, -1) < 0 && errno == EINTR) {}
}

}  // namespace karkhana::app

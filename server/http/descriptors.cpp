#include "server/http/descriptors.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace karkhana::http {

void SpareDescriptor::take() {
    if (fd_ < 0) fd_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void SpareDescriptor::give_up() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

std::size_t connections_that_fit() {
    constexpr rlim_t kElse = 128;  // database, devices, logs, and what the libraries open
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kElse;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur > 2 * kElse ? limit.rlim_cur - kElse : limit.rlim_cur / 2;
}

void say_overloaded(int fd) {
    constexpr std::string_view kAnswer = "HTTP/1.1 503 Service Unavailable\r\n"
                                         "Content-Length: 0\r\n"
                                         "Retry-After: 5\r\n"
                                         "Connection: close\r\n\r\n";
    // Unread bytes would turn the close into a reset, and the reset would overtake the answer.
    std::array<char, 4096> unread{};
    while (recv(fd, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {}
    send(fd, kAnswer.data(), kAnswer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
}

void turn_away(int listening_fd, bool polite) {
    int const fd = accept4(listening_fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    if (polite) say_overloaded(fd);
    close(fd);
}

}  // namespace karkhana::http

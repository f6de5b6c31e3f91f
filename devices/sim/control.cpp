#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "devices/sim/simulator.hpp"

namespace karkhana::sim {
namespace {

[[noreturn]] void fail(std::string const& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

int listen_on(std::string const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long");
    std::copy(path.begin(), path.end(), address.sun_path);
    ::unlink(path.c_str());
    int const listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("control socket");
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail(path);
    if (::listen(listener, 4) != 0) fail(path);
    return listener;
}

struct Client {
    int socket = -1;
    std::string pending;
};

/// Answers the lines that are complete; false when the client hung up.
bool serve(Simulator& simulator, Client& client) {
    std::array<char, 512> bytes{};
    auto const count = ::read(client.socket, bytes.data(), bytes.size());
    if (count <= 0) return false;
    auto& pending = client.pending;
    pending.append(bytes.data(), static_cast<std::size_t>(count));
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
        std::string const answer = simulator.command(pending.substr(0, end)) + "\n";
        pending.erase(0, end + 1);
        if (::send(client.socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
    }
    return pending.size() <= 4096;
}

}  // namespace

void serve_control(Simulator& simulator, std::string const& socket_path, int stop,
                   std::function<void()> const& tick) {
    int const listener = listen_on(socket_path);
    std::vector<Client> clients;
    while (true) {
        std::vector<pollfd> waiting{{listener, POLLIN, 0}, {stop, POLLIN, 0}};
        for (auto const& client : clients) waiting.push_back({client.socket, POLLIN, 0});
        if (::poll(waiting.data(), waiting.size(), 1000) < 0 && errno != EINTR) fail("poll");
        tick();
        if (waiting[1].revents != 0) break;
        for (std::size_t i = clients.size(); i-- > 0;) {
            if (waiting[i + 2].revents == 0 || serve(simulator, clients[i])) continue;
            ::close(clients[i].socket);
            clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (waiting[0].revents != 0)
            if (int const socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC); socket >= 0)
                clients.push_back({socket, {}});
    }
    for (auto const& client : clients) ::close(client.socket);
    ::close(listener);
    ::unlink(socket_path.c_str());
}

}  // namespace karkhana::sim

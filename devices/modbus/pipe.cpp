#include "devices/modbus/pipe.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <modbus.h>
#include <netdb.h>
#include <poll.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace karkhana::modbus {
namespace {

using Context = std::unique_ptr<modbus_t, decltype(&modbus_free)>;

Context make_context(Endpoint const& endpoint) {
    auto* const made = [&] {
        auto const socket = [](auto const& at) {
            return modbus_new_tcp_pi(at.host.c_str(), std::to_string(at.port).c_str());
        };
        if (auto const* tcp = std::get_if<TcpEndpoint>(&endpoint)) return socket(*tcp);
        if (auto const* tcp = std::get_if<RtuOverTcpEndpoint>(&endpoint)) return socket(*tcp);
        auto const& serial = std::get<SerialEndpoint>(endpoint);
        return modbus_new_rtu(serial.path.c_str(), serial.baud, static_cast<char>(serial.parity), 8,
                              serial.stop_bits);
    }();
    if (made == nullptr) throw std::invalid_argument("not an endpoint that libmodbus takes");
    return {made, &modbus_free};
}

std::string host_of(Endpoint const& endpoint) {
    if (auto const* tcp = std::get_if<TcpEndpoint>(&endpoint)) return tcp->host;
    auto const* rtu = std::get_if<RtuOverTcpEndpoint>(&endpoint);
    return rtu == nullptr ? "" : rtu->host;
}

bool is_host(std::string const& name) {
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, nullptr, &found) != 0) return false;
    ::freeaddrinfo(found);
    return true;
}

timespec as_timespec(Duration left) {
    auto const whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    return {whole.count(), static_cast<long>((left - whole).count() * 1000)};
}

/// Whoever has a serial port alone. It is taken before the port is touched, so that a second master
/// changes nothing for the first; and by a lock as well, because root may open what is exclusive.
class Claim {
public:
    Claim() = default;
    ~Claim() { drop(); }
    Claim(Claim const&) = delete;
    Claim& operator=(Claim const&) = delete;

    std::optional<Fault> take(char const* path) {
        descriptor_ = ::open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (descriptor_ < 0) return errno == EBUSY ? Fault::in_use : Fault::not_connected;
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return std::nullopt;
        auto const fault = errno == EWOULDBLOCK ? Fault::in_use : Fault::not_connected;
        ::close(std::exchange(descriptor_, -1));
        return fault;
    }
    /// Nobody opens it any more; after we have opened it ourselves.
    void shut() const { static_cast<void>(::ioctl(descriptor_, TIOCEXCL)); }
    void drop() {
        if (descriptor_ < 0) return;
        static_cast<void>(::ioctl(descriptor_, TIOCNXCL));
        ::close(std::exchange(descriptor_, -1));
    }

private:
    int descriptor_ = -1;
};

class RealPipe final : public Pipe {
public:
    RealPipe(Endpoint const& endpoint, MonotonicClock const& clock)
        : serial_(std::holds_alternative<SerialEndpoint>(endpoint)),
          port_(serial_ ? std::get<SerialEndpoint>(endpoint).path : ""),
          host_(host_of(endpoint)),
          context_(make_context(endpoint)),
          clock_(clock) {}
    ~RealPipe() override { close(); }
    RealPipe(RealPipe const&) = delete;
    RealPipe& operator=(RealPipe const&) = delete;

    bool is_open() const override { return descriptor_ >= 0; }

    std::optional<Fault> open(Duration wait) override {
        if (serial_)
            if (auto const fault = claim_.take(port_.c_str())) {
                trouble_ = errno;
                return fault;
            }
        modbus_set_response_timeout(context_.get(),
                                    static_cast<std::uint32_t>(wait.count() / 1'000'000),
                                    static_cast<std::uint32_t>(wait.count() % 1'000'000));
        if (modbus_connect(context_.get()) != 0) {
            trouble_ = errno;
            modbus_close(context_.get());
            claim_.drop();
            return Fault::not_connected;
        }
        descriptor_ = modbus_get_socket(context_.get());
        if (serial_) claim_.shut();
        modbus_flush(context_.get());
        return std::nullopt;
    }

    /// libmodbus calls a host that is not there a refused connection.
    std::string trouble() const override {
        if (trouble_ == ECONNREFUSED && !serial_ && !is_host(host_)) return "no such host";
        return trouble_ == 0 ? "" : modbus_strerror(trouble_);
    }

    void close() override {
        if (descriptor_ < 0) return;
        modbus_close(context_.get());
        descriptor_ = -1;
        claim_.drop();
    }

    bool send(Frame const& frame) override {
        if (!serial_)
            // modbus_send_raw_request would give every request the transaction number 0, and
            // knows no serial frames on a socket.
            return ::send(descriptor_, frame.bytes.data(), frame.size, MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(frame.size);
        auto const without_crc = static_cast<int>(frame.size - 2);
        return modbus_send_raw_request(context_.get(), frame.bytes.data(), without_crc) >= 0;
    }

    Heard listen(std::span<std::uint8_t> room, std::size_t& size, Monotonic until) override {
        size = 0;
        for (;;) {
            auto const left = std::chrono::floor<Duration>(until - clock_.now());
            auto const wait = as_timespec(std::max(left, Duration{}));
            pollfd polled{descriptor_, POLLIN, 0};
            int const ready = ::ppoll(&polled, 1, &wait, nullptr);
            if (ready == 0) return Heard::nothing;
            if (ready < 0) {
                if (errno == EINTR) continue;
                return Heard::broken;
            }
            auto const got = ::read(descriptor_, room.data(), room.size());
            if (got > 0) {
                size = static_cast<std::size_t>(got);
                return Heard::bytes;
            }
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            return Heard::broken;
        }
    }

private:
    bool serial_;
    std::string port_;  ///< of a serial line
    Claim claim_;
    std::string host_;
    int trouble_ = 0;  ///< errno of the last time that it could not be opened
    Context context_;
    MonotonicClock const& clock_;
    int descriptor_ = -1;
};

}  // namespace

std::unique_ptr<Pipe> make_pipe(Endpoint const& endpoint, MonotonicClock const& clock) {
    return std::make_unique<RealPipe>(endpoint, clock);
}

}  // namespace karkhana::modbus

#include "devices/modbus/server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <modbus.h>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "devices/modbus/frame.hpp"

namespace karkhana::modbus {
namespace {

using Clock = std::chrono::steady_clock;
using Context = std::unique_ptr<modbus_t, decltype(&modbus_free)>;
using Mapping = std::unique_ptr<modbus_mapping_t, decltype(&modbus_mapping_free)>;

/// A faulty reply on its way.
struct Outgoing {
    Monotonic due;
    int descriptor = -1;
    std::vector<std::uint8_t> bytes;
    std::size_t sent = 0;
    Duration drip{};
    bool close = false;
    bool reset = false;
};

int milliseconds_until(Monotonic at) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(at - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

/// The values around the request's address, as libmodbus replies from them.
Mapping mapping_of(Request const& request, std::span<std::uint16_t const> words) {
    bool const coils = request.function == Function::read_coils ||
                       request.function == Function::write_coil ||
                       request.function == Function::write_coils;
    bool const inputs = request.function == Function::read_discrete_inputs;
    bool const input_registers = request.function == Function::read_input_registers;
    bool const registers = !coils && !inputs && !input_registers;
    auto const part = [&](bool wanted) { return wanted ? unsigned{request.count} : 0u; };
    auto const start = request.address;
    Mapping mapping(modbus_mapping_new_start_address(start, part(coils), start, part(inputs), start,
                                                     part(registers), start, part(input_registers)),
                    &modbus_mapping_free);
    if (!mapping) throw std::bad_alloc();
    for (std::size_t i = 0; i < words.size() && i < request.count; ++i) {
        if (coils) mapping->tab_bits[i] = words[i] != 0;
        if (inputs) mapping->tab_input_bits[i] = words[i] != 0;
        if (registers) mapping->tab_registers[i] = words[i];
        if (input_registers) mapping->tab_input_registers[i] = words[i];
    }
    return mapping;
}

class Base : public Server {
public:
    Base(Framing framing, Context context, Handler handler)
        : framing_(framing),
          context_(std::move(context)),
          handler_(std::move(handler)),
          stop_(::eventfd(0, EFD_CLOEXEC)) {
        if (!context_ || stop_ < 0) throw std::runtime_error("cannot make a Modbus server");
    }
    ~Base() override { ::close(stop_); }
    std::uint16_t port() const override { return port_; }

protected:
    /// To be called by the most derived destructor, before its members go.
    void stop() {
        ::eventfd_write(stop_, 1);
        if (thread_.joinable()) thread_.join();
    }
    void start() {
        thread_ = std::thread([this] { run(); });
    }

    virtual std::vector<pollfd> sources() = 0;
    virtual void ready(std::vector<pollfd> const& sources) = 0;
    virtual void hang_up(int descriptor, bool reset) = 0;

    void serve(int descriptor, std::span<std::uint8_t const> frame) {
        modbus_set_socket(context_.get(), descriptor);
        auto const size = static_cast<int>(frame.size());
        auto const received = decode_request(framing_, frame);
        if (!received) {
            modbus_reply_exception(context_.get(), frame.data(), exception::illegal_function);
            return;
        }
        auto const& request = received->request;
        auto answer = handler_(request);
        if (answer.silent || (framing_ == Framing::rtu && request.unit == 0)) {
            if (answer.close) hang_up(descriptor, answer.reset);
            return;
        }
        answer.words.resize(request.count);
        bool const timer = request.function == Function::write_coil &&
                           request.words[0] != coil_closed && request.words[0] != coil_open;
        bool const plain = carried_by_libmodbus_ && !answer.tamper && answer.delay == Duration{} &&
                           answer.drip == Duration{} && answer.again == Duration{} && !answer.close;
        if (!plain || (timer && answer.exception == 0)) {
            queue(descriptor, *received, answer);
        } else if (answer.exception != 0) {
            modbus_reply_exception(context_.get(), frame.data(), answer.exception);
        } else {
            auto const mapping = mapping_of(request, answer.words);
            modbus_reply(context_.get(), frame.data(), size, mapping.get());
        }
    }

    /// Bytes for a descriptor that is gone are of no use to whoever gets its number next.
    void forget(int descriptor) {
        std::erase_if(outgoing_, [&](auto const& each) { return each.descriptor == descriptor; });
    }

    Framing framing_;
    Context context_;
    std::uint16_t port_ = 0;
    bool socket_ = false;
    /// libmodbus answers; not where it would write a serial frame to a socket that may be gone.
    bool carried_by_libmodbus_ = true;

private:
    void queue(int descriptor, ReceivedRequest const& received, Answer const& answer) {
        Outgoing reply;
        reply.due = Clock::now() + answer.delay;
        reply.descriptor = descriptor;
        reply.bytes = encode_reply(framing_, received, answer.words, answer.exception);
        if (answer.tamper) answer.tamper(reply.bytes);
        reply.drip = answer.drip;
        reply.close = answer.close;
        reply.reset = answer.reset;
        outgoing_.push_back(reply);
        reply.due += answer.again;
        if (answer.again != Duration{}) outgoing_.push_back(std::move(reply));
        send_due();
    }

    void send_due() {
        for (std::size_t i = 0; i < outgoing_.size();) {
            auto& each = outgoing_[i];
            if (each.due > Clock::now()) {
                ++i;
                continue;
            }
            auto const left = each.bytes.size() - each.sent;
            auto const size = each.drip == Duration{} ? left : std::min<std::size_t>(left, 1);
            // A client that went away, or does not read, loses its reply; nothing else depends on
            // it.
            auto const* const bytes = each.bytes.data() + each.sent;
            [[maybe_unused]] auto const written =
                socket_ ? ::send(each.descriptor, bytes, size, MSG_NOSIGNAL)
                        : ::write(each.descriptor, bytes, size);
            each.sent += size;
            each.due += each.drip;
            if (each.sent < each.bytes.size()) continue;
            auto const done = each;
            outgoing_.erase(outgoing_.begin() + static_cast<std::ptrdiff_t>(i));
            if (done.close) hang_up(done.descriptor, done.reset);
        }
    }

    void run() {
        for (;;) {
            auto polled = sources();
            polled.push_back({stop_, POLLIN, 0});
            int wait = -1;
            for (auto const& each : outgoing_) {
                auto const until = milliseconds_until(each.due);
                wait = wait < 0 ? until : std::min(wait, until);
            }
            if (::poll(polled.data(), polled.size(), wait) < 0 && errno != EINTR) return;
            if (polled.back().revents != 0) return;
            polled.pop_back();
            send_due();
            ready(polled);
        }
    }

    Handler handler_;
    int stop_;
    std::vector<Outgoing> outgoing_;
    std::thread thread_;
};

/// Serial requests out of a stream of bytes. Framed here and not by modbus_receive, which serves
/// one unit alone and swallows what follows a request to another.
class SerialRequests {
public:
    template <class Serve>
    void take(std::span<std::uint8_t const> bytes, Serve const& serve) {
        auto const now = Clock::now();
        if (now - heard_ > std::chrono::milliseconds(50)) frame_.size = 0;
        heard_ = now;
        for (auto byte : bytes) {
            if (frame_.size == frame_.bytes.size()) frame_.size = 0;
            frame_.put(byte);
            if (frame_.size < expected_size()) continue;
            auto const whole = frame_;
            frame_.size = 0;
            // Out of step: the next silence begins anew.
            if (!decode_request(Framing::rtu, whole.view())) return;
            serve(whole.view());
        }
    }

private:
    std::size_t expected_size() const {
        if (frame_.size < 7) return 8;
        bool const many = frame_.bytes[1] == 15 || frame_.bytes[1] == 16;
        return many ? std::min<std::size_t>(9 + frame_.bytes[6], 256) : 8;
    }

    Frame frame_;
    Monotonic heard_{};
};

Context context_of(Framing framing, std::string const& host, std::uint16_t port) {
    return {framing == Framing::tcp ? modbus_new_tcp(host.c_str(), port)
                                    : modbus_new_rtu("/dev/null", 9600, 'N', 8, 1),
            &modbus_free};
}

class TcpServer final : public Base {
public:
    TcpServer(Framing framing, std::string const& host, std::uint16_t port, Handler handler)
        : Base(framing, context_of(framing, host, port), std::move(handler)) {
        socket_ = true;
        carried_by_libmodbus_ = framing == Framing::tcp;
        auto const listening = context_of(Framing::tcp, host, port);
        listener_ = modbus_tcp_listen(listening.get(), 64);
        if (listener_ < 0)
            throw std::runtime_error("cannot listen on " + host + ":" + std::to_string(port) +
                                     ": " + modbus_strerror(errno));
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);
        port_ = ntohs(bound.sin_port);
        start();
    }
    ~TcpServer() override {
        stop();
        for (auto const& [client, requests] : clients_) ::close(client);
        ::close(listener_);
    }

private:
    std::vector<pollfd> sources() override {
        std::vector<pollfd> polled{{listener_, POLLIN, 0}};
        for (auto const& [client, requests] : clients_) polled.push_back({client, POLLIN, 0});
        return polled;
    }

    void ready(std::vector<pollfd> const& polled) override {
        for (auto const& each : polled) {
            if (each.revents == 0) continue;
            if (each.fd == listener_)
                admit();
            else if (clients_.contains(each.fd))
                framing_ == Framing::tcp ? receive(each.fd) : receive_serial(each.fd);
        }
    }

    void admit() {
        int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client >= 0) clients_.emplace(client, SerialRequests{});
    }

    void receive_serial(int client) {
        std::array<std::uint8_t, frame_size_max> bytes{};
        auto const got = ::recv(client, bytes.data(), bytes.size(), 0);
        if (got <= 0) return hang_up(client, false);
        auto requests = clients_.at(client);
        requests.take(std::span(bytes).first(static_cast<std::size_t>(got)),
                      [&](auto frame) { serve(client, frame); });
        if (auto const still = clients_.find(client); still != clients_.end())
            still->second = requests;
    }

    void receive(int client) {
        std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> frame{};
        modbus_set_socket(context_.get(), client);
        int const size = modbus_receive(context_.get(), frame.data());
        if (size < 0)
            hang_up(client, false);
        else if (size > 0)
            serve(client, std::span(frame).first(static_cast<std::size_t>(size)));
    }

    void hang_up(int client, bool reset) override {
        linger const abort{1, 0};
        if (reset) ::setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        forget(client);
        clients_.erase(client);
        ::close(client);
    }

    int listener_ = -1;
    std::map<int, SerialRequests> clients_;  ///< used where the frames are serial
};

class RtuServer final : public Base {
public:
    RtuServer(int descriptor, Handler handler)
        : Base(Framing::rtu, {modbus_new_rtu("/dev/null", 9600, 'N', 8, 1), &modbus_free},
               std::move(handler)),
          descriptor_(descriptor) {
        start();
    }
    ~RtuServer() override { stop(); }

private:
    std::vector<pollfd> sources() override { return {{descriptor_, POLLIN, 0}}; }

    void ready(std::vector<pollfd> const& polled) override {
        if (polled[0].revents == 0) return;
        std::array<std::uint8_t, frame_size_max> bytes{};
        auto const got = ::read(descriptor_, bytes.data(), bytes.size());
        if (got <= 0) {
            // Nobody holds the other end: do not spin on the hang-up.
            if (got == 0 || errno != EAGAIN)
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            return;
        }
        requests_.take(std::span(bytes).first(static_cast<std::size_t>(got)),
                       [&](auto frame) { serve(descriptor_, frame); });
    }

    void hang_up(int, bool) override {}

    int descriptor_;
    SerialRequests requests_;
};

}  // namespace

std::unique_ptr<Server> Server::tcp(std::string const& host, std::uint16_t port, Handler handler) {
    return std::make_unique<TcpServer>(Framing::tcp, host, port, std::move(handler));
}

std::unique_ptr<Server> Server::rtu_over_tcp(std::string const& host, std::uint16_t port,
                                             Handler handler) {
    return std::make_unique<TcpServer>(Framing::rtu, host, port, std::move(handler));
}

std::unique_ptr<Server> Server::rtu(int descriptor, Handler handler) {
    return std::make_unique<RtuServer>(descriptor, std::move(handler));
}

}  // namespace karkhana::modbus

#include "devices/modbus/line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <modbus.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "devices/modbus/frame.hpp"

namespace karkhana::modbus {
namespace {

using Context = std::unique_ptr<modbus_t, decltype(&modbus_free)>;

Framing framing_of(Endpoint const& endpoint) {
    return std::holds_alternative<TcpEndpoint>(endpoint) ? Framing::tcp : Framing::rtu;
}

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

/// Silence that separates two serial frames: 3.5 characters, and 1.75 ms from 19200 baud up. A
/// gateway sees to it itself.
Duration frame_gap(Endpoint const& endpoint) {
    auto const* serial = std::get_if<SerialEndpoint>(&endpoint);
    if (serial == nullptr) return Duration{};
    return std::max(Duration{1750}, Duration{38'500'000 / std::max(serial->baud, 300)});
}

timespec as_timespec(Duration left) {
    auto const whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    return {whole.count(), static_cast<long>((left - whole).count() * 1000)};
}

}  // namespace

struct Line::Wire {
    enum class Heard { bytes, nothing, broken };

    Endpoint endpoint;
    LineTiming timing;
    MonotonicClock const& clock;
    Framing framing;
    bool serial;
    bool echoes;
    Context context;
    Duration gap;
    int descriptor = -1;
    std::uint16_t transaction = 0;
    Monotonic last_heard{};
    std::array<Monotonic, 256> quarantine_end{};
    Frame incoming;
    Trace trace;

    Wire(Endpoint where, LineTiming when, MonotonicClock const& monotonic)
        : endpoint(std::move(where)),
          timing(when),
          clock(monotonic),
          framing(framing_of(endpoint)),
          serial(std::holds_alternative<SerialEndpoint>(endpoint)),
          echoes(serial && std::get<SerialEndpoint>(endpoint).echo),
          context(make_context(endpoint)),
          gap(frame_gap(endpoint)) {}

    bool open(Monotonic deadline) {
        if (descriptor >= 0) return true;
        auto const wait =
            std::clamp(std::chrono::floor<Duration>(deadline - clock.now()), Duration{1000},
                       std::max(timing.connect_timeout, Duration{1000}));
        modbus_set_response_timeout(context.get(),
                                    static_cast<std::uint32_t>(wait.count() / 1'000'000),
                                    static_cast<std::uint32_t>(wait.count() % 1'000'000));
        if (modbus_connect(context.get()) != 0) {
            modbus_close(context.get());
            return false;
        }
        descriptor = modbus_get_socket(context.get());
        modbus_flush(context.get());
        return true;
    }

    void close() {
        if (descriptor < 0) return;
        modbus_close(context.get());
        descriptor = -1;
    }

    /// Waits until `until` for something to read, and reads what there is.
    Heard listen(std::span<std::uint8_t> room, std::size_t& size, Monotonic until) {
        size = 0;
        for (;;) {
            auto const left = std::chrono::floor<Duration>(until - clock.now());
            auto const wait = as_timespec(std::max(left, Duration{}));
            pollfd polled{descriptor, POLLIN, 0};
            int const ready = ::ppoll(&polled, 1, &wait, nullptr);
            if (ready == 0) return Heard::nothing;
            if (ready < 0) {
                if (errno == EINTR) continue;
                return Heard::broken;
            }
            auto const got = ::read(descriptor, room.data(), room.size());
            if (got > 0) {
                size = static_cast<std::size_t>(got);
                last_heard = clock.now();
                return Heard::bytes;
            }
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            return Heard::broken;
        }
    }

    /// Before anything is asked the line must be quiet. On TCP, bytes that nobody asked for mean
    /// that requests and replies are out of step. On a serial line they are noise or a late reply:
    /// discarded until there is silence, which also sets two frames apart.
    std::optional<Fault> hush(Monotonic deadline) {
        std::array<std::uint8_t, frame_size_max> discarded;
        std::size_t size = 0;
        for (;;) {
            auto const quiet_at = last_heard + gap;
            switch (listen(discarded, size, std::min(quiet_at, deadline))) {
            case Heard::broken: return Fault::disconnected;
            case Heard::bytes:
                if (framing == Framing::tcp) return Fault::unsolicited;
                break;
            case Heard::nothing:
                if (clock.now() >= quiet_at) return std::nullopt;
                if (clock.now() >= deadline) return Fault::timeout;
            }
        }
    }

    bool send(Frame const& frame) {
        if (!serial)
            // modbus_send_raw_request would give every request the transaction number 0, and
            // knows no serial frames on a socket.
            return ::send(descriptor, frame.bytes.data(), frame.size, MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(frame.size);
        auto const without_crc = static_cast<int>(frame.size - 2);
        return modbus_send_raw_request(context.get(), frame.bytes.data(), without_crc) >= 0;
    }

    /// Takes back exactly what was sent, so that only the reply is left to be read.
    std::optional<Fault> hear_echo(Frame const& sent, Monotonic deadline) {
        auto& heard = incoming;
        while (heard.size < sent.size) {
            std::size_t size = 0;
            auto const room = std::span(heard.bytes).subspan(heard.size, sent.size - heard.size);
            switch (listen(room, size, deadline)) {
            case Heard::broken: return Fault::disconnected;
            case Heard::nothing: return Fault::timeout;
            case Heard::bytes: heard.size += size;
            }
            if (!std::ranges::equal(heard.view(), sent.view().first(heard.size)))
                return Fault::collision;
        }
        return std::nullopt;
    }

    /// Reads until the reply is judged; `deadline` is of the whole reply, not of each byte.
    tl::expected<Verdict, Failure> receive(Request const& request, Monotonic deadline) {
        incoming.size = 0;
        for (;;) {
            std::size_t size = 0;
            auto const room = std::span(incoming.bytes).subspan(incoming.size);
            switch (listen(room, size, deadline)) {
            case Heard::broken: return tl::unexpected(Failure{Fault::disconnected});
            case Heard::nothing: return tl::unexpected(Failure{Fault::timeout});
            case Heard::bytes: incoming.size += size;
            }
            auto verdict = judge_reply(framing, request, transaction, incoming.view());
            while (verdict.kind == Verdict::Kind::foreign) {
                drop_first(verdict.size);
                verdict = judge_reply(framing, request, transaction, incoming.view());
            }
            if (verdict.kind == Verdict::Kind::failure) return tl::unexpected(verdict.failure);
            if (verdict.kind == Verdict::Kind::reply) return verdict;
            if (clock.now() >= deadline) return tl::unexpected(Failure{Fault::timeout});
        }
    }

    void drop_first(std::size_t count) {
        std::memmove(incoming.bytes.data(), incoming.bytes.data() + count, incoming.size - count);
        incoming.size -= count;
    }

    tl::unexpected<Failure> give_up(Request const& request, Failure failure) {
        if (failure.fault == Fault::refused) return tl::unexpected(failure);
        if (framing == Framing::tcp || failure.fault == Fault::disconnected) close();
        // A new socket cannot bring the old one's late reply; a serial line can.
        if (framing == Framing::rtu) quarantine_end[request.unit] = clock.now() + timing.max_late;
        return tl::unexpected(failure);
    }

    /// A quiet, open line. Nothing has been asked yet, so a socket that the other side closed
    /// while it was idle is simply opened again.
    std::optional<Fault> prepare(Monotonic deadline) {
        bool const was_open = descriptor >= 0;
        if (!open(deadline)) return Fault::not_connected;
        auto fault = hush(deadline);
        if (fault == Fault::disconnected && was_open) {
            close();
            if (!open(deadline)) return Fault::not_connected;
            fault = hush(deadline);
        }
        if (fault && (framing == Framing::tcp || *fault == Fault::disconnected)) close();
        return fault;
    }

    Outcome ask(Request const& request, Frame const& sent, Monotonic deadline) {
        if (auto const fault = prepare(deadline)) return tl::unexpected(Failure{*fault});
        auto const asked = clock.now();
        if (!send(sent)) return give_up(request, {Fault::disconnected});
        if (echoes)
            if (auto const fault = hear_echo(sent, deadline)) return give_up(request, {*fault});
        auto verdict = receive(request, deadline);
        if (!verdict) return give_up(request, verdict.error());
        return Reply{std::move(verdict->words), asked, last_heard};
    }
};

Line::Line(Endpoint endpoint, LineTiming timing, MonotonicClock const& clock)
    : wire_(std::make_unique<Wire>(std::move(endpoint), timing, clock)) {}

Line::~Line() { wire_->close(); }

Outcome Line::transact(Request const& request, Monotonic deadline) {
    if (!is_askable(request)) throw std::invalid_argument("a Modbus request out of bounds");
    auto& wire = *wire_;
    if (wire.clock.now() < wire.quarantine_end[request.unit])
        return tl::unexpected(Failure{Fault::quarantined});
    auto const sent = encode_request(wire.framing, request, ++wire.transaction);
    auto const began = wire.clock.now();
    wire.incoming.size = 0;
    auto outcome = wire.ask(request, sent, deadline);
    wire.trace.add(began, std::chrono::duration_cast<Duration>(wire.clock.now() - began),
                   request.unit, sent.view(), wire.incoming.view(),
                   outcome ? std::nullopt : std::optional(outcome.error()));
    return outcome;
}

Monotonic Line::ready_at(std::uint8_t unit) const { return wire_->quarantine_end[unit]; }

void Line::close() { wire_->close(); }

std::vector<TracedExchange> Line::last_frames() const { return wire_->trace.last(); }

}  // namespace karkhana::modbus

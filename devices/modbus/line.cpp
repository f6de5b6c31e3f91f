#include "devices/modbus/line.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "devices/modbus/pipe.hpp"

namespace karkhana::modbus {
namespace {

/// The silence that separates two serial frames is 3.5 characters, and 1.75 ms from 19200 baud up.
/// A gateway sees to it itself.
Wrapping wrapping_of(Endpoint const& endpoint) {
    if (std::holds_alternative<TcpEndpoint>(endpoint)) return {Framing::tcp, {}, false};
    auto const* serial = std::get_if<SerialEndpoint>(&endpoint);
    if (serial == nullptr) return {Framing::rtu, {}, false};
    auto const gap = std::max(Duration{1750}, Duration{38'500'000 / std::max(serial->baud, 300)});
    return {Framing::rtu, gap, serial->echo};
}

}  // namespace

struct Line::Wire {
    using Heard = Pipe::Heard;

    std::unique_ptr<Pipe> pipe;
    Wrapping wrapping;
    Framing framing;
    LineTiming timing;
    MonotonicClock const& clock;
    std::uint16_t transaction = 0;
    Monotonic last_heard{};
    std::array<Monotonic, 256> quarantine_end{};
    Frame incoming;
    Trace trace;

    Wire(std::unique_ptr<Pipe> carrier, Wrapping how, LineTiming when,
         MonotonicClock const& monotonic)
        : pipe(std::move(carrier)),
          wrapping(how),
          framing(how.framing),
          timing(when),
          clock(monotonic) {}

    std::optional<Fault> open(Monotonic deadline) {
        if (pipe->is_open()) return std::nullopt;
        return pipe->open(std::clamp(std::chrono::floor<Duration>(deadline - clock.now()),
                                     Duration{1000},
                                     std::max(timing.connect_timeout, Duration{1000})));
    }

    Heard listen(std::span<std::uint8_t> room, std::size_t& size, Monotonic until) {
        auto const heard = pipe->listen(room, size, until);
        if (heard == Heard::bytes) last_heard = clock.now();
        return heard;
    }

    /// Before anything is asked the line must be quiet. On TCP, bytes that nobody asked for mean
    /// that requests and replies are out of step. On a serial line they are noise or a late reply:
    /// discarded until there is silence, which also sets two frames apart.
    std::optional<Fault> hush(Monotonic deadline) {
        std::array<std::uint8_t, frame_size_max> discarded;
        std::size_t size = 0;
        for (;;) {
            auto const quiet_at = last_heard + wrapping.gap;
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
        if (framing == Framing::tcp || failure.fault == Fault::disconnected) pipe->close();
        // A new socket cannot bring the old one's late reply; a serial line can.
        if (framing == Framing::rtu) quarantine_end[request.unit] = clock.now() + timing.max_late;
        return tl::unexpected(failure);
    }

    /// A quiet, open line. Nothing has been asked yet, so a socket that the other side closed
    /// while it was idle is simply opened again.
    std::optional<Fault> prepare(Monotonic deadline) {
        bool const was_open = pipe->is_open();
        if (auto const closed = open(deadline)) return closed;
        auto fault = hush(deadline);
        if (fault == Fault::disconnected && was_open) {
            pipe->close();
            if (auto const closed = open(deadline)) return closed;
            fault = hush(deadline);
        }
        if (fault && (framing == Framing::tcp || *fault == Fault::disconnected)) pipe->close();
        return fault;
    }

    Outcome ask(Request const& request, Frame const& sent, Monotonic deadline) {
        if (auto const fault = prepare(deadline)) return tl::unexpected(Failure{*fault});
        auto const asked = clock.now();
        if (!pipe->send(sent)) return give_up(request, {Fault::disconnected});
        if (wrapping.echoes)
            if (auto const fault = hear_echo(sent, deadline)) return give_up(request, {*fault});
        auto verdict = receive(request, deadline);
        if (!verdict) return give_up(request, verdict.error());
        return Reply{std::move(verdict->words), asked, last_heard};
    }
};

Line::Line(Endpoint const& endpoint, LineTiming timing, MonotonicClock const& clock)
    : Line(make_pipe(endpoint, clock), wrapping_of(endpoint), timing, clock) {}

Line::Line(std::unique_ptr<Pipe> pipe, Wrapping wrapping, LineTiming timing,
           MonotonicClock const& clock)
    : wire_(std::make_unique<Wire>(std::move(pipe), wrapping, timing, clock)) {}

Line::~Line() { wire_->pipe->close(); }

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

std::string Line::trouble() const { return wire_->pipe->trouble(); }

void Line::close() { wire_->pipe->close(); }

std::vector<TracedExchange> Line::last_frames() const { return wire_->trace.last(); }

}  // namespace karkhana::modbus

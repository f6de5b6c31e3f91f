#pragma once

#include <algorithm>
#include <deque>
#include <functional>

#include "devices/modbus/pipe.hpp"
#include "devices/modbus/server.hpp"
#include "server/base/clock.hpp"

namespace karkhana::modbus {

/// A wire on which every character takes its time, by a clock that is set by hand: what is above it
/// is the real line, and a day of polling takes seconds. What is on its way when the next request
/// leaves still arrives.
class SimulatedPipe final : public Pipe {
public:
    /// `character` 0 is a network. A unit answers `turnaround` after the last character.
    SimulatedPipe(ManualMonotonicClock& clock, Framing framing, Duration character,
                  Duration turnaround, Handler handler)
        : clock_(clock),
          framing_(framing),
          character_(character),
          turnaround_(turnaround),
          handler_(std::move(handler)) {}

    bool is_open() const override { return open_; }
    std::optional<Fault> open(Duration) override {
        open_ = true;
        return std::nullopt;
    }
    void close() override {
        open_ = false;
        // A new socket does not bring what the old one had under way; a serial line does.
        if (framing_ == Framing::tcp) coming_.clear();
    }

    bool send(Frame const& frame) override {
        auto const sent = clock_.now() + character_ * static_cast<int>(frame.size);
        auto const received = decode_request(framing_, frame.view());
        if (!received) return true;
        auto answer = handler_(received->request);
        if (answer.silent) return true;
        answer.words.resize(received->request.count);
        auto bytes = encode_reply(framing_, *received, answer.words, answer.exception);
        if (answer.tamper) answer.tamper(bytes);
        auto at = sent + turnaround_ + answer.delay;
        if (answer.drip != Duration{}) {
            for (auto byte : bytes) arrive({at += answer.drip, {byte}});
        } else {
            at += character_ * static_cast<int>(bytes.size());
            arrive({at, std::move(bytes)});
        }
        return true;
    }

    Heard listen(std::span<std::uint8_t> room, std::size_t& size, Monotonic until) override {
        size = 0;
        if (coming_.empty() || coming_.front().at > std::max(until, clock_.now())) {
            pass(until);
            return Heard::nothing;
        }
        auto& first = coming_.front();
        pass(first.at);
        size = std::min(room.size(), first.bytes.size());
        std::copy_n(first.bytes.begin(), size, room.begin());
        first.bytes.erase(first.bytes.begin(),
                          first.bytes.begin() + static_cast<std::ptrdiff_t>(size));
        if (first.bytes.empty()) coming_.pop_front();
        return Heard::bytes;
    }

private:
    struct Chunk {
        Monotonic at;
        std::vector<std::uint8_t> bytes;
    };
    void arrive(Chunk chunk) {
        auto const after =
            std::upper_bound(coming_.begin(), coming_.end(), chunk.at,
                             [](Monotonic at, Chunk const& each) { return at < each.at; });
        coming_.insert(after, std::move(chunk));
    }
    void pass(Monotonic until) {
        if (until > clock_.now()) clock_.advance(std::chrono::ceil<Duration>(until - clock_.now()));
    }

    ManualMonotonicClock& clock_;
    Framing framing_;
    Duration character_, turnaround_;
    Handler handler_;
    bool open_ = false;
    std::deque<Chunk> coming_;  ///< by time
};

}  // namespace karkhana::modbus

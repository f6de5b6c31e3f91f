#include "devices/sim/faults.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace karkhana::sim {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::array<std::string_view, 10> verbs = {
    "silence",           "late",  "drip",  "exception", "wrong-unit",
    "wrong-transaction", "short", "stale", "noise",     "meddle"};

std::uint32_t dice(Random& random) {
    std::array<std::uint8_t, 4> bytes{};
    random.fill(bytes);
    std::uint32_t number = 0;
    for (auto byte : bytes) number = number << 8 | byte;
    return number;
}

bool takes_a_value(Misdeed misdeed) {
    return misdeed == Misdeed::late || misdeed == Misdeed::drip || misdeed == Misdeed::exception;
}

std::optional<int> whole(std::string_view text) {
    int number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

void seal(Bytes& frame) {
    auto const crc = modbus::crc16(std::span(frame).first(frame.size() - 2));
    frame[frame.size() - 2] = static_cast<std::uint8_t>(crc & 0xFF);
    frame[frame.size() - 1] = static_cast<std::uint8_t>(crc >> 8);
}

void make_foreign(modbus::Framing framing, Bytes& frame) {
    if (framing == modbus::Framing::tcp) {
        ++frame[6];
    } else {
        ++frame[0];
        seal(frame);
    }
}

/// One to three bits turned over; every fourth time any bytes instead.
void garble(modbus::Framing framing, std::uint32_t seed, Bytes& frame) {
    auto const random = seeded_random(seed);
    if (dice(*random) % 4 == 0 && framing == modbus::Framing::rtu) {
        random->fill(frame);
        return;
    }
    auto const reach =
        framing == modbus::Framing::tcp ? std::min<std::size_t>(9, frame.size()) : frame.size();
    // Different bits: two turns of one would leave the frame sound.
    auto const first = dice(*random) % (reach * 8);
    auto const count = 1 + dice(*random) % 3;
    for (std::size_t i = 0; i < count; ++i) {
        auto const bit = (first + i * 5) % (reach * 8);
        frame[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
}

}  // namespace

std::optional<Misdeed> misdeed_of(std::string_view verb) {
    auto const found = std::ranges::find(verbs, verb);
    if (found == verbs.end()) return std::nullopt;
    return static_cast<Misdeed>(found - verbs.begin());
}

std::optional<Fault> fault_of(Misdeed misdeed, std::vector<std::string> const& words) {
    Fault fault;
    fault.misdeed = misdeed;
    bool valued = false;
    for (std::string_view word : words) {
        if (word.empty()) return std::nullopt;
        auto const number = whole(word.substr(0, word.size() - 1));
        if (word.back() == '%' && number && *number <= 100) {
            fault.percent = *number;
        } else if (word.back() == 'x' && number) {
            fault.times = *number;
        } else if (auto const value = whole(word); value && takes_a_value(misdeed) && !valued) {
            fault.value = *value;
            valued = true;
        } else {
            return std::nullopt;
        }
    }
    if (takes_a_value(misdeed) != valued) return std::nullopt;
    return fault;
}

void Faults::set(Fault fault) {
    std::erase_if(faults_, [&](Fault const& each) { return each.misdeed == fault.misdeed; });
    faults_.push_back(fault);
}

std::optional<Fault> Faults::draw(Random& random) {
    for (auto& fault : faults_) {
        if (fault.times == 0) continue;
        if (static_cast<int>(dice(random) % 100) >= fault.percent) continue;
        if (fault.times) --*fault.times;
        return fault;
    }
    return std::nullopt;
}

void Faults::play(std::optional<Fault> const& fault, modbus::Framing framing, Random& random,
                  modbus::Answer& answer) {
    auto const after = std::chrono::milliseconds{fault ? fault->value : 0};
    auto const misdeed = fault ? std::optional(fault->misdeed) : std::nullopt;
    if (misdeed == Misdeed::silence) answer.silent = true;
    if (misdeed == Misdeed::late) answer.delay = after;
    if (misdeed == Misdeed::drip) answer.drip = after;
    if (misdeed == Misdeed::exception) answer.exception = static_cast<std::uint8_t>(fault->value);
    if (faults_.empty()) return;
    answer.tamper = [misdeed, framing, seed = dice(random), last = last_](Bytes& frame) {
        auto const sound = frame;
        if (misdeed == Misdeed::wrong_unit) make_foreign(framing, frame);
        if (misdeed == Misdeed::wrong_transaction && framing == modbus::Framing::tcp) ++frame[1];
        if (misdeed == Misdeed::cut_short) frame.resize(frame.size() / 2);
        if (misdeed == Misdeed::stale && !last->empty()) frame = *last;
        if (misdeed == Misdeed::noise) garble(framing, seed, frame);
        if (misdeed != Misdeed::wrong_unit) *last = sound;
    };
}

}  // namespace karkhana::sim

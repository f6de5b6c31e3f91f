#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "devices/modbus/server.hpp"

namespace karkhana::modbus::tests {

/// What register `address` of `unit` holds: a value that belongs to no other register.
inline std::uint16_t value_at(std::uint8_t unit, int address) {
    return static_cast<std::uint16_t>(unit * 4099 + address * 17 + 5);
}

inline Answer honest(Request const& request) {
    Answer answer;
    for (int i = 0; i < request.count && is_read(request.function); ++i)
        answer.words.push_back(value_at(request.unit, request.address + i));
    if (counts_bits(request.function))
        for (auto& word : answer.words) word &= 1;
    return answer;
}

/// Whether `words` are the registers that were asked for, and nothing else.
inline bool belong(Request const& request, std::vector<std::uint16_t> const& words) {
    return words == honest(request).words;
}

/// A server's way of misbehaving. `stale` (the right frame with old data) is not here: no check of
/// the protocol can find it.
struct Misdeed {
    std::string name;
    std::function<void(Request const&, Answer&)> commit;
    bool answers = false;  ///< the right values are in it, and may be believed
};

/// Of a server on TCP. Lateness is measured against a deadline of 60 ms.
inline std::vector<Misdeed> tcp_misdeeds() {
    using namespace std::chrono_literals;
    using Bytes = std::vector<std::uint8_t>;
    auto const tamper = [](std::string name, std::function<void(Bytes&)> change) {
        return Misdeed{std::move(name),
                       [change](Request const&, Answer& answer) { answer.tamper = change; }};
    };
    auto const refuse = [](std::uint8_t code) {
        return Misdeed{"exception " + std::to_string(code),
                       [code](Request const&, Answer& answer) { answer.exception = code; }};
    };
    return {
        tamper("wrong transaction", [](Bytes& f) { f[1] ^= 1; }),
        tamper("wrong unit", [](Bytes& f) { f[6] ^= 1; }),
        tamper("wrong protocol", [](Bytes& f) { f[3] = 1; }),
        tamper("wrong function", [](Bytes& f) { f[7] ^= 7; }),
        tamper("length 0", [](Bytes& f) { f[4] = f[5] = 0; }),
        tamper("length 1", [](Bytes& f) { f[4] = 0, f[5] = 1; }),
        tamper("length 65535", [](Bytes& f) { f[4] = f[5] = 0xFF; }),
        tamper("length one too small", [](Bytes& f) { --f[5]; }),
        tamper("length one too big", [](Bytes& f) { ++f[5]; }),
        tamper("byte count small", [](Bytes& f) { f[8] -= 2; }),
        tamper("byte count big", [](Bytes& f) { f[8] += 2; }),
        tamper("fewer registers", [](Bytes& f) { f.resize(f.size() - 2), f[5] -= 2, f[8] -= 2; }),
        tamper("more registers",
               [](Bytes& f) { f.push_back(1), f.push_back(2), f[5] += 2, f[8] += 2; }),
        tamper("garbage",
               [](Bytes& f) {
                   for (auto& byte : f) byte ^= 0xA5;
               }),
        tamper("huge", [](Bytes& f) { f.resize(4096, 0x55); }),
        tamper("short", [](Bytes& f) { f.resize(f.size() / 2); }),
        {"short, then closed",
         [](Request const&, Answer& answer) {
             answer.tamper = [](Bytes& f) { f.resize(f.size() / 2); };
             answer.close = true;
         }},
        {"silent", [](Request const&, Answer& answer) { answer.silent = true; }},
        {"closed", [](Request const&, Answer& a) { a.silent = a.close = true; }},
        {"reset", [](Request const&, Answer& a) { a.silent = a.close = a.reset = true; }},
        {"late", [](Request const&, Answer& answer) { answer.delay = 90ms; }, true},
        {"drip", [](Request const&, Answer& answer) { answer.drip = 20ms; }, true},
        {"double", [](Request const&, Answer& answer) { answer.again = 1us; }, true},
        {"double, the second later", [](Request const&, Answer& answer) { answer.again = 5ms; },
         true},
        {"another question's registers",
         [](Request const&, Answer& answer) {
             answer.tamper = [](Bytes& f) { f[1] -= 1; };
             for (auto& word : answer.words) word += 17;
         }},
        refuse(2),
        refuse(6),
        refuse(11),
        refuse(77),
    };
}

}  // namespace karkhana::modbus::tests

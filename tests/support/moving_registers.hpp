#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "devices/modbus/server.hpp"

namespace karkhana::modbus {

/// Registers of meters whose values, two registers each, are others at every request: what was true
/// of an earlier request is wrong for this one, as well as what is true of another meter. Counters
/// only grow. From any thread.
class MovingRegisters {
public:
    Answer answer(Request const& request) {
        std::lock_guard const lock(mutex_);
        ++now_;
        for (int i = 0; i < request.count; ++i) {
            auto const address = (request.address + i) / 2 * 2;
            given_[{request.unit, address}] = value_of(request.unit, address);
        }
        return of(request, request.unit);
    }

    /// What the unit after this one would say.
    Answer foreign(Request const& request) const {
        std::lock_guard const lock(mutex_);
        return of(request, request.unit + 1);
    }

    /// Whether that is what the last request for it should have brought.
    bool is_right(int unit, int address, std::int64_t value) const {
        std::lock_guard const lock(mutex_);
        auto const given = given_.find({unit, address});
        return given != given_.end() && given->second == value;
    }

private:
    /// Sixteen units of two hundred million, an address within them each eight thousand.
    std::uint32_t value_of(int unit, int address) const {
        return static_cast<std::uint32_t>(unit * 200'000'003LL + address * 7919LL) + now_;
    }
    Answer of(Request const& request, int unit) const {
        Answer answer;
        for (int i = 0; i < request.count; ++i) {
            auto const address = request.address + i;
            auto const value = value_of(unit, address / 2 * 2);
            answer.words.push_back(
                static_cast<std::uint16_t>(address % 2 == 0 ? value >> 16 : value & 0xFFFF));
        }
        return answer;
    }

    mutable std::mutex mutex_;
    std::uint32_t now_ = 0;  ///< requests so far
    std::map<std::pair<int, int>, std::uint32_t> given_;
};

}  // namespace karkhana::modbus

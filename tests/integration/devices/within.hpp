#pragma once

#include <chrono>
#include <thread>

#include "server/base/time.hpp"

namespace karkhana::tests {

/// Whether the condition holds at some moment of the span.
inline bool within(Duration span, auto condition) {
    auto const end = std::chrono::steady_clock::now() + span;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace karkhana::tests

#pragma once

#include "server/base/random.hpp"

namespace karkhana::telling {

/// Dies when it is asked for the bytes of one id too many, as a killed process does between two of
/// its writes.
class Mortal final : public Random {
public:
    struct Gone {};
    Mortal(Random& real, int asked) : real_(real), left_(asked) {}
    void fill(std::span<std::uint8_t> out) override {
        if (left_-- == 0) throw Gone{};
        real_.fill(out);
    }

private:
    Random& real_;
    int left_;
};

}  // namespace karkhana::telling

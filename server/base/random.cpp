#include "server/base/random.hpp"

#include <random>

#include "server/base/digest.hpp"

namespace karkhana {
namespace {

class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override { fill_from_system(out); }
};

class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_() >> 32);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace

std::unique_ptr<Random> system_random() { return std::make_unique<SystemRandom>(); }

std::unique_ptr<Random> seeded_random(std::uint64_t seed) {
    return std::make_unique<SeededRandom>(seed);
}

Uuid IdSource::next() {
    std::array<std::uint8_t, 10> bytes{};
    random_.fill(bytes);
    return Uuid::version7(micros(clock_.now()) / 1000, bytes);
}

}  // namespace karkhana

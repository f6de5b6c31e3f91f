#include "server/booking/rules_pin.hpp"

#include "server/base/digest.hpp"

namespace karkhana::booking {

std::string pin_of(std::string_view secret, BookingId const& booking) {
    auto const code = hmac_sha256(secret, booking.text());
    std::uint64_t number = 0;
    for (std::size_t at = 0; at < sizeof number; ++at)
        number = number << 8U | static_cast<unsigned char>(code[at]);
    return std::to_string(1'000 + number % 9'000);
}

std::optional<std::chrono::seconds> pin_wait(std::span<Instant const> wrong, Instant now) {
    if (wrong.size() < wrong_pins_allowed) return std::nullopt;
    // When fewer than are allowed are left in the window.
    auto const leaves = wrong[wrong.size() - wrong_pins_allowed] + wrong_pin_window;
    if (leaves <= now) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(leaves - now);
}

}  // namespace karkhana::booking

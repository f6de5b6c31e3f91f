#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"

/// A quote that binds: what was asked and answered, signed, so that nothing needs to be kept.
namespace karkhana::booking {

/// How long a quoted price holds.
constexpr std::chrono::minutes quote_validity{30};

struct Quoted {
    MachineId machine;
    EnterpriseId enterprise;
    Interval during;
    std::optional<std::int64_t> quantity;
    Money price;
    std::optional<RateCardId> card;
    Instant valid_until;

    bool operator==(Quoted const&) const = default;
};

std::string sign_quote(std::string_view secret, Quoted const& quoted);
/// Errors: `bad_quote` when it was not signed here.
Result<Quoted> read_quote(std::string_view secret, std::string_view token);

}  // namespace karkhana::booking

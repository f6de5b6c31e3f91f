#pragma once

#include <string_view>

#include "server/billing/packs.hpp"

/// The accounts of packs, and what their lines say.
namespace karkhana::billing {

/// What is owed of packs that were sold; what bills are shortened by for them, less what they cost;
/// and what nobody drew.
inline constexpr std::string_view kPackOwed = "liabilities:pack";
inline constexpr std::string_view kPackPaid = "contra:pack";
inline constexpr std::string_view kPackUnused = "income:pack-unused";

/// "Ten hours: 2 h 30 min drawn, 7 h 30 min left".
Label draw_label(Pack const& pack, std::int64_t drawn, std::int64_t left);
/// Of so many seconds, Wh or pieces, as people say it.
Label amount_label(Basis basis, std::int64_t quantity);

JournalEntry earned_entry(std::string document, Money cost, Instant at);

}  // namespace karkhana::billing

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/quantities.hpp"
#include "server/base/result.hpp"

/// Bangla QR (EMVCo merchant-presented): the acquirer's static text with an amount and a bill put
/// in.
namespace karkhana::billing {

/// CRC-16/CCITT-FALSE: 0x1021, from 0xFFFF.
std::uint16_t crc16_of(std::string_view bytes);

/// The text to draw for so much of this bill: point of initiation 12, amount (54), bill number
/// (62-01), checksum (63). Everything else stays as the acquirer gave it. Errors: `bad_qr` where
/// the static text is none or its checksum is wrong, `bad_amount`.
Result<std::string> bangla_qr(std::string_view static_text, Money amount, std::string_view bill);

}  // namespace karkhana::billing

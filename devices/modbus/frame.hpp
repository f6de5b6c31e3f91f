#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "devices/modbus/message.hpp"

namespace karkhana::modbus {

/// How a message is wrapped on its way. Which pipe carries it is another question: a gateway may
/// carry serial frames over TCP.
enum class Framing : std::uint8_t {
    tcp,  ///< transaction, protocol, length; no checksum
    rtu,  ///< unit first, CRC last
};

constexpr std::size_t frame_size_max = 260;

/// One frame under construction or on arrival, without allocation.
struct Frame {
    std::array<std::uint8_t, frame_size_max> bytes{};
    std::size_t size = 0;

    std::span<std::uint8_t const> view() const { return {bytes.data(), size}; }
    void put(std::uint8_t byte) { bytes.at(size++) = byte; }
    void put_word(std::uint16_t word) {
        put(static_cast<std::uint8_t>(word >> 8));
        put(static_cast<std::uint8_t>(word & 0xFF));
    }
};

std::uint16_t crc16(std::span<std::uint8_t const> bytes);

/// Whether the protocol can carry this question at all: counts within its limits, as many words as
/// the function writes.
bool is_askable(Request const& request);

/// The frame of an askable request; `transaction` is used on TCP alone.
Frame encode_request(Framing framing, Request const& request, std::uint16_t transaction);

/// What the bytes received so far are.
struct Verdict {
    enum class Kind : std::uint8_t {
        incomplete,  ///< so far so good; at least `size` bytes are needed to say more
        reply,       ///< exactly the answer to this request: see `words`
        failure,     ///< not an answer that may be believed
        foreign,     ///< serial: a sound frame of another unit, `size` bytes to be skipped
    };
    Kind kind = Kind::incomplete;
    std::size_t size = 0;
    Failure failure;
    std::vector<std::uint16_t> words;
};

/// Judges `received`, from its first byte, as the answer to `request`. The only place where a
/// reply is believed.
Verdict judge_reply(Framing framing, Request const& request, std::uint16_t transaction,
                    std::span<std::uint8_t const> received);

/// The server's direction: a whole request frame, or nothing if it is not one.
struct ReceivedRequest {
    Request request;
    std::uint16_t transaction = 0;
};
std::optional<ReceivedRequest> decode_request(Framing framing, std::span<std::uint8_t const> frame);

/// The frame that answers `request` with `words` (reads) or confirms it (writes); `exception` not
/// 0 refuses it.
std::vector<std::uint8_t> encode_reply(Framing framing, ReceivedRequest const& received,
                                       std::span<std::uint16_t const> words,
                                       std::uint8_t exception);

}  // namespace karkhana::modbus

#include "devices/modbus/frame.hpp"

namespace karkhana::modbus {
namespace {

constexpr std::size_t tcp_header = 6;  // transaction, protocol, length; then unit, function, ...
constexpr std::uint8_t exception_bit = 0x80;

std::uint16_t word_at(std::span<std::uint8_t const> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::size_t bytes_of_bits(std::size_t bits) { return (bits + 7) / 8; }

std::size_t payload_size(Request const& request) {
    return counts_bits(request.function) ? bytes_of_bits(request.count)
                                         : std::size_t{request.count} * 2;
}

void put_payload(Frame& frame, Request const& request, std::span<std::uint16_t const> words) {
    frame.put(static_cast<std::uint8_t>(payload_size(request)));
    if (!counts_bits(request.function)) {
        for (auto word : words) frame.put_word(word);
        return;
    }
    for (std::size_t first = 0; first < words.size(); first += 8) {
        unsigned byte = 0;
        for (std::size_t bit = 0; bit < 8 && first + bit < words.size(); ++bit)
            byte |= (words[first + bit] != 0 ? 1u : 0u) << bit;
        frame.put(static_cast<std::uint8_t>(byte));
    }
}

/// Fills in what only the finished message tells: the length, or the checksum.
void seal(Framing framing, Frame& frame) {
    if (framing == Framing::tcp) {
        auto const length = frame.size - tcp_header;
        frame.bytes[4] = static_cast<std::uint8_t>(length >> 8);
        frame.bytes[5] = static_cast<std::uint8_t>(length & 0xFF);
        return;
    }
    auto const crc = crc16(frame.view());
    frame.put(static_cast<std::uint8_t>(crc & 0xFF));
    frame.put(static_cast<std::uint8_t>(crc >> 8));
}

Frame begin(Framing framing, std::uint16_t transaction, std::uint8_t unit, std::uint8_t function) {
    Frame frame;
    if (framing == Framing::tcp) {
        frame.put_word(transaction);
        frame.put_word(0);
        frame.put_word(0);
    }
    frame.put(unit);
    frame.put(function);
    return frame;
}

bool is_single_write(Function function) {
    return function == Function::write_coil || function == Function::write_register;
}

Verdict incomplete(std::size_t size) { return {Verdict::Kind::incomplete, size, {}, {}}; }
Verdict failed(Fault fault, std::uint8_t exception = 0) {
    return {Verdict::Kind::failure, 0, {fault, exception}, {}};
}

std::vector<std::uint16_t> unpack(Request const& request, std::span<std::uint8_t const> data) {
    std::vector<std::uint16_t> words(request.count);
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = counts_bits(request.function)
                       ? static_cast<std::uint16_t>(data[i / 8] >> (i % 8) & 1)
                       : word_at(data, 2 * i);
    return words;
}

/// The message inside the frame: unit, function, data; nothing after it.
Verdict judge_message(Request const& request, std::span<std::uint8_t const> message) {
    auto const asked = static_cast<std::uint8_t>(request.function);
    if (message[0] != request.unit) return failed(Fault::wrong_unit);
    if (message[1] == (asked | exception_bit)) {
        if (message.size() != 3) return failed(Fault::wrong_length);
        return failed(Fault::refused, message[2]);
    }
    if (message[1] != asked) return failed(Fault::wrong_function);
    auto const data = message.subspan(2);
    if (is_read(request.function)) {
        auto const size = payload_size(request);
        if (data.size() != size + 1 || data[0] != size) return failed(Fault::wrong_length);
        return {Verdict::Kind::reply, 0, {}, unpack(request, data.subspan(1))};
    }
    if (data.size() != 4) return failed(Fault::wrong_length);
    auto const expected = is_single_write(request.function) ? request.words[0] : request.count;
    if (word_at(data, 0) != request.address || word_at(data, 2) != expected)
        return failed(Fault::wrong_echo);
    return {Verdict::Kind::reply, 0, {}, {}};
}

Verdict judge_tcp(Request const& request, std::uint16_t transaction,
                  std::span<std::uint8_t const> received) {
    if (received.size() < tcp_header) return incomplete(tcp_header);
    std::size_t const length = word_at(received, 4);
    // Unit, function and one byte at least; more than any message holds is not waited for.
    if (length < 3 || tcp_header + length > frame_size_max) return failed(Fault::malformed);
    if (word_at(received, 2) != 0) return failed(Fault::wrong_protocol);
    if (word_at(received, 0) != transaction) return failed(Fault::wrong_transaction);
    if (received.size() < tcp_header + length) return incomplete(tcp_header + length);
    if (received.size() > tcp_header + length) return failed(Fault::malformed);
    return judge_message(request, received.subspan(tcp_header));
}

/// Length of the serial frame that begins here, 0 when it cannot be told yet, or nothing when
/// these are not the first bytes of a reply.
std::optional<std::size_t> rtu_reply_size(std::span<std::uint8_t const> received) {
    if (received.size() < 3) return 0;
    auto const code = static_cast<std::uint8_t>(received[1] & ~exception_bit);
    if (!is_known(code)) return std::nullopt;
    if ((received[1] & exception_bit) != 0) return 5;
    if (is_read(static_cast<Function>(code))) return std::size_t{5} + received[2];
    return 8;
}

Verdict judge_rtu(Request const& request, std::span<std::uint8_t const> received) {
    auto const size = rtu_reply_size(received);
    if (!size || *size > 256) return failed(Fault::malformed);
    if (*size == 0) return incomplete(3);
    if (received.size() < *size) return incomplete(*size);
    auto const frame = received.first(*size);
    auto const crc = frame.last(2);
    if (crc16(frame.first(*size - 2)) != (crc[1] << 8 | crc[0])) return failed(Fault::bad_crc);
    if (frame[0] != request.unit) return {Verdict::Kind::foreign, *size, {}, {}};
    if (received.size() > *size) return failed(Fault::malformed);
    return judge_message(request, frame.first(*size - 2));
}

}  // namespace

std::string_view name_of(Fault fault) {
    constexpr std::array<std::string_view, fault_count> names = {
        "not_connected", "in_use",         "disconnected", "unsolicited",    "timeout",
        "collision",     "malformed",      "bad_crc",      "wrong_protocol", "wrong_transaction",
        "wrong_unit",    "wrong_function", "wrong_length", "wrong_echo",     "refused",
        "quarantined",   "expired",        "forbidden"};
    return names.at(static_cast<std::size_t>(fault));
}

std::uint16_t crc16(std::span<std::uint8_t const> bytes) {
    static constexpr auto table = [] {
        std::array<std::uint16_t, 256> made{};
        for (unsigned i = 0; i < made.size(); ++i) {
            unsigned value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = (value & 1) ? value >> 1 ^ 0xA001 : value >> 1;
            made[i] = static_cast<std::uint16_t>(value);
        }
        return made;
    }();
    std::uint16_t crc = 0xFFFF;
    for (auto byte : bytes) crc = static_cast<std::uint16_t>(crc >> 8 ^ table[(crc ^ byte) & 0xFF]);
    return crc;
}

bool is_askable(Request const& request) {
    auto const words = request.words.size();
    switch (request.function) {
    case Function::read_coils:
    case Function::read_discrete_inputs: return request.count >= 1 && request.count <= 2000;
    case Function::read_holding_registers:
    case Function::read_input_registers: return request.count >= 1 && request.count <= 125;
    case Function::write_coil:
    case Function::write_register: return request.count == 1 && words == 1;
    case Function::write_coils:
        return request.count >= 1 && request.count <= 1968 && words == request.count;
    case Function::write_registers:
        return request.count >= 1 && request.count <= 123 && words == request.count;
    }
    return false;
}

Frame encode_request(Framing framing, Request const& request, std::uint16_t transaction) {
    auto frame =
        begin(framing, transaction, request.unit, static_cast<std::uint8_t>(request.function));
    frame.put_word(request.address);
    frame.put_word(is_single_write(request.function) ? request.words.at(0) : request.count);
    if (!is_read(request.function) && !is_single_write(request.function))
        put_payload(frame, request, request.words);
    seal(framing, frame);
    return frame;
}

Verdict judge_reply(Framing framing, Request const& request, std::uint16_t transaction,
                    std::span<std::uint8_t const> received) {
    return framing == Framing::tcp ? judge_tcp(request, transaction, received)
                                   : judge_rtu(request, received);
}

std::optional<ReceivedRequest> decode_request(Framing framing,
                                              std::span<std::uint8_t const> frame) {
    ReceivedRequest received;
    if (framing == Framing::tcp) {
        if (frame.size() < tcp_header) return std::nullopt;
        received.transaction = word_at(frame, 0);
        frame = frame.subspan(tcp_header);
    } else {
        if (frame.size() < 4) return std::nullopt;
        auto const crc = frame.last(2);
        frame = frame.first(frame.size() - 2);
        if (crc16(frame) != (crc[1] << 8 | crc[0])) return std::nullopt;
    }
    if (frame.size() < 6 || !is_known(frame[1])) return std::nullopt;
    auto& request = received.request;
    request.unit = frame[0];
    request.function = static_cast<Function>(frame[1]);
    request.address = word_at(frame, 2);
    if (is_single_write(request.function)) {
        request.words = {word_at(frame, 4)};
    } else {
        request.count = word_at(frame, 4);
        if (!is_read(request.function)) {
            auto const data = frame.subspan(6);
            if (data.empty() || data.size() != data[0] + std::size_t{1} ||
                data[0] != payload_size(request))
                return std::nullopt;
            request.words = unpack(request, data.subspan(1));
        }
    }
    if (!is_askable(request)) return std::nullopt;
    return received;
}

std::vector<std::uint8_t> encode_reply(Framing framing, ReceivedRequest const& received,
                                       std::span<std::uint16_t const> words,
                                       std::uint8_t exception) {
    auto const& request = received.request;
    auto const function = static_cast<std::uint8_t>(request.function);
    auto const code =
        exception != 0 ? static_cast<std::uint8_t>(function | exception_bit) : function;
    auto frame = begin(framing, received.transaction, request.unit, code);
    if (exception != 0) {
        frame.put(exception);
    } else if (is_read(request.function)) {
        put_payload(frame, request, words);
    } else {
        frame.put_word(request.address);
        frame.put_word(is_single_write(request.function) ? request.words[0] : request.count);
    }
    seal(framing, frame);
    return {frame.bytes.begin(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(frame.size)};
}

}  // namespace karkhana::modbus

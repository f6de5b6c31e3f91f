// Whatever bytes come back: a reply is believed only if they are, to the last one, what an honest
// device with just these values would have sent.

#include <algorithm>
#include <cstdlib>

#include "devices/modbus/frame.hpp"

using namespace karkhana::modbus;

namespace {

constexpr Function functions[] = {Function::read_coils,
                                  Function::read_discrete_inputs,
                                  Function::read_holding_registers,
                                  Function::read_input_registers,
                                  Function::write_coil,
                                  Function::write_register,
                                  Function::write_coils,
                                  Function::write_registers};

/// The last byte of a reply of bits has room that no bit was asked for.
bool has_spare_bits(Request const& request) {
    return counts_bits(request.function) && is_read(request.function) && request.count % 8 != 0;
}

/// An honest reply, and what the input does to it, three bytes a deed: chance alone would hardly
/// ever come near a right frame.
std::vector<std::uint8_t> tampered(Framing framing, ReceivedRequest const& asked,
                                   std::span<std::uint8_t const> deeds) {
    std::vector<std::uint16_t> const words(asked.request.count, 0x0101);
    auto const exception =
        deeds.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(deeds[0] % 13);
    auto frame = encode_reply(framing, asked, words, exception % 3 == 0 ? 0 : exception);
    for (std::size_t i = 1; i + 2 < deeds.size(); i += 3) {
        auto const at = frame.empty() ? 0 : deeds[i + 1] % frame.size();
        switch (deeds[i] % 6) {
        case 0: frame.at(at) = deeds[i + 2]; break;
        case 1: frame.at(at) ^= static_cast<std::uint8_t>(1 << deeds[i + 2] % 8); break;
        case 2: frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(at), deeds[i + 2]); break;
        case 3: frame.resize(at + 1); break;
        case 4: frame.push_back(deeds[i + 2]); break;
        default: {
            if (framing == Framing::tcp || frame.size() < 4) break;
            frame.resize(frame.size() - 2);
            auto const crc = crc16(frame);
            frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
            frame.push_back(static_cast<std::uint8_t>(crc >> 8));
        }
        }
    }
    frame.resize(std::min(frame.size(), frame_size_max));
    return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 8) return 0;
    auto const framing = (data[0] & 1) != 0 ? Framing::tcp : Framing::rtu;
    Request request{data[1],
                    functions[data[0] >> 1 & 7],
                    static_cast<std::uint16_t>(data[2] << 8 | data[3]),
                    data[4],
                    {}};
    auto const transaction = static_cast<std::uint16_t>(data[5] << 8 | data[6]);
    if (request.function == Function::write_coil || request.function == Function::write_register)
        request.count = 1;
    if (!is_read(request.function)) request.words.assign(request.count, data[7]);
    if (!is_askable(request)) return 0;
    if ((data[0] & 0x80) != 0) {
        // A request's frame is always one that the server's side reads back as itself.
        auto const frame = encode_request(framing, request, transaction);
        auto const back = decode_request(framing, frame.view());
        if (!back || back->request.address != request.address) std::abort();
    }
    auto const received = tampered(framing, {request, transaction}, {data + 8, size - 8});
    auto const verdict = judge_reply(framing, request, transaction, received);
    if (verdict.kind == Verdict::Kind::incomplete && verdict.size <= received.size()) std::abort();
    if (verdict.kind == Verdict::Kind::foreign && verdict.size > received.size()) std::abort();
    if (verdict.kind != Verdict::Kind::reply) return 0;
    if (is_read(request.function) && verdict.words.size() != request.count) std::abort();
    auto const honest = encode_reply(framing, {request, transaction}, verdict.words, 0);
    bool const same = std::equal(honest.begin(), honest.end(), received.begin(), received.end());
    if (!same && !has_spare_bits(request)) std::abort();
    return 0;
}

// The server's direction: any bytes, and what is taken for a request is one.

#include <algorithm>
#include <cstdlib>

#include "devices/modbus/frame.hpp"

using namespace karkhana::modbus;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 1) return 0;
    auto const framing = (data[0] & 1) != 0 ? Framing::tcp : Framing::rtu;
    std::span const frame(data + 1, std::min<std::size_t>(size - 1, frame_size_max));
    auto const received = decode_request(framing, frame);
    if (!received) return 0;
    if (!is_askable(received->request)) std::abort();
    auto const again = encode_request(framing, received->request, received->transaction);
    auto const back = decode_request(framing, again.view());
    if (!back || back->request != received->request) std::abort();
    std::vector<std::uint16_t> const words(received->request.count, 1);
    auto const reply = encode_reply(framing, *received, words, 0);
    auto const verdict = judge_reply(framing, received->request, received->transaction, reply);
    if (verdict.kind != Verdict::Kind::reply) std::abort();
    return 0;
}

// Any registers through any point: a value, or a reason why not, and never a good one that the
// point's limits or 64 bits do not hold.

#include <cstdlib>
#include <cstring>

#include "devices/profiles/decode.hpp"

using namespace karkhana;
using namespace karkhana::profiles;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 12) return 0;
    Point point;
    point.type = static_cast<WordType>(data[0] % 11);
    point.order = (data[1] & 1) != 0 ? WordOrder::little : WordOrder::big;
    std::int64_t const powers[] = {1, 10, 1000, 1'000'000, 1'000'000'000'000};
    point.scale = {powers[data[2] % 5] * (data[2] >> 7 ? 3 : 1) % 999'999'999'999 + 1,
                   powers[data[3] % 5]};
    if (point.type == WordType::bits && (data[1] & 2) != 0) point.bit = data[1] >> 4;
    if ((data[0] & 0x80) != 0) point.byte_order = WordOrder::little;
    if ((data[0] & 0x40) != 0)
        point.scale_from = ScaleFrom{
            (data[0] & 0x20) != 0 ? ScaleFrom::Kind::factor : ScaleFrom::Kind::exponent, 0};
    if ((data[0] & 0x10) != 0)
        point.fraction = Fraction{0, (data[1] & 1) != 0 ? WordType::f32 : WordType::u16, {1, 3}};
    if (point.words() > 4) return 0;
    if ((data[1] & 4) != 0) point.min = -1000;
    if ((data[1] & 8) != 0) point.max = 1'000'000;
    std::vector<std::uint16_t> words(point.words());
    std::memcpy(words.data(), data + 4, words.size() * 2);
    auto const decoded = decode(point, words);
    if (decoded.raw.count != words.size()) std::abort();
    if (decoded.quality != Quality::good) return 0;
    if (point.min && decoded.value < *point.min) std::abort();
    if (point.max && decoded.value > *point.max) std::abort();
    return 0;
}

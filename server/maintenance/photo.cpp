#include "server/maintenance/photo.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <turbojpeg.h>
#include <vector>

namespace karkhana::maintenance {
namespace {

constexpr int longest_side = 1280;
constexpr std::int64_t most_pixels = 40'000'000;
/// What a picture may take; the next quality is tried for one that takes more.
constexpr std::size_t most_bytes = 400'000;
constexpr std::array qualities{75, 50, 25};

using Handle = std::unique_ptr<void, decltype([](tjhandle each) { tjDestroy(each); })>;
using Encoded = std::unique_ptr<unsigned char, decltype([](unsigned char* each) { tjFree(each); })>;

tl::unexpected<Error> bad_photo() {
    return refuse(ErrorKind::invalid, "bad_photo", "This is not a whole JPEG picture.");
}

/// The largest of the scales that the decoder knows at which both sides fit.
std::optional<tjscalingfactor> scale_for(int width, int height) {
    int count = 0;
    auto const* const known = tjGetScalingFactors(&count);
    std::optional<tjscalingfactor> best;
    for (auto const& each : std::span{known, static_cast<std::size_t>(count)}) {
        bool const fits = TJSCALED(width, each) <= longest_side &&
                          TJSCALED(height, each) <= longest_side && each.num <= each.denom;
        if (fits && (!best || each.num * best->denom > best->num * each.denom)) best = each;
    }
    return best;
}

}  // namespace

std::string encode_jpeg(std::vector<unsigned char> const& pixels, int width, int height,
                        int quality) {
    Handle const encoder{tjInitCompress()};
    if (!encoder) throw std::bad_alloc{};
    unsigned char* out = nullptr;
    unsigned long size = 0;
    int const failed = tjCompress2(encoder.get(), pixels.data(), width, 0, height, TJPF_RGB, &out,
                                   &size, TJSAMP_420, quality, 0);
    Encoded const encoded{out};
    if (failed != 0)
        throw std::runtime_error(std::string{"cannot encode a picture: "} +
                                 tjGetErrorStr2(encoder.get()));
    return {reinterpret_cast<char const*>(out), size};
}

Result<Picture> encode_again(std::string_view file) {
    static std::mutex one_at_a_time;
    std::lock_guard const lock{one_at_a_time};
    Handle const decoder{tjInitDecompress()};
    if (!decoder) throw std::bad_alloc{};
    auto const* const bytes = reinterpret_cast<unsigned char const*>(file.data());
    int width = 0, height = 0, sampling = 0, colours = 0;
    if (tjDecompressHeader3(decoder.get(), bytes, file.size(), &width, &height, &sampling,
                            &colours) != 0)
        return bad_photo();
    auto const scale = scale_for(width, height);
    if (!scale || std::int64_t{width} * height > most_pixels)
        return refuse(ErrorKind::invalid, "photo_too_large",
                      "At most 40 megapixels and 10,240 pixels a side.");
    Picture picture{.width = TJSCALED(width, (*scale)), .height = TJSCALED(height, (*scale))};
    std::vector<unsigned char> pixels(static_cast<std::size_t>(picture.width) *
                                      static_cast<std::size_t>(picture.height) * 3);
    if (tjDecompress2(decoder.get(), bytes, file.size(), pixels.data(), picture.width, 0,
                      picture.height, TJPF_RGB, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
        return bad_photo();
    for (auto const quality : qualities) {
        picture.jpeg = encode_jpeg(pixels, picture.width, picture.height, quality);
        if (picture.jpeg.size() <= most_bytes) break;
    }
    return picture;
}

}  // namespace karkhana::maintenance

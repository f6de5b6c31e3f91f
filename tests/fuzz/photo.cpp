// Any bytes as a photo of a ticket: a picture that fits and can be read again, or a refusal.

#include "server/maintenance/photo.hpp"

#include <cstdlib>

using namespace karkhana;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const picture = maintenance::encode_again({reinterpret_cast<char const*>(data), size});
    if (!picture) {
        auto const& code = picture.error().code;
        if (code != "bad_photo" && code != "photo_too_large") std::abort();
        return 0;
    }
    if (picture->width < 1 || picture->width > 1280) std::abort();
    if (picture->height < 1 || picture->height > 1280) std::abort();
    if (picture->jpeg.size() > 1'000'000) std::abort();
    auto const again = maintenance::encode_again(picture->jpeg);
    if (!again || again->width != picture->width || again->height != picture->height) std::abort();
    return 0;
}

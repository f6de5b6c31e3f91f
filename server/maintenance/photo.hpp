#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"

namespace karkhana::maintenance {

struct Picture {
    std::string jpeg;
    int width = 0;
    int height = 0;
};

/// The picture decoded and encoded again, at most 1280 pixels a side: what else was in the file
/// (where it was taken, on whose phone, or no picture at all) is gone. Errors: `bad_photo` (no
/// whole JPEG), `photo_too_large` (over 40 megapixels, or a side over 10,240 pixels). One at a
/// time: a picture of many passes takes 240 MB.
Result<Picture> encode_again(std::string_view file);

/// Three bytes a pixel (red, green, blue), row by row, as a JPEG. `quality`: 1 to 100.
std::string encode_jpeg(std::vector<unsigned char> const& pixels, int width, int height,
                        int quality);

}  // namespace karkhana::maintenance

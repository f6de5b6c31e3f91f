#include <array>
#include <gtest/gtest.h>
#include <random>

#include "server/maintenance/photo.hpp"

namespace karkhana::maintenance {
namespace {

/// A grey JPEG of 8 x 8 pixels, as small as they come.
std::string small_picture() {
    constexpr std::array<unsigned char, 134> bytes{
        0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x03, 0x02, 0x02, 0x02, 0x02, 0x02, 0x03,
        0x02, 0x02, 0x02, 0x03, 0x03, 0x03, 0x03, 0x04, 0x06, 0x04, 0x04, 0x04, 0x04, 0x04,
        0x08, 0x06, 0x06, 0x05, 0x06, 0x09, 0x08, 0x0a, 0x0a, 0x09, 0x08, 0x09, 0x09, 0x0a,
        0x0c, 0x0f, 0x0c, 0x0a, 0x0b, 0x0e, 0x0b, 0x09, 0x09, 0x0d, 0x11, 0x0d, 0x0e, 0x0f,
        0x10, 0x10, 0x11, 0x10, 0x0a, 0x0c, 0x12, 0x13, 0x12, 0x10, 0x13, 0x0f, 0x10, 0x10,
        0x10, 0xff, 0xc9, 0x00, 0x0b, 0x08, 0x00, 0x01, 0x00, 0x01, 0x01, 0x01, 0x11, 0x00,
        0xff, 0xcc, 0x00, 0x06, 0x00, 0x10, 0x10, 0x05, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01,
        0x00, 0x00, 0x3f, 0x00, 0xd2, 0xcf, 0x20, 0xff, 0xd9};
    return {bytes.begin(), bytes.end()};
}

/// With a note between its head and its picture, as a phone writes where it was.
std::string with_a_place(std::string picture) {
    std::string const note = "Exif 23.99N 90.98E";
    std::string segment{"\xff\xe1"};
    segment += static_cast<char>(0);
    segment += static_cast<char>(note.size() + 2);
    return picture.insert(2, segment + note);
}

TEST(PhotoOfATicket, IsEncodedAnewWithoutWhatElseWasInTheFile) {
    auto const file = with_a_place(small_picture());
    auto const picture = encode_again(file);
    ASSERT_TRUE(picture) << picture.error().detail;
    EXPECT_EQ(picture->width, 1);
    EXPECT_EQ(picture->height, 1);
    EXPECT_NE(file.find("90.98E"), file.npos);
    EXPECT_EQ(picture->jpeg.find("90.98E"), picture->jpeg.npos);
    EXPECT_TRUE(encode_again(picture->jpeg));
}

TEST(PhotoOfATicket, IsRefusedWhenItIsNoWholePicture) {
    auto const file = small_picture();
    for (std::string const& bad :
         {std::string{}, std::string{"GIF89a"}, file.substr(0, 100), std::string(1000, '\xff')}) {
        auto const picture = encode_again(bad);
        ASSERT_FALSE(picture) << bad.size();
        EXPECT_EQ(picture.error().code, "bad_photo");
    }
}

/// A picture of that size in which no two pixels have to do with each other.
std::string noise(int width, int height) {
    std::mt19937 dice{7};
    std::vector<unsigned char> pixels(static_cast<std::size_t>(width * height) * 3);
    for (auto& each : pixels) each = static_cast<unsigned char>(dice());
    return encode_jpeg(pixels, width, height, 95);
}

TEST(PhotoOfATicket, IsAtMost1280PixelsASideAndTakesAtMostAMegabyte) {
    for (auto const& [width, height] : {std::pair{1280, 1280}, {1281, 700}, {2600, 1300}}) {
        auto const picture = encode_again(noise(width, height));
        ASSERT_TRUE(picture);
        EXPECT_LE(std::max(picture->width, picture->height), 1280);
        EXPECT_LE(picture->jpeg.size(), 1'000'000U);
        EXPECT_NEAR(double(picture->width) / picture->height, double(width) / height, 0.01);
    }
    auto const wide = encode_again(noise(10'250, 8));
    ASSERT_FALSE(wide);
    EXPECT_EQ(wide.error().code, "photo_too_large");
}

TEST(PhotoOfATicket, IsRefusedWhenItWouldFillTheMemory) {
    auto file = small_picture();
    auto const frame = file.find("\xff\xc9");
    ASSERT_NE(frame, file.npos);
    for (auto const offset : {5U, 6U, 7U, 8U}) file[frame + offset] = '\x7f';
    auto const picture = encode_again(file);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, "photo_too_large");
}

}  // namespace
}  // namespace karkhana::maintenance

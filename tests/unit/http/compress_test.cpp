#include <gtest/gtest.h>
#include <zlib.h>

#include "server/http/compress.hpp"

namespace karkhana::http {
namespace {

std::string sample() {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "{\"id\":" + std::to_string(i * 7919) + "},";
    return text;
}

TEST(Compress, makes_gzip_files_that_anyone_can_read) {
    auto const text = sample();
    for (int level : {1, 5, 9}) {
        auto const packed = gzip(text, level);
        EXPECT_LT(packed.size() * 2, text.size());
        z_stream stream{};
        ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
        std::string back(text.size(), '\0');
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream.avail_in = static_cast<uInt>(packed.size());
        stream.next_out = reinterpret_cast<Bytef*>(back.data());
        stream.avail_out = static_cast<uInt>(back.size());
        EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
        inflateEnd(&stream);
        EXPECT_EQ(back, text);
    }
    EXPECT_FALSE(gzip("", 5).empty()) << "nothing is a file too";
}

TEST(Compress, makes_zstandard_frames) {
    auto const packed = zstd(sample(), 1);
    EXPECT_LT(packed.size() * 2, sample().size());
    EXPECT_TRUE(packed.starts_with("\x28\xb5\x2f\xfd"));
}

}  // namespace
}  // namespace karkhana::http

#include "tests/unit/exports/reading.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <string_view>

#include "server/base/unicode.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::exports {
namespace {

std::string output_of(std::string const& command, int status) {
    std::string text;
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> chunk{};
    for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
        text.append(chunk.data(), got);
    int const ended = ::pclose(pipe);
    if (status >= 0) {
        EXPECT_EQ(WEXITSTATUS(ended), status) << command;
    }
    return text;
}

double number_after(std::string const& text, std::string_view name, std::size_t from) {
    return std::stod(text.substr(text.find(name, from) + name.size()));
}

}  // namespace

std::string copied(std::string const& pdf, std::string const& options) {
    tests::TemporaryFolder const folder;
    auto const file = folder.file("paper.pdf");
    std::ofstream{file, std::ios::binary} << pdf;
    return output_of("pdftotext -enc UTF-8 " + options + " " + file + " -", 0);
}

std::string dense(std::string const& text) {
    auto out = nfc(text);
    for (std::string_view const gone : {" ", "\n", "\f", "\r", "\u200c", "\u200d"})
        for (std::size_t at = 0; (at = out.find(gone, at)) != std::string::npos;)
            out.erase(at, gone.size());
    return out;
}

int pages_of(std::string const& pdf) {
    auto const text = copied(pdf);
    return static_cast<int>(std::ranges::count(text, '\f'));
}

bool all_on_paper(std::string const& pdf) {
    auto const boxes = copied(pdf, "-bbox");
    double width = 0, height = 0;
    bool inside = true;
    int words = 0;
    for (std::size_t at = 0; at < boxes.size(); at = boxes.find('\n', at) + 1) {
        std::string_view const line{boxes.data() + at, boxes.find('\n', at) - at};
        if (line.find("<page ") != std::string_view::npos) {
            width = number_after(boxes, "width=\"", at);
            height = number_after(boxes, "height=\"", at);
        }
        if (line.find("<word ") == std::string_view::npos) continue;
        ++words;
        inside = inside && number_after(boxes, "xMin=\"", at) >= 5 &&
                 number_after(boxes, "yMin=\"", at) >= 5 &&
                 number_after(boxes, "xMax=\"", at) <= width - 5 &&
                 number_after(boxes, "yMax=\"", at) <= height - 5;
    }
    return inside && words > 0;
}

std::string scanned(std::string const& pdf) {
    tests::TemporaryFolder const folder;
    auto const file = folder.file("paper.pdf");
    std::ofstream{file, std::ios::binary} << pdf;
    output_of("pdftoppm -r 150 -gray " + file + " " + folder.file("page"), 0);
    auto text = output_of("zbarimg -q --raw " + folder.file("page") + "*.pgm 2>/dev/null", -1);
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

}  // namespace karkhana::exports

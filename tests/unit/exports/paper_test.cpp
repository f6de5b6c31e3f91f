#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "server/exports/paper.hpp"
#include "tests/unit/exports/documents.hpp"
#include "tests/unit/exports/reading.hpp"

namespace karkhana::exports {
namespace {

constexpr std::pair<Speech, char const*> kSpeeches[]{
    {Speech::bn, "bn"}, {Speech::en, "en"}, {Speech::both, "both"}};
constexpr std::pair<Paper, char const*> kPapers[]{
    {Paper::a4, "a4"}, {Paper::a5, "a5"}, {Paper::slip, "slip"}};

class EveryPaper : public ::testing::TestWithParam<Sample> {};

TEST_P(EveryPaper, ReadsAsItWasWritten) {
    for (auto const& [speech, language] : kSpeeches)
        for (auto const& [paper, size] : kPapers) {
            SCOPED_TRACE(std::string{language} + " " + size);
            auto const printed = print(GetParam().document, speech, paper);
            EXPECT_EQ(dense(copied(printed.pdf)), dense(printed.text));
            EXPECT_EQ(printed.unknown_glyphs, 0);
            EXPECT_TRUE(all_on_paper(printed.pdf));
            EXPECT_EQ(print(GetParam().document, speech, paper).pdf, printed.pdf);
            if (speech == Speech::both) {
                EXPECT_EQ(scanned(printed.pdf), GetParam().document.address);
            }
            // Whoever wants to look at them says where.
            if (char const* folder = std::getenv("KARKHANA_PAPERS"))
                std::ofstream{std::string{folder} + "/" + GetParam().name + "-" + language + "-" +
                                  size + ".pdf",
                              std::ios::binary}
                    << printed.pdf;
        }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryPaper, ::testing::ValuesIn(sample_documents()),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace karkhana::exports

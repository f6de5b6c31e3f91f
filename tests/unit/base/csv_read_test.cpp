#include <gtest/gtest.h>

#include "server/base/csv_read.hpp"

namespace karkhana {
namespace {

/// Fields between bars, records between line feeds, each with its line.
std::string told(std::string_view text, std::size_t most = 100) {
    auto const records = read_csv(text, most);
    if (!records) return std::to_string(records.error().line) + ": no";
    std::string all;
    for (auto const& [line, fields] : *records) {
        all += std::to_string(line) + ":";
        for (auto const& field : fields) all += field + "|";
        all += '\n';
    }
    return all;
}

TEST(CsvReader, ReadsWhatTheStandardSays) {
    EXPECT_EQ(told("a,b\r\n1,\"2,\"\"x\"\"\r\ny\"\r\n3,4\r\n"),
              "1:a|b|\n2:1|2,\"x\"\r\ny|\n4:3|4|\n");
    EXPECT_EQ(told("a,\n,b"), "1:a||\n2:|b|\n");
    EXPECT_EQ(told(""), "");
}

TEST(CsvReader, ReadsWhatSpreadsheetsMakeOfIt) {
    EXPECT_EQ(told("\xEF\xBB\xBF"
                   "নাম;টাকা\nলক্ষ্মী;১,২৩৪.৫০\n"),
              "1:নাম|টাকা|\n2:লক্ষ্মী|১,২৩৪.৫০|\n");
    EXPECT_EQ(told("a\tb;c\r1\t2"), "1:a|b;c|\n2:1|2|\n") << "tabs, and rows that end in CR";
    EXPECT_EQ(told("\"a;b\",c\n"), "1:a;b|c|\n") << "a separator within quotes is none";
    EXPECT_EQ(told("\n,,\r\na,b\n\n"), "3:a|b|\n") << "rows without content";
}

TEST(CsvReader, NamesTheLineThatCannotBeRead) {
    EXPECT_EQ(told("a,b\n1,\"2"), "2: no");
    EXPECT_EQ(told("a,b\n\"1\n\n\",2\n\"3\"x,4"), "5: no");
    EXPECT_EQ(told("a,\xff"), "1: no");
    EXPECT_EQ(told("a\nb\nc", 2), "3: no");
    EXPECT_EQ(told(std::string(199, ',') + "a").size(), std::string("1:a|\n").size() + 199);
    EXPECT_EQ(told(std::string(200, ',') + "a"), "1: no");
}

}  // namespace
}  // namespace karkhana

#include <gtest/gtest.h>
#include <limits>

#include "server/exports/csv.hpp"

namespace karkhana::exports {
namespace {

const std::string kMark = "\xEF\xBB\xBF";

std::string cell(std::string_view words) {
    Table table({"a"});
    table.text(words).end_row();
    return csv_of(table, CsvReaderIs::spreadsheet).substr(kMark.size() + 3);
}

TEST(Csv, BeginsWithItsMarkAndEndsRowsAsTheStandardSays) {
    Table table({"a", "b"});
    table.text("বাংলা").number(-7).end_row();
    EXPECT_EQ(csv_of(table, CsvReaderIs::spreadsheet), kMark + "a,b\r\nবাংলা,-7\r\n");
    EXPECT_EQ(csv_of(table, CsvReaderIs::program), "a,b\r\nবাংলা,-7\r\n");
}

TEST(Csv, QuotesWhatWouldBreakTheRow) {
    EXPECT_EQ(cell("a,b"), "\"a,b\"\r\n");
    EXPECT_EQ(cell("say \"no\""), "\"say \"\"no\"\"\"\r\n");
    EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"\r\n");
    EXPECT_EQ(cell("two\rlines"), "\"two\rlines\"\r\n");
    EXPECT_EQ(cell(""), "\r\n");
}

TEST(Csv, NoTextIsAFormula) {
    for (std::string const text :
         {"=1+1", "+8801712345678", "-2", "@SUM(A1)", "\t=1", "＝1", "＠x"})
        EXPECT_EQ(cell(text), "'" + text + "\r\n");
    EXPECT_EQ(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\r\n");
    EXPECT_EQ(cell("\r=1"), "\"'\r=1\"\r\n");
    EXPECT_EQ(cell("a=1"), "a=1\r\n");
    Table table({"a"});
    table.text("+8801712345678").end_row();
    EXPECT_EQ(csv_of(table, CsvReaderIs::program), "a\r\n+8801712345678\r\n");
}

TEST(Csv, NumbersArePlainAndExact) {
    Table table({"a"});
    table.amount(Money{5}).amount(Money{-5}).amount(Money{-123456}).kwh(Energy{12});
    table.kwh({1'234'567}).amount(Money{std::numeric_limits<std::int64_t>::min()}).empty();
    table.end_row();
    EXPECT_EQ(csv_of(table, CsvReaderIs::program), "a\r\n0.05,-0.05,-1234.56,0.012,1234.567,"
                                                   "-92233720368547758.08,\r\n");
}

}  // namespace
}  // namespace karkhana::exports

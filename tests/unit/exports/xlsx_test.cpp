#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>
#include <iostream>

#include "server/exports/xlsx.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::exports {
namespace {

using ::testing::HasSubstr;

constexpr Instant kThen = instant(1'795'000'000'000'000);

Table money() {
    Table table({"name", "phone", "taka", "energy", "pieces"});
    table.text("=1+1").text("+8801712345678").amount(Money{12'345'678'901}).kwh(Energy{1'234'567});
    table.number(7).end_row();
    table.text("লক্ষ্মী").text("01712").amount(Money{-12'345'650}).empty().number(1).end_row();
    table.text("Rahim").empty().amount(Money{5}).kwh(Energy{1}).number(2).end_row();
    return table;
}

std::string read_back(std::string const& book) {
    tests::TemporaryFolder const folder;
    auto const file = folder.file("book.xlsx");
    std::ofstream{file, std::ios::binary} << book;
    auto const command = "/usr/bin/python3 tests/unit/exports/read_xlsx.py " + file;
    auto* const pipe = ::popen(command.c_str(), "r");
    std::string out;
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    EXPECT_EQ(::pclose(pipe), 0);
    return out;
}

/// LibreOffice takes seconds.
std::string const& told_of_money() {
    static std::string const told = read_back(xlsx_of(money(), "invoices", kThen));
    return told;
}

TEST(Xlsx, IsReadAsItWasMeant) {
    auto const& told = told_of_money();
    EXPECT_THAT(told, HasSubstr("invoices\ns:name|s:phone|s:taka|s:energy|s:pieces\n"));
    EXPECT_THAT(told, HasSubstr("s:=1+1|s:+8801712345678|n:123456789.01|n:1234.567|n:7\n"));
    EXPECT_THAT(told, HasSubstr("s:লক্ষ্মী|s:01712|n:-123456.5||n:1\n"));
    EXPECT_THAT(told, HasSubstr("||n:123333332.56|n:1234.568|\n")) << "kept sums";
    EXPECT_THAT(told, HasSubstr("formulas =SUM(C2:C4) =SUM(D2:D4)\n")) << "no text is a formula";
}

TEST(Xlsx, LibreOfficeShowsLakhAndCrore) {
    auto const& told = told_of_money();
    if (told.find("LibreOffice is not installed") != std::string::npos) {
        std::cout << "NOT CHECKED: LibreOffice is not installed\n";
        return;
    }
    EXPECT_THAT(told, HasSubstr("=1+1|+8801712345678|12,34,56,789.01|1,234.567|7\n"));
    EXPECT_THAT(told, HasSubstr("লক্ষ্মী|01712|-1,23,456.50||1\n"));
    EXPECT_THAT(told, HasSubstr("Rahim||0.05|0.001|2\n"));
    EXPECT_THAT(told, HasSubstr("||12,33,33,332.56|1,234.568|"));
}

TEST(Xlsx, TheSameIsTheSameBytes) {
    EXPECT_EQ(xlsx_of(money(), "a", kThen), xlsx_of(money(), "a", kThen));
    EXPECT_NE(xlsx_of(money(), "a", kThen), xlsx_of(money(), "b", kThen));
}

}  // namespace
}  // namespace karkhana::exports

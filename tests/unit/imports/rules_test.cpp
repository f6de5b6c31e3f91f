#include <gmock/gmock.h>

#include "server/imports/rules.hpp"

namespace karkhana::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MoneyOfATable, IsReadExactly) {
    auto const poisha = [](std::string_view text) {
        auto const money = money_of(text);
        return money ? money->poisha : -999;
    };
    EXPECT_EQ(poisha("1,23,456.50"), 12'345'650);
    EXPECT_EQ(poisha("৳ ১,২৩,৪৫৬.৫"), 12'345'650);
    EXPECT_EQ(poisha("BDT 7"), 700);
    EXPECT_EQ(poisha("-0.05"), -5);
    EXPECT_EQ(poisha("0"), 0);
    for (auto const* none : {"", "-", "1.", ".5", "1.234", "1e5", "1,2,", "12 34", "1.2.3", ",1",
                             "1,.5", "999999999999999999", "৳", "--1"})
        EXPECT_EQ(poisha(none), -999) << none;
}

TEST(EnterprisesOfATable, AreReadInAnyOrderOfColumns) {
    auto const read = read_enterprises("\xEF\xBB\xBF"
                                       "Phone;NAME_BN;name_en;women_led\r\n"
                                       "'+8801712345678;লক্ষ্মী;Lakshmi;yes\r\n"
                                       "০১৮১২-৩৪৫৬৭৮;রহিম;;না\r\n");
    EXPECT_THAT(read.faults, IsEmpty());
    ASSERT_EQ(read.rows.size(), 2U);
    EXPECT_EQ(read.rows[0].what.phone, "+8801712345678") << "as our own CSV keeps it from a sheet";
    EXPECT_TRUE(read.rows[0].what.women_led);
    EXPECT_EQ(read.rows[1].what.phone, "+8801812345678");
    EXPECT_EQ(read.rows[1].what.name.en, "রহিম") << "one name stands for the other";
    EXPECT_EQ(read.rows[1].row, 3);
}

TEST(EnterprisesOfATable, FaultsAreNamedByRowAndColumn) {
    auto const read = read_enterprises("name_en,phone,women_led\n"
                                       "A,12,\n"
                                       ",,\n"
                                       ",01712345678,\n"
                                       "B,,maybe\n"
                                       "C,,no,more\n");
    EXPECT_THAT(read.faults,
                ElementsAre(Fault{2, "phone", "bad_phone", "12"}, Fault{4, "", "name_missing", ""},
                            Fault{5, "women_led", "yes_or_no", "maybe"},
                            Fault{6, "", "wrong_width", "4"}));
    EXPECT_THAT(read.rows, IsEmpty());
}

TEST(TablesOfOthers, AreToldWhatIsWrongWithThem) {
    EXPECT_THAT(read_enterprises("").faults, ElementsAre(Fault{1, "", "no_rows", ""}));
    EXPECT_THAT(read_enterprises("name_en\n").faults, ElementsAre(Fault{1, "", "no_rows", ""}));
    EXPECT_THAT(read_machines("slug,colour,slug\na,b,c\n").faults,
                ElementsAre(Fault{1, "colour", "unknown_column", "colour"},
                            Fault{1, "slug", "column_twice", "slug"},
                            Fault{1, "kind", "missing_column", ""},
                            Fault{1, "rated_w", "missing_column", ""}));
    auto const broken = read_enterprises("name_en\nA\n\"B\n").faults;
    ASSERT_EQ(broken.size(), 1U);
    EXPECT_EQ(broken[0].row, 3);
    EXPECT_EQ(broken[0].code, "bad_csv");
}

TEST(EnterprisesOfATable, AreAddedOnce) {
    auto const read = read_enterprises("name_en,name_bn,phone\n"
                                       "A,ক,01712345678\n"
                                       "B,খ,\n"
                                       "B,খ,\n"
                                       "C,গ,01812345678\n");
    people::Enterprise other{.name = {"D", "ঘ"}, .phone = "+8801812345678"};
    people::Enterprise same{.name = {"A", "ক"}, .phone = "+8801712345678"};
    auto const fresh = new_enterprises(read, {other, same});
    ASSERT_EQ(fresh.rows.size(), 1U);
    EXPECT_EQ(fresh.rows[0].what.name.en, "B");
    EXPECT_THAT(fresh.faults, ElementsAre(Fault{4, "name_en", "row_twice", "B"},
                                          Fault{5, "phone", "differs", "+8801812345678"}));
}

TEST(MachinesOfATable, BecomeTheConfiguration) {
    auto const read = read_machines("slug,name_en,name_bn,kind,rated_w,piece_unit\n"
                                    "laser-1,\"Laser \"\"A\"\"\",লেজার,laser,\"৪,০০০\",pair\n");
    EXPECT_THAT(read.faults, IsEmpty());
    auto const toml = machines_toml(read);
    EXPECT_THAT(toml,
                HasSubstr("[[machine]]\nslug = \"laser-1\"\nname_en = \"Laser \\\"A\\\"\"\n"));
    EXPECT_THAT(toml, HasSubstr("rated_w = 4000\n"));
    EXPECT_THAT(toml, HasSubstr("busy_above_w = 200\npiece_unit = \"pair\"\n"));
    EXPECT_THAT(
        read_machines("slug,name_en,kind,rated_w,seats\n"
                      "Laser,A,laser,400,1\n"
                      "laser,A,laser,x,1\n"
                      "laser,A,laser,400,0\n"
                      "press,A,press,400,1\n"
                      "press,A,press,400,1\n")
            .faults,
        ElementsAre(Fault{2, "slug", "bad_slug", "Laser"}, Fault{3, "rated_w", "bad_number", "x"},
                    Fault{4, "seats", "bad_machine", "0"}, Fault{6, "slug", "row_twice", "press"}));
}

TEST(OpeningBalances, AreOfEnterprisesThatAreThere) {
    auto const id = [](char const* text) { return EnterpriseId::parse(text).value(); };
    auto const a = id("01890000-0000-7000-8000-00000000000a"),
               b = id("01890000-0000-7000-8000-00000000000b"),
               c = id("01890000-0000-7000-8000-00000000000c");
    std::vector<people::Enterprise> const there{
        {.id = a, .name = {"A", "ক"}},
        {.id = b, .name = {"A", "খ"}},
        {.id = c, .name = {"C", "গ"}, .phone = "+8801712345678"}};
    auto const read = read_openings("Enterprise,Amount,Note\n"
                                    "খ,\"1,500.50\",old book\n"
                                    "A,1,\n"
                                    "01712-345678,-20,\n"
                                    "গ,5,\n"
                                    "Z,1,\n"
                                    "ক,2.345,\n");
    EXPECT_THAT(read.faults, ElementsAre(Fault{7, "amount", "bad_amount", "2.345"}));
    auto const fresh = new_balances(read, there, {{b, Money{150'050}, "old book"}});
    ASSERT_EQ(fresh.rows.size(), 1U) << "that of b is booked";
    EXPECT_EQ(fresh.rows[0].what.enterprise, c);
    EXPECT_EQ(fresh.rows[0].what.amount, Money{-2'000});
    EXPECT_THAT(fresh.faults, ElementsAre(Fault{7, "amount", "bad_amount", "2.345"},
                                          Fault{3, "enterprise", "several_enterprises", "A"},
                                          Fault{5, "enterprise", "row_twice", "গ"},
                                          Fault{6, "enterprise", "unknown_enterprise", "Z"}));
    EXPECT_THAT(new_balances(read, there, {{b, Money{1}, ""}}).faults,
                ::testing::Contains(Fault{2, "amount", "differs", "1,500.50"}));
}

}  // namespace
}  // namespace karkhana::imports

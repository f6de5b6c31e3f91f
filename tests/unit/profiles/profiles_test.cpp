#include <gtest/gtest.h>

#include "devices/profiles/load.hpp"

namespace karkhana::profiles {
namespace {

constexpr char const* folder = "devices/profiles";

std::vector<std::string> problems_of(std::string const& text) {
    config::Problems problems;
    parse_profile(text, "p.toml", problems);
    std::vector<std::string> texts;
    for (auto const& problem : problems) texts.push_back(problem.text());
    return texts;
}

std::string const sound = R"(device = "d"
maker = "m"
models = []
[[points]]
name = "energy"
kind = "counter"
fc = 4
address = 10
type = "u32"
scale = "0.1"
unit = "kWh"
billing = true
[[self_test]]
fc = 4
address = 10
words = [0, 25]
expect = { energy = 2_500 }
)";

std::string with(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Profiles, ThatAreShippedLoadAndPassTheirOwnTests) {
    config::Problems problems;
    auto const profiles = load_profiles(folder, problems);
    for (auto const& problem : problems) ADD_FAILURE() << problem.text();
    ASSERT_EQ(profiles.size(), 34U);
    for (auto const& profile : profiles) {
        EXPECT_FALSE(profile.self_tests.empty()) << profile.device;
        for (auto const& test : profile.self_tests)
            EXPECT_EQ(failures_of(profile, test), std::vector<std::string>{}) << profile.device;
    }
}

/// A self-test that cannot fail is worth nothing: every expected value, planted wrong, is found.
TEST(Profiles, FailTheirOwnTestsWhenAValueIsPlantedWrong) {
    config::Problems problems;
    for (auto const& profile : load_profiles(folder, problems)) {
        for (auto const& test : profile.self_tests) {
            for (std::size_t i = 0; i < test.expect.size(); ++i) {
                auto planted = test;
                planted.expect[i].value += 1;
                if (planted.expect[i].quality != Quality::good)
                    planted.expect[i].quality = Quality::good;
                EXPECT_EQ(failures_of(profile, planted).size(), 1U)
                    << profile.device << " " << test.expect[i].point;
            }
        }
    }
}

TEST(Profiles, FailTheirOwnTestsWhenThePointIsDescribedWrong) {
    config::Problems problems;
    for (auto const& profile : load_profiles(folder, problems)) {
        for (std::size_t i = 0; i < profile.points.size(); ++i) {
            auto planted = profile;
            planted.points[i].scale.numerator *= 10;
            std::size_t failures = 0;
            bool tested = false;
            for (auto const& test : planted.self_tests) {
                failures += failures_of(planted, test).size();
                for (auto const& expected : test.expect)
                    tested |= expected.point == planted.points[i].name && expected.value != 0 &&
                              expected.quality == Quality::good &&
                              planted.points[i].type != WordType::bits;
            }
            EXPECT_EQ(failures > 0, tested) << planted.points[i].name;
        }
    }
}

TEST(Profiles, OfMetersBillOnlyByCounters) {
    config::Problems problems;
    for (auto const& profile : load_profiles(folder, problems))
        for (auto const& point : profile.points)
            if (point.billing) {
                EXPECT_EQ(point.kind, PointKind::counter);
                EXPECT_EQ(point.unit, Unit::wh);
                EXPECT_GT(point.modulus, 0);
            }
}

TEST(LoadProfile, TakesASoundOne) { EXPECT_EQ(problems_of(sound), std::vector<std::string>{}); }

TEST(LoadProfile, KnowsValuesOfSeveralParts) {
    auto const text = with(with(with(sound, "u32", "bcd16"), "billing = true\n",
                                "billing = true\ntransformed = true\n"
                                "byte_order = \"little\"\n"
                                "fraction = { address = 11, type = \"u16\", scale = \"0.001\" }\n"
                                "scale_from = { address = 9, as = \"exponent\" }\n"),
                           "address = 10\nwords = [0, 25]\nexpect = { energy = 2_500 }",
                           "address = 9\nwords = [0x0100, 0x2500, 0xF401]\n"
                           "expect = { energy = 25_500 }");
    config::Problems problems;
    auto const profile = parse_profile(text, "p.toml", problems);
    for (auto const& problem : problems) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(profile);
    EXPECT_TRUE(profile->points[0].transformed);
    EXPECT_EQ(profile->points[0].fraction, (Fraction{11, WordType::u16, {1, 1000}}));
    EXPECT_EQ(profile->points[0].scale_from, (ScaleFrom{ScaleFrom::Kind::exponent, 9}));
}

TEST(LoadProfile, SaysWhatIsWrongAndWhere) {
    struct {
        std::string from, to, problem;
    } const rows[] = {
        {"maker = \"m\"\n", "", "p.toml:1:1: 'maker' is missing"},
        {"u32", "u33",
         "p.toml:9:1: 'type' must be one of u16 s16 u32 s32 u64 s64 f32 f64 bits bcd16 "
         "bcd32"},
        {"\"0.1\"", "\"0,1\"",
         "p.toml:10:1: 'scale' must be a positive number such as \"0.1\" or \"1/3\""},
        {"kWh", "kwh", "p.toml:11:1: unit 'kwh' is not known"},
        {"fc = 4\naddress = 10\ntype", "fc = 5\naddress = 10\ntype",
         "p.toml:7:1: 'fc' does not suit the point's kind"},
        {"counter", "gauge", "p.toml:12:1: only a counter can be billed"},
        {"address = 10\ntype", "address = 65535\ntype",
         "p.toml:8:1: the value ends beyond the last address"},
        {"2_500", "2_501", "p.toml:17:1: 'energy' decodes to 2500, not to 2501"},
        {"energy = 2", "power = 2", "p.toml:17:12: there is no point 'power'"},
        {"billing", "scale_from = { address = 0, as = \"power\" }\nbilling",
         "p.toml:12:29: 'as' must be one of exponent factor"},
        {"u32\"", "u64\"\nscale_from = { address = 14, as = \"factor\" }",
         "p.toml:5:1: a value and what it is made of are four registers at most"},
        {"u32\"", "f32\"\nfraction = { address = 12, type = \"u16\" }",
         "p.toml:10:28: only an integer has a fraction"},
        {"kWh\"", "g\"\ntransformed = true",
         "p.toml:12:1: transformers change current, voltage, power and energy"},
        {"words = [0, 25]", "words = [0]", "p.toml:17:1: the words do not hold 'energy'"},
        {"billing = true", "billing = true\nbiling = true", "p.toml:13:1: unknown key 'biling'"},
        {"maker = \"m\"", "maker = \"m\"\nidentity = { fc = 3, address = 0, words = 9 }",
         "p.toml:3:35: 'words' must be between 1 and 4"},
    };
    for (auto const& row : rows) {
        auto const found = problems_of(with(sound, row.from, row.to));
        EXPECT_TRUE(std::find(found.begin(), found.end(), row.problem) != found.end())
            << row.problem << "\nfound: " << (found.empty() ? "nothing" : found.front());
    }
}

TEST(LoadProfile, ListsAllProblemsAtOnce) {
    auto text = with(with(sound, "u32", "u33"), "kWh", "kwh");
    EXPECT_GE(problems_of(with(text, "maker = \"m\"\n", "")).size(), 3U);
}

}  // namespace
}  // namespace karkhana::profiles

#include <algorithm>
#include <filesystem>

#include "tests/integration/billing/scenario.hpp"

namespace karkhana::billing {
namespace {

std::vector<std::string> stories() {
    std::vector<std::string> files;
    auto const folder = std::filesystem::path(__FILE__).parent_path() / "scenarios";
    for (auto const& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".scenario") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

using Played = std::tuple<std::string, tests::Engine>;

class Scenarios : public ::testing::TestWithParam<Played> {};

TEST_P(Scenarios, ComeOutAsWritten) {
    auto const& [file, engine] = GetParam();
    tests::ProjectStores stores{engine};
    Scenario{stores.ledger(), file}.play();
}

std::string name_of_story(::testing::TestParamInfo<Played> const& test) {
    auto const& [file, engine] = test.param;
    return std::filesystem::path(file).stem().string() + "_" + tests::name_of(engine);
}

INSTANTIATE_TEST_SUITE_P(On, Scenarios,
                         ::testing::Combine(::testing::ValuesIn(stories()),
                                            ::testing::Values(tests::Engine::sqlite,
                                                              tests::Engine::postgres)),
                         name_of_story);

}  // namespace
}  // namespace karkhana::billing

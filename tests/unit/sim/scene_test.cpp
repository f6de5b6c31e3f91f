#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <unistd.h>

#include "devices/sim/scene.hpp"
#include "devices/sim/simulator.hpp"

namespace karkhana::sim {
namespace {

std::string read_all(std::string const& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

class SceneFile : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove(path_); }

    std::optional<Scene> load(std::string const& text) {
        std::ofstream{path_} << text;
        problems_.clear();
        return load_scene(path_.string(), "devices/profiles", problems_);
    }

    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("karkhana-scene-" + std::to_string(::getpid()));
    config::Problems problems_;
};

TEST_F(SceneFile, OfTheDocumentationIsSound) {
    auto const page = read_all("deploy/SCENE.md");
    auto const begin = page.find("```toml\n") + 8;
    auto const scene = load(page.substr(begin, page.find("```", begin) - begin));
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(scene);
    auto const& units = scene->lines.at(0).units;
    EXPECT_EQ(units.at(0).machines, (std::vector<std::string>{"laser-1", "cad-1"}));
    EXPECT_EQ(units.at(1).machines.size(), 2U) << "the whole site";
    EXPECT_EQ(units.at(2).relays.at(0), "laser-1");
}

TEST_F(SceneFile, AMeterIsOfOneMachineOrOfSeveral) {
    auto const with = [&](std::string const& about) {
        return load("[[machine]]\nslug = \"a\"\nkind = \"flat\"\nrated_w = 100\n[[line]]\n"
                    "name = \"l\"\nport = 0\n[[line.unit]]\nunit = 1\n"
                    "profile = \"eastron_sdm120\"\n" +
                    about);
    };
    EXPECT_TRUE(with("role = \"site\""));
    EXPECT_FALSE(with("machine = \"a\"\nrole = \"site\""));
    EXPECT_FALSE(with("machines = [\"a\"]\nrole = \"site\""));
    EXPECT_FALSE(with("role = \"king\""));
    EXPECT_FALSE(with("machines = [\"b\"]"));
    EXPECT_NE(problems_.at(0).what.find("no such machine: b"), std::string::npos);
}

/// A command that one page knows is on the other.
TEST(SceneCommands, AreAllDescribed) {
    auto const page = read_all("deploy/SCENE.md");
    std::istringstream help{std::string{command_help()}};
    int described = 0;
    for (std::string line; std::getline(help, line);) {
        if (!line.starts_with("  ")) continue;
        std::istringstream words{line};
        std::string verb;
        words >> verb;
        ++described;
        EXPECT_NE(page.find("| `" + verb), std::string::npos) << verb;
    }
    EXPECT_GT(described, 15);
}

}  // namespace
}  // namespace karkhana::sim

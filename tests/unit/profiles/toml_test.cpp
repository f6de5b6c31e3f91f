#include <gtest/gtest.h>

#include "devices/profiles/toml.hpp"

namespace karkhana::config {
namespace {

std::vector<std::string> texts_of(Problems const& problems) {
    std::vector<std::string> texts;
    for (auto const& problem : problems) texts.push_back(problem.text());
    return texts;
}

using Texts = std::vector<std::string>;

TEST(Toml, ReadsEveryKindOfValue) {
    Problems problems;
    auto root = parse("a = 'x'\nb = 7\nc = true\nd = 0.5\ne = 3\nf = ['p', 'q']\ng = [1, 2]\n"
                      "[h]\ni = 1\n[[j]]\nk = 1\n[[j]]\nk = 2\n",
                      "f.toml", problems);
    ASSERT_TRUE(root);
    EXPECT_EQ(root->text("a"), "x");
    EXPECT_EQ(root->integer("b"), 7);
    EXPECT_EQ(root->flag("c"), true);
    EXPECT_EQ(root->number("d"), 0.5);
    EXPECT_EQ(root->number("e"), 3.0);
    EXPECT_EQ(root->texts("f"), (Texts{"p", "q"}));
    EXPECT_EQ(root->integers("g", 0, 9), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(root->require_table("h").require_integer("i", 0, 9), 1);
    auto items = root->tables("j");
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].integer("k"), 1);
    EXPECT_EQ(items[1].integer("k"), 2);
    EXPECT_FALSE(root->text("absent"));
    root->leftover();
    EXPECT_EQ(texts_of(problems), Texts{});
}

TEST(Toml, ListsEveryProblemWithItsPlace) {
    Problems problems;
    auto root = parse("port = 'x'\nlimit = 99\nspare = 1\n[inner]\nname = 1\nother = 2\n"
                      "[[list]]\nextra = true\n",
                      "f.toml", problems);
    ASSERT_TRUE(root);
    root->integer("port");
    root->require_integer("limit", 0, 10);
    root->require_text("title");
    root->require_table("inner").require_text("name");
    root->tables("list");
    root->leftover();
    EXPECT_EQ(
        texts_of(problems),
        (Texts{"f.toml:1:1: 'port' must be an integer",
               "f.toml:2:1: 'limit' must be between 0 and 10", "f.toml:1:1: 'title' is missing",
               "f.toml:5:1: 'name' must be a string", "f.toml:3:1: unknown key 'spare'",
               "f.toml:6:1: unknown key 'other'", "f.toml:8:1: unknown key 'extra'"}));
}

TEST(Toml, SaysWhereTheTextIsNoToml) {
    Problems problems;
    EXPECT_FALSE(parse("a = 1\nb = = 2\n", "f.toml", problems));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].line, 2U);
}

TEST(Toml, SaysThatAFileCannotBeRead) {
    Problems problems;
    EXPECT_FALSE(load("/nonexistent/f.toml", problems));
    EXPECT_EQ(texts_of(problems),
              Texts{"/nonexistent/f.toml:0:0: cannot be read: No such file or directory"});
}

TEST(Toml, KeepsTheOrderOfTheFile) {
    Problems problems;
    auto const root = parse("z = 1\na = 2\nm = 3\n", "f.toml", problems);
    EXPECT_EQ(root->keys(), (Texts{"z", "a", "m"}));
}

TEST(Toml, LetsAKeyBeTakenOnce) {
    Problems problems;
    auto root = parse("a = 1\n", "f.toml", problems);
    root->integer("a");
    EXPECT_THROW(root->integer("a"), std::logic_error);
}

}  // namespace
}  // namespace karkhana::config

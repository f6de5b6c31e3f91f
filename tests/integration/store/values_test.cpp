#include <limits>

#include "tests/integration/store/conformance.hpp"

namespace karkhana::tests {
namespace {

using namespace store;

class StoreValues : public StoreConformance {
protected:
    template <class... Args>
    std::int64_t execute(char const* sql, Args const&... args) {
        return store().write([&](Writer& writer) { return writer.execute(sql, args...); });
    }
    /// The only row of `anything`, mapped.
    template <class Map>
    auto only_row(Map&& map) {
        return store()
            .read([&](Reader& reader) {
                return reader.first("SELECT id, number, words, bytes FROM anything", map);
            })
            .value();
    }
};
KARKHANA_ON_BOTH_ENGINES(StoreValues);

constexpr auto kInsert = "INSERT INTO anything (id, number, words, bytes) VALUES ($1, $2, $3, $4)";

TEST_P(StoreValues, KeepEveryBitOfAnInteger) {
    using Limits = std::numeric_limits<std::int64_t>;
    std::vector<std::int64_t> const numbers{Limits::min(), Limits::min() + 1, -1, 0, 1,
                                            123456789012,  Limits::max()};
    for (std::size_t i = 0; i < numbers.size(); ++i)
        execute(kInsert, i, numbers[i], Null{}, Null{});
    auto const read = store().read([](Reader& reader) {
        return reader.all("SELECT number FROM anything ORDER BY id",
                          [](Row const& row) { return row.integer(0); });
    });
    EXPECT_EQ(read, numbers);
}

TEST_P(StoreValues, KeepEveryByteOfABlob) {
    std::string bytes;
    for (int i = 0; i < 1024; ++i) bytes.push_back(static_cast<char>(i));
    execute(kInsert, 1, Null{}, Null{}, Blob{bytes});
    EXPECT_EQ(only_row([](Row const& row) { return row.blob(3); }), bytes);
}

TEST_P(StoreValues, TellEmptyFromNull) {
    execute(kInsert, 1, Null{}, "", Blob{});
    EXPECT_TRUE(only_row([](Row const& row) {
        return row.is_null(1) && !row.is_null(2) && row.text(2).empty() && !row.is_null(3) &&
               row.blob(3).empty() && !row.maybe_integer(1) && row.maybe_text(2) == "";
    }));
}

TEST_P(StoreValues, KeepTextOfEveryScript) {
    std::string const words = "কারখানা — workshop 工場 \U0001F3ED 'quoted' \\ \"";
    execute(kInsert, 1, Null{}, words, Null{});
    EXPECT_EQ(only_row([](Row const& row) { return row.text(2); }), words);
    EXPECT_EQ(execute("UPDATE anything SET number = 1 WHERE words = $1", words), 1);
}

TEST_P(StoreValues, RefuseTextThatOneEngineCouldNotKeep) {
    using namespace std::string_literals;
    for (auto const& words : {"a\0b"s, "\xff"s, "\xed\xa0\x80"s, "\xc0\xaf"s})
        EXPECT_THROW(execute(kInsert, 1, Null{}, words, Null{}), std::invalid_argument);
    EXPECT_EQ(rows(), 0);
}

TEST_P(StoreValues, CarryTheDomainsOwnTypes) {
    auto const person = *PersonId::parse("018f2b3a-1c2d-7e4f-8a5b-6c7d8e9f0a1b");
    auto const at = instant(1'795'000'000'123'456);
    std::optional<std::string> const nothing;
    execute(kInsert, at, Money{-101'775}, person, nothing);
    EXPECT_TRUE(only_row([&](Row const& row) {
        return row.at(0) == at && row.money(1) == Money{-101'775} &&
               row.id<PersonId>(2) == person && row.is_null(3);
    }));
}

TEST_P(StoreValues, RefuseToBeReadAsWhatTheyAreNot) {
    execute(kInsert, 1, 2, "three", Blob{"four"});
    auto const reads = [&](auto&& map) {
        only_row([&](Row const& row) {
            map(row);
            return true;
        });
    };
    EXPECT_THROW(reads([](Row const& row) { row.text(1); }), std::runtime_error);
    EXPECT_THROW(reads([](Row const& row) { row.blob(2); }), std::runtime_error);
    EXPECT_THROW(reads([](Row const& row) { row.integer(2); }), std::runtime_error);
    EXPECT_THROW(reads([](Row const& row) { row.text(3); }), std::runtime_error);
    EXPECT_THROW(reads([](Row const& row) { row.integer(4); }), std::out_of_range);
    EXPECT_THROW(reads([](Row const& row) { row.integer(-1); }), std::out_of_range);
    execute("UPDATE anything SET number = NULL, words = NULL, bytes = NULL");
    EXPECT_THROW(reads([](Row const& row) { row.integer(1); }), std::runtime_error);
    EXPECT_THROW(reads([](Row const& row) { row.text(2); }), std::runtime_error);
    EXPECT_THROW(reads([](Row const& row) { row.blob(3); }), std::runtime_error);
}

TEST_P(StoreValues, SumWithoutLosingAnything) {
    execute(kInsert, 1, 4'000'000'000'000'000'000, Null{}, Null{});
    execute(kInsert, 2, 5'000'000'000'000'000'000, Null{}, Null{});
    EXPECT_EQ(number("SELECT sum(number) FROM anything"), 9'000'000'000'000'000'000);
    execute(kInsert, 3, 1'000'000'000'000'000'000, Null{}, Null{});
    EXPECT_THROW(number("SELECT sum(number) FROM anything"), std::runtime_error);
}

TEST_P(StoreValues, GoWhereTheirNumberSays) {
    // An integer stays one where PostgreSQL would otherwise have guessed a short one.
    auto const sum = store().read([](Reader& reader) {
        return reader.first(
            "SELECT $2 + 1, $10, $2, $1 FROM anything WHERE 1 = 0 UNION ALL "
            "SELECT $2 + 1, CAST($10 AS TEXT), $2 + $3 + $4 + $5 + $6 + $7 + $8, "
            "CAST($1 AS TEXT) WHERE $9 = 9",
            [](Row const& row) {
                return std::to_string(row.integer(0)) + row.text(1) +
                       std::to_string(row.integer(2)) + row.text(3);
            },
            "one", 20'000'000'000, 3, 4, 5, 6, 7, 8, 9, "ten");
    });
    EXPECT_EQ(sum, "20000000001ten20000000033one");
}

TEST_P(StoreValues, MustBeAsManyAsTheStatementTakes) {
    EXPECT_THROW(execute("UPDATE anything SET number = $1"), std::runtime_error);
    EXPECT_THROW(execute("UPDATE anything SET number = $1", 1, 2), std::runtime_error);
    EXPECT_THROW(execute("UPDATE anything SET words = $2", 1, "two"), std::runtime_error);
}

class StoreStatements : public StoreValues {};
KARKHANA_ON_BOTH_ENGINES(StoreStatements);

TEST_P(StoreStatements, CountTheRowsTheyChanged) {
    auto const count = [&](char const* sql) { return execute(sql); };
    EXPECT_EQ(count("INSERT INTO anything (id) VALUES (1), (2), (3)"), 3);
    EXPECT_EQ(count("SELECT id FROM anything"), 0);
    EXPECT_EQ(count("UPDATE anything SET number = 7 WHERE id >= 2"), 2);
    EXPECT_EQ(count("UPDATE anything SET number = 7 WHERE id > 9"), 0);
    EXPECT_EQ(count("CREATE TABLE another (id INTEGER PRIMARY KEY)"), 0);
    EXPECT_EQ(count("INSERT INTO anything (id) VALUES (3) ON CONFLICT DO NOTHING"), 0);
    EXPECT_EQ(count("DELETE FROM anything"), 3);
}

TEST_P(StoreStatements, GiveBackWhatTheyInserted) {
    auto const id = store().write([](Writer& writer) {
        return writer.first("INSERT INTO anything (id, number) VALUES (1, 5) RETURNING number",
                            [](Row const& row) { return row.integer(0); });
    });
    EXPECT_EQ(id, 5);
    EXPECT_EQ(rows(), 1);
}

TEST_P(StoreStatements, MayBeAskedAgainWhileTheirRowsAreRead) {
    execute("INSERT INTO anything (id) VALUES (1), (2), (3)");
    auto const pairs = store().read([](Reader& reader) {
        auto const ids = [&](auto&& on_row) {
            reader.each("SELECT id FROM anything ORDER BY id", on_row);
        };
        std::string found;
        ids([&](Row const& outer) {
            ids([&](Row const& inner) {
                found += std::to_string(outer.integer(0) * 10 + inner.integer(0)) + ' ';
            });
        });
        return found;
    });
    EXPECT_EQ(pairs, "11 12 13 21 22 23 31 32 33 ");
}

TEST_P(StoreStatements, AreOneAtATimeAndNamed) {
    EXPECT_THROW(execute("SELECT nonsense"), std::runtime_error);
    EXPECT_THROW(execute("DELETE FROM anything; DELETE FROM anything"), std::runtime_error);
    try {
        execute("SELECT nonsense");
    } catch (std::runtime_error const& failure) {
        EXPECT_NE(std::string(failure.what()).find("SELECT nonsense"), std::string::npos);
    }
}

TEST_P(StoreStatements, AreRefusedWhenOneEngineWouldMisreadThem) {
    // To SQLite "$1::text" is one long name, which nothing would be bound to.
    if (is_postgres()) return;
    for (char const* sql : {"UPDATE anything SET words = $1::text", "UPDATE anything SET words = ?",
                            "UPDATE anything SET words = :words"}) {
        try {
            execute(sql, "words");
            ADD_FAILURE() << "was accepted: " << sql;
        } catch (std::runtime_error const& refusal) {
            EXPECT_NE(std::string(refusal.what()).find("parameters are $1"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace karkhana::tests

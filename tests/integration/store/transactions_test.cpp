#include <thread>

#include "tests/integration/store/conformance.hpp"

namespace karkhana::tests {
namespace {

using namespace store;

class StoreTransactions : public StoreConformance {
protected:
    static Result<std::int64_t> no() { return refuse(ErrorKind::conflict, "no"); }
};
KARKHANA_ON_BOTH_ENGINES(StoreTransactions);

struct Failure {};

TEST_P(StoreTransactions, KeepWhatTheClosureDid) {
    EXPECT_EQ(store().write([](Writer& writer) { return put(writer, 1) + put(writer, 2); }), 2);
    EXPECT_EQ(rows(), 2);
    database().reopen();
    EXPECT_EQ(rows(), 2);
}

TEST_P(StoreTransactions, AreUndoneByARefusal) {
    auto const answer = store().write([](Writer& writer) {
        put(writer, 1);
        return no();
    });
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, "no");
    EXPECT_EQ(rows(), 0);
}

TEST_P(StoreTransactions, AreUndoneByAnException) {
    EXPECT_THROW(store().write([](Writer& writer) -> bool {
        put(writer, 1);
        throw Failure{};
    }),
                 Failure);
    EXPECT_EQ(rows(), 0);
    store().write([](Writer& writer) { return put(writer, 1); });
    EXPECT_EQ(rows(), 1);
}

TEST_P(StoreTransactions, AreUndoneWhenTheRowsOfAChangeAreNotReadToTheEnd) {
    EXPECT_THROW(store().write([](Writer& writer) -> bool {
        writer.each("INSERT INTO anything (id) VALUES (1), (2) RETURNING id",
                    [](Row const&) { throw std::out_of_range("enough"); });
        return true;
    }),
                 std::out_of_range);
    EXPECT_EQ(rows(), 0);
}

TEST_P(StoreTransactions, AreUndoneWithoutADifferenceToWhoeverCameBefore) {
    std::vector<std::thread> others;
    store().write([&](Writer& writer) {
        // They queue up behind this one, and are committed together.
        for (int id = 2; id < 8; ++id)
            others.emplace_back([this, id] {
                auto const kept = store().write([&](Writer& w) -> Result<bool> {
                    put(w, id);
                    if (id == 5) return refuse(ErrorKind::conflict, "no");
                    return true;
                });
                EXPECT_EQ(kept.has_value(), id != 5);
            });
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        return put(writer, 1);
    });
    for (auto& each : others) each.join();
    EXPECT_EQ(rows(), 6);
    EXPECT_EQ(number("SELECT count(*) FROM anything WHERE id = 5"), 0);
}

TEST_P(StoreTransactions, SeeTheirOwnChanges) {
    EXPECT_TRUE(store().write([](Writer& writer) {
        put(writer, 7);
        return writer.exists("SELECT 1 FROM anything WHERE id = $1", 7);
    }));
}

TEST_P(StoreTransactions, UndoARefusedPartAlone) {
    store().write([](Writer& writer) {
        put(writer, 1);
        auto const part = writer.nested([&] {
            put(writer, 2);
            return no();
        });
        EXPECT_FALSE(part);
        return put(writer, 3);
    });
    EXPECT_EQ(number("SELECT sum(id) FROM anything"), 1 + 3);
}

TEST_P(StoreTransactions, UndoAPartThatThrewAlone) {
    store().write([](Writer& writer) {
        put(writer, 1);
        EXPECT_THROW(writer.nested([&]() -> bool {
            put(writer, 2);
            throw Failure{};
        }),
                     Failure);
        return put(writer, 3);
    });
    EXPECT_EQ(number("SELECT sum(id) FROM anything"), 1 + 3);
}

TEST_P(StoreTransactions, GoOnAfterAPartThatAConstraintUndid) {
    store().write([](Writer& writer) {
        put(writer, 1);
        EXPECT_THROW(writer.nested([&] {
            put(writer, 2);
            return put(writer, 1);
        }),
                     ConstraintViolated);
        return put(writer, 3);
    });
    EXPECT_EQ(number("SELECT sum(id) FROM anything"), 1 + 3);
}

TEST_P(StoreTransactions, NestAsDeepAsOneLikes) {
    store().write([](Writer& writer) {
        writer.nested([&] {
            put(writer, 1);
            EXPECT_THROW(writer.nested([&] {
                put(writer, 2);
                writer.nested([&] { return put(writer, 4); });
                return put(writer, 1);
            }),
                         ConstraintViolated);
            writer.nested([&] { return put(writer, 8); });
            return put(writer, 16);
        });
        return true;
    });
    EXPECT_EQ(number("SELECT sum(id) FROM anything"), 1 + 8 + 16);
}

TEST_P(StoreTransactions, AreLostWithAnInnerPartWhenTheOuterFails) {
    EXPECT_THROW(store().write([](Writer& writer) -> bool {
        writer.nested([&] { return put(writer, 1); });
        throw Failure{};
    }),
                 Failure);
    EXPECT_EQ(rows(), 0);
}

TEST_P(StoreTransactions, ArePassedOnAsARefusalWhenAConstraintIsExpected) {
    auto const insert = [](Writer& writer) -> Result<std::int64_t> {
        try {
            return put(writer, 1);
        } catch (ConstraintViolated const&) {
            return no();
        }
    };
    EXPECT_TRUE(store().write(insert));
    EXPECT_FALSE(store().write(insert));
    EXPECT_EQ(rows(), 1);
}

TEST_P(StoreTransactions, AreCondemnedByAFailedStatement) {
    auto const carry_on = [](Writer& writer) {
        put(writer, 1);
        EXPECT_THROW(put(writer, 1), ConstraintViolated);
        return true;
    };
    EXPECT_THROW(store().write(carry_on), ConstraintViolated);
    EXPECT_THROW(store().write([](Writer& writer) {
        put(writer, 1);
        EXPECT_THROW(put(writer, 1), ConstraintViolated);
        return put(writer, 2);
    }),
                 ConstraintViolated);
    EXPECT_THROW(store().write([](Writer& writer) {
        writer.nested([&] {
            put(writer, 1);
            EXPECT_THROW(put(writer, 1), ConstraintViolated);
            return true;
        });
        return true;
    }),
                 ConstraintViolated);
    EXPECT_EQ(rows(), 0);
}

TEST_P(StoreTransactions, AreRefusedInsideOneAnother) {
    auto const write = [&] { return store().write([](Writer& writer) { return put(writer, 1); }); };
    EXPECT_THROW(store().write([&](Writer&) { return write(); }), std::logic_error);
    EXPECT_THROW(store().write([&](Writer&) { return rows(); }), std::logic_error);
    EXPECT_THROW(store().read([&](Reader&) { return write(); }), std::logic_error);
    EXPECT_THROW(store().read([&](Reader&) { return rows(); }), std::logic_error);
    EXPECT_EQ(write(), 1);
}

class StoreConstraints : public StoreConformance {
protected:
    std::string refused(char const* sql) {
        using Kind = ConstraintViolated::Kind;
        try {
            store().write([&](Writer& writer) { return writer.execute(sql); });
        } catch (ConstraintViolated const& violated) {
            switch (violated.kind()) {
            case Kind::overlap: return "overlap";
            case Kind::unique: return "unique";
            case Kind::foreign_key: return "foreign key";
            case Kind::check: return "check";
            }
        }
        return "done";
    }
};
KARKHANA_ON_BOTH_ENGINES(StoreConstraints);

TEST_P(StoreConstraints, AreToldApart) {
    EXPECT_EQ(refused("INSERT INTO shelf VALUES ('a', 1)"), "done");
    EXPECT_EQ(refused("INSERT INTO shelf VALUES ('a', 1)"), "unique");
    EXPECT_EQ(refused("INSERT INTO shelf VALUES ('b', 0)"), "check");
    EXPECT_EQ(refused("INSERT INTO shelf VALUES ('b', NULL)"), "check");
    EXPECT_EQ(refused("INSERT INTO book VALUES ('x', 'nowhere', NULL)"), "foreign key");
    EXPECT_EQ(refused("INSERT INTO book VALUES ('x', 'a', NULL)"), "done");
    EXPECT_EQ(refused("DELETE FROM shelf"), "foreign key");
    EXPECT_EQ(refused("DELETE FROM book"), "check");
    EXPECT_EQ(refused("INSERT INTO machine VALUES (1)"), "done");
    EXPECT_EQ(refused("INSERT INTO booking VALUES (1, 1, 10, 20, 1)"), "done");
    EXPECT_EQ(refused("INSERT INTO booking VALUES (2, 1, 20, 30, 1)"), "done");
    EXPECT_EQ(refused("INSERT INTO booking VALUES (3, 1, 19, 25, 1)"), "overlap");
}

TEST_P(StoreConstraints, HoldAtTheEndOfTheClosureThatDeferredThem) {
    EXPECT_EQ(refused("INSERT INTO shelf VALUES ('a', 1)"), "done");
    EXPECT_EQ(refused("INSERT INTO book VALUES ('x', 'a', 'later')"), "foreign key");
    EXPECT_EQ(number("SELECT count(*) FROM book"), 0);
    store().write([](Writer& writer) {
        writer.execute("INSERT INTO book VALUES ('x', 'a', 'later')");
        return writer.execute("INSERT INTO shelf VALUES ('later', 1)");
    });
    EXPECT_EQ(number("SELECT count(*) FROM book"), 1);
}

TEST_P(StoreConstraints, AreNotEvadedByReplacing) {
    if (is_postgres()) return;
    EXPECT_EQ(refused("INSERT INTO shelf VALUES ('a', 1)"), "done");
    EXPECT_EQ(refused("INSERT INTO book VALUES ('x', 'a', NULL)"), "done");
    EXPECT_EQ(refused("INSERT OR REPLACE INTO book VALUES ('x', 'a', 'a')"), "check");
}

}  // namespace
}  // namespace karkhana::tests

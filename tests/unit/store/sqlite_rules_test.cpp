#include <gtest/gtest.h>

#include "server/store/sqlite/errors.hpp"
#include "server/store/sqlite/version.hpp"

namespace karkhana::store::sqlite {
namespace {

TEST(SqliteVersion, IsRefusedWhereItLosesCommittedRows) {
    struct {
        int number;
        bool loses;
    } const versions[] = {
        {3007000, true}, {3040001, true}, {3044005, true},  {3044006, false}, {3044007, false},
        {3045000, true}, {3049002, true}, {3050006, true},  {3050007, false}, {3050999, false},
        {3051000, true}, {3051002, true}, {3051003, false}, {3052000, false}, {3053002, false},
    };
    for (auto const& [number, loses] : versions)
        EXPECT_EQ(loses_committed_rows(number), loses) << number;
}

TEST(SqliteErrors, SayWhichConstraintItWas) {
    using Kind = ConstraintViolated::Kind;
    struct {
        int code;
        char const* message;
        std::optional<Kind> kind;
    } const errors[] = {
        {1811, "booking_no_overlap", Kind::overlap},
        {1811, "booking_life: no such step", Kind::check},
        {2067, "UNIQUE constraint failed: a.b", Kind::unique},
        {1555, "UNIQUE constraint failed: a.id", Kind::unique},
        {2579, "UNIQUE constraint failed: a.rowid", Kind::unique},
        {787, "FOREIGN KEY constraint failed", Kind::foreign_key},
        {275, "CHECK constraint failed: no_overlap_in_name", Kind::check},
        {1299, "NOT NULL constraint failed: a.b", Kind::check},
        {3091, "cannot store TEXT value in INTEGER column", Kind::check},
        {1, "no such table: a", std::nullopt},
        {5, "database is locked", std::nullopt},
        {13, "database or disk is full", std::nullopt},
    };
    for (auto const& [code, message, kind] : errors)
        EXPECT_EQ(constraint_of(code, message), kind) << message;
}

TEST(SqliteErrors, AreTemporaryWhenWaitingHelps) {
    for (int const code : {5, 6, 13, 261, 517}) EXPECT_TRUE(is_temporary(code)) << code;
    for (int const code : {1, 7, 10, 11, 19, 26, 1034}) EXPECT_FALSE(is_temporary(code)) << code;
}

}  // namespace
}  // namespace karkhana::store::sqlite

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "tests/support/store_fixture.hpp"

namespace karkhana::tests {
namespace {

using store::ConstraintViolated;
using ::testing::HasSubstr;

store::Part part_of(Engine engine) {
    return engine == Engine::sqlite ? store::Part::ledger : store::Part::both;
}

std::vector<store::Migration> migrations_until(Engine engine, int last) {
    auto found = store::load_migrations(project_schema(engine), part_of(engine));
    std::erase_if(found, [&](store::Migration const& each) { return each.version > last; });
    return found;
}

/// The migrations that the version before had.
class OlderSchema {
public:
    OlderSchema(Engine engine, int last) {
        for (auto const& each : std::filesystem::directory_iterator(project_schema(engine))) {
            auto const name = each.path().filename().string();
            if (name.ends_with(".sql") && std::stoi(name) <= last)
                std::filesystem::copy(each.path(), folder_.file(name));
        }
    }
    std::string folder() const { return folder_.file(""); }

private:
    TemporaryFolder folder_;
};

std::string id(int number) {
    auto const text = std::to_string(number);
    return "'00000000-0000-7000-8000-" + std::string(12 - text.size(), '0') + text + "'";
}
std::string hour(int number) { return std::to_string(number * 3'600'000'000LL); }

/// A database that an older program left, with its last migration.
class OlderDatabase : public ::testing::TestWithParam<Engine> {
protected:
    explicit OlderDatabase(int last) : schema_(GetParam(), last) {
        database_.close();
        open(last);
    }

    void open(int last) {
        store_.reset();
        auto const known = migrations_until(GetParam(), last);
        store_ = GetParam() == Engine::sqlite
                     ? store::open_sqlite({.file = database_.address()}, known)
                     : store::open_postgres({.conninfo = database_.address()}, known);
    }
    std::int64_t run(std::string const& sql) {
        return store_->write([&](store::Writer& writer) { return writer.execute(sql); });
    }
    /// What the database says against it; empty: it was done.
    std::string refused(std::string const& sql) {
        try {
            run(sql);
        } catch (ConstraintViolated const& violated) {
            switch (violated.kind()) {
            case ConstraintViolated::Kind::overlap: return "overlap";
            case ConstraintViolated::Kind::unique: return "unique";
            case ConstraintViolated::Kind::foreign_key: return "foreign_key";
            case ConstraintViolated::Kind::check: return "check";
            }
        }
        return "";
    }
    std::vector<std::string> lines(std::string const& sql) {
        return store_->read([&](store::Reader& reader) {
            return reader.all(sql, [](store::Row const& row) { return row.text(0); });
        });
    }

private:
    OlderSchema schema_;
    TestDatabase database_{GetParam(), schema_.folder(), part_of(GetParam())};

protected:
    std::unique_ptr<store::Store> store_;
};

/// A workshop with a booking in every state of its life, and what refers to them, before the
/// checks were said anew. The machines are 1 and 2, machine 3 is a room of four seats.
class OlderWorkshop : public OlderDatabase {
protected:
    static constexpr int before = 24, after = 26;

    OlderWorkshop() : OlderDatabase(before) {
        found_workshop();
        live_their_lives();
    }

    void found_workshop() {
        run("INSERT INTO facility (facility_id, slug, name_en, name_bn, address_en, address_bn, "
            "zone, created_at) VALUES (" +
            id(1) + ", 'w', 'W', 'ক', '', '', 'Asia/Dhaka', 0)");
        for (int const machine : {1, 2, 3})
            run("INSERT INTO machine (facility_id, machine_id, slug, name_en, name_bn, kind, "
                "rated_w, grid_minutes, min_minutes, max_minutes, buffer_minutes, horizon_days, "
                "busy_above_w, piece_unit, out_of_order, position, created_at, seats) VALUES (" +
                id(1) + ", " + id(machine) + ", 'm" + std::to_string(machine) +
                "', 'M', 'ম', 'laser', 0, 15, 15, 600, 0, 30, 0, '', 0, 1, 0, " +
                (machine == 3 ? "4" : "1") + ")");
        run("INSERT INTO enterprise (facility_id, enterprise_id, name_en, name_bn, women_led, "
            "suspended, search_key, created_at) VALUES (" +
            id(1) + ", " + id(5) + ", 'E', 'উ', 0, 0, 'e', 0)");
        run("INSERT INTO person (facility_id, person_id, login, name_en, name_bn, language, "
            "password_hash, disabled, created_at) VALUES (" +
            id(1) + ", " + id(6) + ", 'p', 'P', 'প', 'bn', '', 0, 0)");
        run("INSERT INTO role_grant (facility_id, person_id, position, role, enterprise_id) "
            "VALUES (" +
            id(1) + ", " + id(6) + ", 1, 'member', " + id(5) + ")");
        run("INSERT INTO resource (facility_id, resource_id, kind, slug, name_en, name_bn, "
            "capacity) VALUES (" +
            id(1) + ", " + id(7) + ", 'die', 'die', 'Die', 'ডাই', 1)");
    }

    /// A booking of machine 1 from hour `number` on for an hour, unless `more` says otherwise.
    static std::string booking(int number, std::string const& state,
                               std::map<std::string, std::string> const& more = {}) {
        std::map<std::string, std::string> row{{"facility_id", id(1)},
                                               {"booking_id", id(100 + number)},
                                               {"machine_id", id(1)},
                                               {"enterprise_id", id(5)},
                                               {"created_by", id(6)},
                                               {"start_us", hour(number)},
                                               {"end_us", hour(number + 1)},
                                               {"occupied_from_us", hour(number)},
                                               {"occupied_until_us", hour(number + 1)},
                                               {"state", "'" + state + "'"},
                                               {"created_us", "0"}};
        if (state == "pending") {
            row["hold_until_us"] = hour(number);
            row["pending_for"] = "'offer'";
        }
        for (auto const& [name, value] : more) row[name] = value;
        std::string names, values;
        for (auto const& [name, value] : row) {
            names += (names.empty() ? "" : ", ") + name;
            values += (values.empty() ? "" : ", ") + value;
        }
        return "INSERT INTO booking (" + names + ") VALUES (" + values + ")";
    }
    static std::string step(int number, std::string const& state) {
        return "UPDATE booking SET version = version + 1, state = '" + state +
               "' WHERE booking_id = " + id(100 + number);
    }

    void live_their_lives() {
        std::vector<std::vector<std::string>> const lives{{"requested"},
                                                          {"pending"},
                                                          {"confirmed"},
                                                          {"confirmed", "checked_in"},
                                                          {"confirmed", "running", "completed"},
                                                          {"pending", "cancelled"},
                                                          {"confirmed", "late_cancelled"},
                                                          {"confirmed", "missed"},
                                                          {"confirmed", "missed", "released"},
                                                          {"confirmed", "running", "interrupted"},
                                                          {"confirmed", "running"}};
        for (int number = 0; number < static_cast<int>(lives.size()); ++number) {
            auto const& life = lives[static_cast<std::size_t>(number)];
            run(booking(number, life.front(),
                        {{"quantity", "7"},
                         {"note", "'ছয় জোড়া'"},
                         {"quote_poisha", "12345"},
                         {"origin", "'import'"},
                         {"kind", "'training'"},
                         {"assisted", "1"},
                         {"operated_by", id(6)},
                         {"ended_us", hour(number)},
                         {"bundle_id", id(900)},
                         {"follows_id", id(901)},
                         {"quote_card_id", id(902)},
                         {"cancel_reason", "'বৃষ্টি'"},
                         {"calendar_sequence", "3"}}));
            for (std::size_t i = 1; i < life.size(); ++i) run(step(number, life[i]));
        }
        run(booking(20, "confirmed", {{"machine_id", id(2)}}));
        run(step(20, "running"));
        run(step(20, "paused"));
        for (int const number : {30, 31})
            run(booking(number, "confirmed",
                        {{"machine_id", id(3)},
                         {"exclusive", "0"},
                         {"people", "2"},
                         {"start_us", hour(30)},
                         {"end_us", hour(32)},
                         {"occupied_from_us", hour(29)},
                         {"occupied_until_us", hour(33)}}));
        run(booking(40, "confirmed", {{"series_id", id(903)}, {"occurrence_us", hour(40)}}));
        run("INSERT INTO booking_hold (facility_id, booking_id, resource_id, units, from_us, "
            "until_us, live) VALUES (" +
            id(1) + ", " + id(102) + ", " + id(7) + ", 1, " + hour(2) + ", " + hour(3) + ", 1)");
        for (auto const* state : {"waiting", "sent"})
            run("INSERT INTO message (facility_id, message_id, kind, channel, person_id, address, "
                "language, subject, body, calendar, about, occasion, parts, state, attempts, "
                "created_at, due_at, failure) VALUES (" +
                id(1) + ", " + id(state == std::string{"sent"} ? 201 : 200) +
                ", 'booking_confirmed', 'in_app', " + id(6) + ", '', 'bn', '', 'b', '', " +
                id(102) + ", '" + state + "', 1, '" + state + "', 0, 0, 0, '')");
    }

    /// Every column of every booking, and what hangs on them.
    std::vector<std::string> everything() {
        std::string all;
        for (auto const* column : {"booking_id",
                                   "machine_id",
                                   "enterprise_id",
                                   "created_by",
                                   "start_us",
                                   "end_us",
                                   "occupied_from_us",
                                   "occupied_until_us",
                                   "exclusive",
                                   "state",
                                   "live",
                                   "kind",
                                   "origin",
                                   "people",
                                   "assisted",
                                   "operated_by",
                                   "quantity",
                                   "note",
                                   "quote_poisha",
                                   "quote_card_id",
                                   "hold_until_us",
                                   "pending_for",
                                   "ended_us",
                                   "bundle_id",
                                   "series_id",
                                   "occurrence_us",
                                   "follows_id",
                                   "created_us",
                                   "cancel_reason",
                                   "version",
                                   "calendar_sequence",
                                   "facility_id"})
            all += std::string{all.empty() ? "" : " || '|' || "} + "coalesce(CAST(" + column +
                   " AS text), '-')";
        auto found = lines("SELECT " + all + " FROM booking ORDER BY booking_id");
        for (auto const& each :
             lines("SELECT CAST(booking_id AS text) || CAST(live AS text) FROM booking_hold"))
            found.push_back(each);
        return found;
    }
    /// Its indexes, triggers and constraints, by name.
    std::set<std::string> guards() {
        auto const found =
            GetParam() == Engine::sqlite
                ? lines("SELECT name FROM sqlite_schema WHERE tbl_name = 'booking'")
                : lines("SELECT indexname FROM pg_indexes WHERE tablename = 'booking' UNION ALL "
                        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'booking'::regclass AND "
                        "NOT tgisinternal UNION ALL SELECT conname FROM pg_constraint "
                        "WHERE conrelid = 'booking'::regclass");
        return {found.begin(), found.end()};
    }
    /// How the database would look for it, were there much of it.
    std::string plan(std::string const& sql) {
        if (GetParam() == Engine::sqlite)
            return store_->read([&](store::Reader& reader) {
                return reader
                    .first("EXPLAIN QUERY PLAN " + sql,
                           [](store::Row const& row) { return row.text(3); })
                    .value();
            });
        return store_->write([&](store::Writer& writer) {
            writer.execute("SET LOCAL enable_seqscan = off");
            std::string all;
            writer.each("EXPLAIN " + sql, [&](store::Row const& row) { all += row.text(0); });
            return all;
        });
    }
};
KARKHANA_ON_BOTH_ENGINES(OlderWorkshop);

TEST_P(OlderWorkshop, KeepsEveryBookingAndWhatGuardsThem) {
    auto const were = everything();
    auto const guarded = guards();
    ASSERT_EQ(were.size(), 16U);
    open(after);
    EXPECT_EQ(everything(), were);
    EXPECT_EQ(guards(), guarded);
    open(after);
    EXPECT_EQ(everything(), were);
}

TEST_P(OlderWorkshop, TakesNoBookingThatCannotBe) {
    open(after);
    std::map<std::string, std::string> const wrong{{"kind", "'party'"},
                                                   {"origin", "'fax'"},
                                                   {"state", "'lost'"},
                                                   {"people", "0"},
                                                   {"assisted", "2"},
                                                   {"quantity", "-1"},
                                                   {"version", "0"},
                                                   {"calendar_sequence", "-1"},
                                                   {"end_us", hour(50)},
                                                   {"series_id", id(904)},
                                                   {"occupied_from_us", hour(51)},
                                                   {"occupied_until_us", hour(50)}};
    for (auto const& [column, value] : wrong)
        EXPECT_EQ(refused(booking(50, "confirmed", {{column, value}})), "check") << column;
    EXPECT_EQ(refused(booking(50, "confirmed",
                              {{"end_us", hour(50 + 7 * 24 + 1)},
                               {"occupied_until_us", hour(50 + 7 * 24 + 1)}})),
              "check")
        << "longer than a week";
    EXPECT_EQ(refused(booking(50, "pending", {{"hold_until_us", "NULL"}})), "check");
    EXPECT_EQ(refused(booking(50, "pending", {{"pending_for", "'rain'"}})), "check");
    for (auto const* column : {"machine_id", "enterprise_id", "created_by", "operated_by"})
        EXPECT_EQ(refused(booking(50, "confirmed", {{column, id(999)}})), "foreign_key") << column;
    EXPECT_EQ(refused(booking(50, "confirmed", {{"booking_id", id(102)}})), "unique");
    int number = 60;
    for (auto const* kind : {"job", "trial", "training"})
        for (auto const* origin :
             {"web", "desk", "phone", "kiosk", "series", "waitlist", "reslot", "import"}) {
            EXPECT_EQ(refused(booking(++number, "confirmed",
                                      {{"kind", "'" + std::string{kind} + "'"},
                                       {"origin", "'" + std::string{origin} + "'"}})),
                      "")
                << kind << " by " << origin;
        }
}

TEST_P(OlderWorkshop, StillGivesATimeToOneAlone) {
    open(after);
    auto const at_hour = [](int number) {
        return std::map<std::string, std::string>{{"start_us", hour(number)},
                                                  {"end_us", hour(number + 1)},
                                                  {"occupied_from_us", hour(number)},
                                                  {"occupied_until_us", hour(number + 1)}};
    };
    for (int const taken : {1, 2, 3, 10})
        EXPECT_EQ(refused(booking(50, "confirmed", at_hour(taken))), "overlap") << taken;
    for (int const taken : {1, 2, 3, 10})
        EXPECT_EQ(refused("UPDATE booking SET occupied_from_us = " + hour(taken) +
                          ", start_us = " + hour(taken) + ", end_us = " + hour(taken + 1) +
                          ", occupied_until_us = " + hour(taken + 1) +
                          " WHERE booking_id = " + id(140)),
                  "overlap")
            << taken;
    for (int const given_back : {0, 4, 5, 6, 7, 8, 9})
        EXPECT_EQ(refused(booking(50 + given_back, "confirmed", at_hour(given_back))), "")
            << given_back;
    EXPECT_EQ(refused(booking(70, "confirmed", {{"exclusive", "0"}})), "check");
    EXPECT_EQ(refused(step(2, "running")), "unique") << "the machine runs for another";
    EXPECT_EQ(
        refused(booking(71, "confirmed", {{"series_id", id(903)}, {"occurrence_us", hour(40)}})),
        "unique");
}

TEST_P(OlderWorkshop, StillHoldsEachToItsLife) {
    open(after);
    EXPECT_EQ(refused(booking(50, "running")), "check") << "it begins otherwise";
    for (auto const& [number, to] : std::map<int, std::string>{{0, "running"},
                                                               {1, "missed"},
                                                               {3, "missed"},
                                                               {4, "running"},
                                                               {5, "confirmed"},
                                                               {8, "missed"}})
        EXPECT_EQ(refused(step(number, to)), "check") << number << " to " << to;
    EXPECT_EQ(refused("UPDATE booking SET start_us = start_us - 1, occupied_from_us = "
                      "occupied_from_us - 1 WHERE booking_id = " +
                      id(104)),
              "check")
        << "what is over does not move";
    EXPECT_EQ(
        refused("UPDATE booking SET booking_id = " + id(999) + " WHERE booking_id = " + id(140)),
        "check");
    EXPECT_EQ(refused("DELETE FROM booking WHERE booking_id = " + id(106)), "check");
    auto const live = "SELECT CAST(live AS text) FROM booking_hold";
    ASSERT_EQ(lines(live), std::vector<std::string>{"1"});
    EXPECT_EQ(refused(step(2, "late_cancelled")), "");
    EXPECT_EQ(lines(live), std::vector<std::string>{"0"}) << "it let go of the die";
    EXPECT_EQ(refused("INSERT INTO booking_hold (facility_id, booking_id, resource_id, units, "
                      "from_us, until_us, live) VALUES (" +
                      id(1) + ", " + id(998) + ", " + id(7) + ", 1, 0, 1, 0)"),
              "foreign_key");
}

TEST_P(OlderWorkshop, FindsWhomToTellWithoutGoingThroughAll) {
    auto const who = "SELECT person_id FROM role_grant WHERE facility_id = " + id(1) +
                     " AND enterprise_id = " + id(5);
    auto const waiting = "SELECT message_id FROM message WHERE facility_id = " + id(1) +
                         " AND about = " + id(102) + " AND state = 'waiting'";
    EXPECT_THAT(plan(who), ::testing::Not(HasSubstr("role_grant_of_enterprise")));
    open(after);
    EXPECT_THAT(plan(who), HasSubstr("role_grant_of_enterprise"));
    EXPECT_THAT(plan(waiting), HasSubstr("message_waiting"));
    EXPECT_EQ(lines("SELECT CAST(message_id AS text) FROM message WHERE facility_id = " + id(1) +
                    " AND about = " + id(102) + " AND state = 'waiting'")
                  .size(),
              1U);
    EXPECT_EQ(lines("SELECT CAST(person_id AS text) FROM role_grant WHERE facility_id = " + id(1) +
                    " AND enterprise_id = " + id(5))
                  .size(),
              1U);
}

/// Answers that were kept with the secrets in them.
class OlderAnswers : public OlderDatabase {
protected:
    OlderAnswers() : OlderDatabase(21) {}
};
KARKHANA_ON_BOTH_ENGINES(OlderAnswers);

TEST_P(OlderAnswers, AreKeptWithoutWhatWasSecretInThem) {
    run("INSERT INTO facility (facility_id, slug, name_en, name_bn, address_en, address_bn, zone, "
        "created_at) VALUES (" +
        id(1) + ", 'w', 'W', 'ক', '', '', 'Asia/Dhaka', 0)");
    run("INSERT INTO person (facility_id, person_id, login, name_en, name_bn, language, "
        "password_hash, disabled, created_at) VALUES (" +
        id(1) + ", " + id(6) + ", 'p', 'P', 'প', 'bn', '', 0, 0)");
    std::vector<std::string> const bodies{R"({"id":"1","url":"/api/v1/feeds/0123.ics"})",
                                          R"({"id":"2","secret":"whsec_0123"})",
                                          R"({"id":"3","url":"https://example.org/feeds/"})"};
    for (std::size_t i = 0; i < bodies.size(); ++i)
        run("INSERT INTO idempotency (facility_id, person_id, key_hash, request_hash, status, "
            "content_type, headers, body, created_at) VALUES (" +
            id(1) + ", " + id(6) + ", '" + std::string(64, static_cast<char>('a' + i)) + "', '" +
            std::string(64, 'f') + "', 201, 'application/json', '[]', '" + bodies[i] + "', 0)");
    open(22);
    EXPECT_EQ(lines("SELECT body FROM idempotency ORDER BY key_hash"),
              (std::vector<std::string>{"", "", bodies[2]}));
}

/// People of before there were fourteen roles.
class OlderRoles : public OlderDatabase {
protected:
    static constexpr int before = 69, after = 70;

    OlderRoles() : OlderDatabase(before) {
        run("INSERT INTO facility (facility_id, slug, name_en, name_bn, address_en, address_bn, "
            "zone, created_at) VALUES (" +
            id(1) + ", 'w', 'W', 'ক', '', '', 'Asia/Dhaka', 0)");
        run("INSERT INTO enterprise (facility_id, enterprise_id, name_en, name_bn, women_led, "
            "suspended, search_key, created_at) VALUES (" +
            id(1) + ", " + id(5) + ", 'E', 'উ', 0, 0, 'e', 0)");
        run("INSERT INTO person (facility_id, person_id, login, name_en, name_bn, language, "
            "password_hash, disabled, created_at) VALUES (" +
            id(1) + ", " + id(6) + ", 'p', 'P', 'প', 'bn', '', 0, 0)");
        grant(0, "'manager'", "NULL");
        grant(1, "'member'", id(5));
        run("INSERT INTO api_token (facility_id, token_hash, person_id, label, roles, created_at, "
            "expires_at) VALUES (" +
            id(1) + ", '" + std::string(64, 'a') + "', " + id(6) +
            ", 't', '[\"member\",\"manager\"]', 0, 1)");
    }
    void grant(int position, std::string const& role, std::string const& enterprise) {
        run(grant_of(position, role, enterprise));
    }
    static std::string grant_of(int position, std::string const& role,
                                std::string const& enterprise) {
        return "INSERT INTO role_grant (facility_id, person_id, position, role, enterprise_id) "
               "VALUES (" +
               id(1) + ", " + id(6) + ", " + std::to_string(position) + ", " + role + ", " +
               enterprise + ")";
    }
};
KARKHANA_ON_BOTH_ENGINES(OlderRoles);

TEST_P(OlderRoles, WhoeverSawTheBillsAsAMemberIsAnOwnerNow) {
    EXPECT_EQ(refused(grant_of(2, "'owner'", id(5))), "check");
    open(after);
    EXPECT_EQ(lines("SELECT role FROM role_grant ORDER BY position"),
              (std::vector<std::string>{"manager", "owner"}));
    EXPECT_EQ(lines("SELECT roles FROM api_token").at(0), R"(["owner","manager"])");
    EXPECT_EQ(refused(grant_of(2, "'member'", id(5))), "");
    EXPECT_EQ(refused(grant_of(3, "'owner'", "NULL")), "check");
    EXPECT_EQ(refused(grant_of(3, "'partner'", "NULL")), "check");
    EXPECT_EQ(refused(grant_of(3, "'auditor'", id(5))), "check");
    EXPECT_EQ(refused(grant_of(3, "'root'", "NULL")), "check");
    EXPECT_EQ(refused(grant_of(3, "'technician'", "NULL")), "");
}

}  // namespace
}  // namespace karkhana::tests

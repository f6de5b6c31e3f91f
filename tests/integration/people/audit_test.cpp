#include <thread>

#include "server/people/audit.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

class Audit : public PeopleTest {
protected:
    void append(std::string subject) { append(std::move(subject), here); }
    void append(std::string subject, FacilityId const& facility) {
        ledger().write([&](store::Writer& writer) {
            append_audit(writer, facility,
                         {.action = "test", .subject = subject, .after = R"({"ক":1})"},
                         clock.now());
            return true;
        });
    }
    std::optional<std::int64_t> broken() { return broken(here); }
    std::optional<std::int64_t> broken(FacilityId const& facility) {
        return ledger().read(
            [&](store::Reader& reader) { return first_broken_audit(reader, facility); });
    }
    std::vector<AuditRecord> list(std::int64_t cursor, int limit) {
        return ledger().read(
            [&](store::Reader& reader) { return list_audit(reader, here, cursor, limit); });
    }
};
KARKHANA_ON_BOTH_ENGINES(Audit);

TEST_P(Audit, IsAChainOfEachFacility) {
    EXPECT_EQ(broken(), std::nullopt);
    append("a/1");
    append("x/1", elsewhere);
    append("a/2");
    auto const found = list(0, 10);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].sequence, 2);
    EXPECT_EQ(found[0].event.subject, "a/2");
    EXPECT_EQ(found[0].previous_hash, found[1].hash);
    EXPECT_EQ(found[1].previous_hash, "");
    EXPECT_EQ(found[1].event.after, R"({"ক":1})");
    EXPECT_EQ(found[1].at, clock.now());
    EXPECT_EQ(broken(), std::nullopt);
}

TEST_P(Audit, IsListedInPages) {
    for (int i = 1; i <= 5; ++i) append("a/" + std::to_string(i));
    EXPECT_EQ(list(0, 2)[1].sequence, 4);
    auto const second = list(4, 2);
    ASSERT_EQ(second.size(), 2u);
    EXPECT_EQ(second[0].sequence, 3);
    EXPECT_EQ(list(2, 2).size(), 1u);
    EXPECT_TRUE(list(1, 2).empty());
}

TEST_P(Audit, ASpoiltChangeLeavesNoEvent) {
    EXPECT_THROW(ledger().write([&](store::Writer& writer) -> bool {
        append_audit(writer, here, {.action = "test"}, clock.now());
        throw std::logic_error("after the event");
    }),
                 std::logic_error);
    append("a/1");
    EXPECT_EQ(list(0, 10).size(), 1u);
    EXPECT_EQ(broken(), std::nullopt);
}

TEST_P(Audit, RawSqlCannotChangeIt) {
    append("a/1");
    std::vector<std::string_view> edits{"UPDATE audit_event SET reason = 'x'",
                                        "UPDATE audit_event SET hash = hash WHERE sequence = 1",
                                        "DELETE FROM audit_event"};
    if (is_postgres()) edits.emplace_back("TRUNCATE audit_event");
    for (auto const sql : edits) {
        try {
            ledger().write([&](store::Writer& writer) { return writer.execute(sql); });
            ADD_FAILURE() << sql;
        } catch (store::ConstraintViolated const& violated) {
            EXPECT_EQ(violated.kind(), store::ConstraintViolated::Kind::check) << sql;
        }
    }
    EXPECT_EQ(list(0, 10).size(), 1u);
}

TEST_P(Audit, EveryEditPastTheTriggersIsFound) {
    struct Row {
        char const* sql;
        std::int64_t first;
    };
    std::vector<Row> const rows{
        {"UPDATE audit_event SET reason = 'x' WHERE facility_id = $1 AND sequence = 3", 3},
        {"UPDATE audit_event SET occurred_at = occurred_at + 1 "
         "WHERE facility_id = $1 AND sequence = 1",
         1},
        {"UPDATE audit_event SET person_id = facility_id "
         "WHERE facility_id = $1 AND sequence = 5",
         5},
        {"DELETE FROM audit_event WHERE facility_id = $1 AND sequence = 2", 2},
        {"UPDATE audit_event SET sequence = 9 WHERE facility_id = $1 AND sequence = 5", 5},
        {"DELETE FROM audit_event WHERE facility_id = $1 AND sequence = 5", 5},
        {"DELETE FROM audit_event WHERE facility_id = $1", 1},
        {"UPDATE audit_head SET sequence = 4 WHERE facility_id = $1", 6},
        {"UPDATE audit_head SET hash = 'x' WHERE facility_id = $1", 5},
        {"DELETE FROM audit_head WHERE facility_id = $1", 6}};
    for (auto const& [sql, first] : rows) {
        auto const facility = add_facility();
        for (int i = 1; i <= 5; ++i) append("a/" + std::to_string(i), facility);
        ASSERT_EQ(broken(facility), std::nullopt);
        tamper_with_audit(sql, facility);
        EXPECT_EQ(broken(facility), first) << sql;
    }
    EXPECT_EQ(broken(), std::nullopt);
}

TEST_P(Audit, AForgedEventWithARightHashBreaksTheNext) {
    for (int i = 1; i <= 3; ++i) append("a/" + std::to_string(i));
    auto forged = list(3, 1).at(0);
    ASSERT_EQ(forged.sequence, 2);
    forged.event.subject = "a/9";
    tamper_with_audit("UPDATE audit_event SET subject = 'a/9' "
                      "WHERE facility_id = $1 AND sequence = 2",
                      here);
    EXPECT_EQ(broken(), 2);
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE audit_event SET hash = $2 "
                              "WHERE facility_id = $1 AND sequence = 2",
                              here, audit_hash(here, forged));
    });
    EXPECT_EQ(broken(), 3);
}

TEST_P(Audit, AppendsOfManyThreadsMakeOneChain) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            for (int k = 0; k < 20; ++k) append("a/" + std::to_string(i * 100 + k));
        });
    threads.clear();
    EXPECT_EQ(count("SELECT max(sequence) FROM audit_event"), 160);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event"), 160);
    EXPECT_EQ(broken(), std::nullopt);
}

}  // namespace
}  // namespace karkhana::people

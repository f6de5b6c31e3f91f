#include <gtest/gtest.h>
#include <set>

#include "server/people/audit.hpp"

namespace karkhana::people {
namespace {

FacilityId const kFacility = FacilityId::parse("01900000-0000-7000-8000-000000000001").value();

AuditRecord record() {
    return {.sequence = 7,
            .at = instant(1'795'000'000'000'000),
            .event = {.person = PersonId::parse("01900000-0000-7000-8000-0000000000aa"),
                      .action = "createPerson",
                      .subject = "person/1",
                      .before = "",
                      .after = R"({"name":"রিনা"})",
                      .reason = "new"},
            .previous_hash = std::string(64, '0')};
}

TEST(AuditHash, IsWhatAnybodyComputesFromTheFields) {
    // printf '36:...,' of the fields in the documented order | sha256sum
    EXPECT_EQ(audit_hash(kFacility, record()),
              "32df594e409c761551a0a24a621187fd99a065e3a438c7ccf9af16581b43e009");
}

TEST(AuditHash, DependsOnEveryField) {
    std::set<std::string> hashes{audit_hash(kFacility, record())};
    auto const changed = [&](auto const& change) {
        auto other = record();
        change(other);
        EXPECT_TRUE(hashes.insert(audit_hash(kFacility, other)).second);
    };
    changed([](AuditRecord& r) { r.sequence = 8; });
    changed([](AuditRecord& r) { r.at += Duration{1}; });
    changed([](AuditRecord& r) { r.event.person.reset(); });
    changed([](AuditRecord& r) { r.event.action = "x"; });
    changed([](AuditRecord& r) { r.event.subject = "x"; });
    changed([](AuditRecord& r) { r.event.before = "x"; });
    changed([](AuditRecord& r) { r.event.after = "x"; });
    changed([](AuditRecord& r) { r.event.reason = "x"; });
    changed([](AuditRecord& r) { r.previous_hash = "x"; });
    // What moves from one field into the next is another event.
    changed([](AuditRecord& r) {
        r.event.subject = "person/";
        r.event.before = "1";
    });
    EXPECT_TRUE(hashes.insert(audit_hash(FacilityId{}, record())).second);
}

}  // namespace
}  // namespace karkhana::people

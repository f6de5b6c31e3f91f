#include <gtest/gtest.h>

#include "server/people/records.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

using store::ConstraintViolated;

class PeopleRecords : public PeopleTest {
protected:
    /// What the database says to `sql`: 'u'nique, 'f'oreign key, 'c'heck, or '-' when it agrees.
    template <class Work>
    char refusal(Work&& work) {
        try {
            ledger().write([&](store::Writer& writer) {
                work(writer);
                return true;
            });
            return '-';
        } catch (ConstraintViolated const& violated) {
            switch (violated.kind()) {
            case ConstraintViolated::Kind::unique: return 'u';
            case ConstraintViolated::Kind::foreign_key: return 'f';
            case ConstraintViolated::Kind::check: return 'c';
            default: return '?';
            }
        }
    }
};
KARKHANA_ON_BOTH_ENGINES(PeopleRecords);

TEST_P(PeopleRecords, KeepAnEnterpriseAsItWas) {
    Enterprise const shoes{.id = ids.make<EnterpriseId>(),
                           .name = {"Rina Shoes", "রিনা সু"},
                           .phone = "+8801712345678",
                           .place = std::nullopt,
                           .women_led = true,
                           .suspended = true};
    ledger().write([&](store::Writer& writer) {
        insert_enterprise(writer, here, shoes, clock.now());
        return true;
    });
    ledger().read([&](store::Reader& reader) {
        auto const found = find_enterprise(reader, here, shoes.id).value();
        EXPECT_EQ(found.name, shoes.name);
        EXPECT_EQ(found.phone, shoes.phone);
        EXPECT_EQ(found.place, std::nullopt);
        EXPECT_TRUE(found.women_led && found.suspended);
        EXPECT_FALSE(find_enterprise(reader, elsewhere, shoes.id));
        EXPECT_EQ(all_enterprises(reader, here).size(), 1u);
        EXPECT_TRUE(list_enterprises(reader, here, "", "no id", 10).empty());
        return true;
    });
}

TEST_P(PeopleRecords, KeepAPersonAsItWas) {
    auto const shoes = add_enterprise("Rina Shoes");
    auto const rina = add_person("rina", {{"operator", {}}, {"member", shoes.id}});
    ledger().read([&](store::Reader& reader) {
        auto const found = find_person(reader, here, rina.id).value();
        EXPECT_EQ(found.roles, rina.roles);
        EXPECT_EQ(found.language, "bn");
        EXPECT_FALSE(find_person(reader, elsewhere, rina.id));
        EXPECT_EQ(find_person_by_login(reader, here, "rina")->id, rina.id);
        EXPECT_EQ(list_people(reader, here).at(0).roles, rina.roles);
        auto const who = principal_of(reader, here, rina.id);
        EXPECT_EQ(who.roles, (std::vector<std::string>{"operator", "member"}));
        EXPECT_TRUE(who.acts_for(shoes.id));
        return true;
    });
}

TEST_P(PeopleRecords, TheDatabaseItselfRefusesNonsense) {
    auto const foreign = add_enterprise("Foreign", elsewhere);
    auto const rina = add_person("rina", {{"manager", {}}});
    auto const person = [&](std::string login, RoleGrant grant) {
        return refusal([&](store::Writer& writer) {
            insert_person(
                writer, here,
                {.id = ids.make<PersonId>(), .login = login, .name = {"a", "a"}, .roles = {grant}},
                "", clock.now());
        });
    };
    EXPECT_EQ(person("rina", {"manager", {}}), 'u');
    EXPECT_EQ(person("moyna", {"member", foreign.id}), 'f');
    EXPECT_EQ(person("moyna", {"member", {}}), 'c');
    EXPECT_EQ(person("moyna", {"manager", foreign.id}), 'c');
    EXPECT_EQ(person("moyna", {"root", {}}), 'c');
    EXPECT_EQ(refusal([&](store::Writer& writer) {
                  writer.execute("UPDATE person SET disabled = 2 WHERE facility_id = $1", here);
              }),
              'c');
    EXPECT_EQ(refusal([&](store::Writer& writer) {
                  writer.execute("DELETE FROM person WHERE facility_id = $1 AND person_id = $2",
                                 here, rina.id);
              }),
              'f');
    EXPECT_EQ(count("SELECT count(*) FROM person"), 1);
}

}  // namespace
}  // namespace karkhana::people

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/notify/webhooks.hpp"
#include "tests/integration/notify/notify_fixture.hpp"

namespace karkhana::notify {
namespace {

using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class OutboxOf : public NotifyTest {
protected:
    std::vector<std::string> addresses() {
        std::vector<std::string> found;
        for (auto const& each : all()) found.push_back(each.address);
        return found;
    }
    std::vector<Message> inbox_of(people::Person const& person) {
        return ledger().read(
            [&](store::Reader& reader) { return inbox(reader, here, person.id, {}, 100); });
    }
};
KARKHANA_ON_BOTH_ENGINES(OutboxOf);

TEST_P(OutboxOf, TellsEverybodyOfAShopByTheWaysTheyWish) {
    auto const brother = add_person("brother", {{"member", shoes.id}}, "+8801712000009", "en");
    set_contact_of(rina, "rina@example.org");
    set_contact_of(brother, std::nullopt, false);
    tell(shoes.id, booked());
    EXPECT_THAT(addresses(), UnorderedElementsAre("+8801712000001", "rina@example.org"));
    ASSERT_THAT(inbox_of(rina), SizeIs(1));
    ASSERT_THAT(inbox_of(brother), SizeIs(1));
    EXPECT_EQ(inbox_of(rina)[0].text,
              "লেজার ১ বুক হয়েছে: শুক্র ২০ নভে, ১২:০০-১৪:০০। মেশিনে পিন ৪৮২১। ভৈরব");
    EXPECT_EQ(inbox_of(brother)[0].text,
              "Laser 1 is booked: Fri 20 Nov, 12:00-14:00. PIN at the machine: 4821. Bhairab");
    EXPECT_THAT(inbox_of(manager), SizeIs(0));
}

TEST_P(OutboxOf, TellsAMemberOfBookingsAndAnOwnerAloneOfMoney) {
    auto const owner = add_person("owner", {{"owner", shoes.id}}, "+8801712000009", "en");
    auto bill = booked("3");
    bill.kind = "invoice_issued";
    bill.values = {{"number", {"7", "৭"}},
                   {"period", {"11/2026", "১১/২০২৬"}},
                   {"amount", {"Tk 5", "৳ ৫"}},
                   {"facility", {"Bhairab", "ভৈরব"}}};
    tell(shoes.id, bill);
    EXPECT_THAT(inbox_of(rina), SizeIs(0)) << "a member";
    EXPECT_THAT(inbox_of(owner), SizeIs(1));
    tell(shoes.id, booked());
    EXPECT_THAT(inbox_of(rina), SizeIs(1));
}

TEST_P(OutboxOf, RingsTheShopsOwnNumberWhenNobodyLogsIn) {
    tell(caller.id, booked());
    ASSERT_THAT(addresses(), UnorderedElementsAre("+8801712000002"));
    EXPECT_EQ(all()[0].parts, 1);
    EXPECT_EQ(all()[0].language, Language::bn);
}

TEST_P(OutboxOf, TellsTheSameOnce) {
    for (int i = 0; i < 3; ++i) tell(shoes.id, booked());
    EXPECT_THAT(all(), SizeIs(1));
    tell(shoes.id, booked("2"));
    EXPECT_THAT(all(), SizeIs(2));
}

TEST_P(OutboxOf, SaysNothingOfWhatWasUndone) {
    struct Undone {};
    EXPECT_THROW(ledger().write([&](store::Writer& writer) -> bool {
        outbox_.tell_enterprise(writer, here, shoes.id, booked(), clock.now());
        throw Undone{};
    }),
                 Undone);
    EXPECT_THAT(all(), SizeIs(0));
}

TEST_P(OutboxOf, WaitsForTheMorningUnlessItIsUrgent) {
    clock.set(parse_rfc3339("2026-11-20T23:30:00+06:00").value());
    tell(shoes.id, booked());
    auto urgent = booked();
    urgent.kind = "time_almost_over";
    urgent.values["until"] = {"00:30", "০০:৩০"};
    tell(shoes.id, urgent);
    auto messages = all();
    std::ranges::sort(messages, {}, &Message::kind);
    EXPECT_EQ(messages[0].due_at, parse_rfc3339("2026-11-21T07:00:00+06:00").value());
    EXPECT_EQ(messages[1].due_at, clock.now());
    EXPECT_THAT(inbox_of(rina), SizeIs(2)) << "the screen does not ring";
}

TEST_P(OutboxOf, KnowsWhatHasBeenRead) {
    tell(shoes.id, booked());
    auto const count = [&] {
        return ledger().read([&](store::Reader& reader) { return unread(reader, here, rina.id); });
    };
    auto const id = inbox_of(rina).at(0).id;
    auto const read = [&](people::Person const& person) {
        return ledger().write([&](store::Writer& writer) {
            return mark_read(writer, here, person.id, id, clock.now());
        });
    };
    EXPECT_EQ(count(), 1);
    EXPECT_FALSE(read(manager)) << "it is not the manager's";
    EXPECT_EQ(count(), 1);
    auto const first = clock.now();
    EXPECT_TRUE(read(rina));
    clock.advance(1h);
    EXPECT_TRUE(read(rina));
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(inbox_of(rina)[0].read_at, first);
}

TEST_P(OutboxOf, TellsOtherProgramsOnce) {
    Webhook const hook{.id = ids.make<WebhookId>(),
                       .url = "https://example.org/hook",
                       .secret = "whsec_AAAA",
                       .created_at = clock.now()};
    ledger().write([&](store::Writer& writer) {
        insert_webhook(writer, here, hook);
        return true;
    });
    tell(caller.id, booked());
    tell(caller.id, booked());
    auto messages = all();
    std::erase_if(messages, [](auto const& each) { return each.channel != Channel::webhook; });
    ASSERT_THAT(messages, SizeIs(1));
    EXPECT_THAT(messages[0].text, ::testing::HasSubstr("\"type\":\"booking_confirmed\""));
    EXPECT_THAT(messages[0].text, ::testing::HasSubstr(caller.id.text()));
    EXPECT_THAT(messages[0].text, ::testing::Not(::testing::HasSubstr("4821")))
        << "a PIN is for people";
    auto const forget = [&] {
        return ledger().write(
            [&](store::Writer& writer) { return delete_webhook(writer, here, hook.id); });
    };
    EXPECT_TRUE(forget());
    EXPECT_FALSE(forget());
    EXPECT_THAT(all(State::failed), SizeIs(1));
}

TEST_P(OutboxOf, KeepsWhatWasSaidAsItWasSaid) {
    tell(caller.id, booked());
    for (auto const* change :
         {"UPDATE message SET body = 'other'", "UPDATE message SET address = ''"})
        EXPECT_THROW(ledger().write([&](store::Writer& writer) { return writer.execute(change); }),
                     store::ConstraintViolated)
            << change;
}

}  // namespace
}  // namespace karkhana::notify

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/telling/rules.hpp"

namespace karkhana::telling {
namespace {

using booking::PendingFor;
using booking::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using To = Told::To;

MachineId const laser{Uuid::version7(1, {1})};
MachineId const press{Uuid::version7(1, {2})};
EnterpriseId const mita{Uuid::version7(1, {3})};
EnterpriseId const rahim{Uuid::version7(1, {4})};
Interval const afternoon{instant(1'000'000'000), instant(2'000'000'000)};

Seen seen(State state, std::optional<PendingFor> waits = std::nullopt) {
    return {laser, mita, afternoon, state, waits, std::nullopt};
}
std::vector<Told> began(Seen const& after) {
    return told_of({"createBooking", std::nullopt, after, ""});
}
std::vector<Told> became(Seen const& before, Seen const& after, std::string action = "any") {
    return told_of({std::move(action), before, after, ""});
}

TEST(Beginning, IsConfirmedOrAwaitsSomebody) {
    EXPECT_THAT(began(seen(State::confirmed)), ElementsAre(Told{"booking_confirmed"}));
    EXPECT_THAT(began(seen(State::pending, PendingFor::approval)),
                ElementsAre(Told{"booking_pending"}, Told{"approval_wanted", To::managers}));
    EXPECT_THAT(began(seen(State::pending, PendingFor::offer)),
                ElementsAre(Told{"waitlist_offer"}));
}

TEST(Pending, EndsInWordsOfItsOwn) {
    auto const asked = seen(State::pending, PendingFor::approval);
    auto const offered = seen(State::pending, PendingFor::offer);
    EXPECT_THAT(became(asked, seen(State::confirmed)), ElementsAre(Told{"booking_confirmed"}));
    EXPECT_THAT(became(asked, seen(State::cancelled), "refuseBooking"),
                ElementsAre(Told{"booking_declined"}));
    EXPECT_THAT(became(asked, seen(State::released)), ElementsAre(Told{"booking_lapsed"}));
    EXPECT_THAT(became(offered, seen(State::confirmed)), ElementsAre(Told{"booking_confirmed"}));
    EXPECT_THAT(became(offered, seen(State::released), "lapseOffer"),
                ElementsAre(Told{"waitlist_over"}));
    EXPECT_THAT(became(offered, seen(State::cancelled), "cancelBooking"),
                ElementsAre(Told{"waitlist_over"}));
    EXPECT_THAT(became(offered, asked, "takeOffer"),
                ElementsAre(Told{"booking_pending"}, Told{"approval_wanted", To::managers}))
        << "what has to be approved is not had by taking the offer";
}

TEST(Ends, AreTold) {
    auto const booked = seen(State::confirmed);
    EXPECT_THAT(became(booked, seen(State::cancelled)), ElementsAre(Told{"booking_cancelled"}));
    EXPECT_THAT(became(booked, seen(State::late_cancelled)),
                ElementsAre(Told{"booking_late_cancelled"}));
    EXPECT_THAT(became(booked, seen(State::missed)), ElementsAre(Told{"booking_missed"}));
    EXPECT_THAT(became(booked, seen(State::released)), ElementsAre(Told{"booking_released"}));
    for (auto const ended : {State::missed, State::late_cancelled})
        EXPECT_THAT(became(seen(ended), seen(State::released), "excuseBooking"),
                    ElementsAre(Told{"booking_excused"}));
    EXPECT_THAT(became(seen(State::running), seen(State::interrupted)),
                ElementsAre(Told{"booking_interrupted"}));
}

TEST(OwnWork, NeedsNoMessage) {
    for (auto const next : {State::checked_in, State::running, State::paused, State::completed})
        EXPECT_THAT(became(seen(State::confirmed), seen(next)), IsEmpty());
    EXPECT_THAT(became(seen(State::running), seen(State::running), "askStop"), IsEmpty());
}

TEST(UseByPower, IsToldToThePartyAndAStrangersToTheManager) {
    EXPECT_THAT(became(seen(State::confirmed), seen(State::checked_in), "attendByPower"),
                ElementsAre(Told{"booking_attended"}));
    EXPECT_THAT(became(seen(State::checked_in), seen(State::checked_in), "attendByPower"),
                IsEmpty())
        << "who has come knows it";
    EXPECT_THAT(became(seen(State::confirmed), seen(State::confirmed), "warnForeignUse"),
                ElementsAre(Told{"machine_in_use", To::managers}));
}

TEST(AMove, IsToldWhereverItGoes) {
    for (auto const state : {State::confirmed, State::pending, State::running}) {
        auto later = seen(state);
        later.during.end += std::chrono::minutes{15};
        EXPECT_THAT(became(seen(state), later), ElementsAre(Told{"booking_moved"}));
    }
    auto elsewhere = seen(State::confirmed);
    elsewhere.machine = press;
    EXPECT_THAT(became(seen(State::confirmed), elsewhere), ElementsAre(Told{"booking_moved"}));
}

TEST(AProposal, IsToldWithItsPlaceOrWithout) {
    auto const booked = seen(State::confirmed);
    Change change{"proposeBooking", booked, booked, "", Place{press, afternoon}};
    EXPECT_THAT(told_of(change), ElementsAre(Told{"new_time_proposed"}));
    EXPECT_EQ(useful_until("new_time_proposed", change), afternoon.start);
    change.proposed.reset();
    EXPECT_THAT(told_of(change), ElementsAre(Told{"booking_displaced"}));
}

TEST(Excuses, AreToldThoughTheStateStays) {
    auto const missed = seen(State::missed);
    for (auto const* action : {"excuseBooking", "withdrawFee"})
        EXPECT_THAT(became(missed, missed, action), ElementsAre(Told{"booking_excused"}));
    EXPECT_THAT(became(seen(State::confirmed), seen(State::confirmed), "warnOverrun"),
                ElementsAre(Told{"booking_overrun"}));
}

TEST(Fees, AreToldWhenTheyComeAndWhenTheyBecomeLess) {
    auto const over = seen(State::completed);
    EXPECT_THAT(became(over, over, "chargeOverrun"), ElementsAre(Told{"overrun_charged"}));
    EXPECT_THAT(became(over, over, "lowerFee"), ElementsAre(Told{"fee_lowered"}));
    // The job itself is paid for all the same.
    for (auto const* action : {"excuseBooking", "withdrawFee"})
        EXPECT_THAT(became(over, over, action), ElementsAre(Told{"fee_withdrawn"}));
    EXPECT_NE(reason_words("booking_moved", "late_change").bn, "");
    EXPECT_EQ(reason_words("booking_moved", "").bn, "");
}

TEST(AHandOver, IsToldToBoth) {
    auto others = seen(State::confirmed);
    others.enterprise = rahim;
    EXPECT_THAT(
        became(seen(State::confirmed), others),
        ElementsAre(Told{"booking_confirmed"}, Told{"booking_handed_over", To::former_party}));
}

TEST(Usefulness, EndsWithTheHoldOrTheBooking) {
    auto offered = seen(State::pending, PendingFor::offer);
    offered.hold_until = instant(500'000'000);
    Change const change{"offerBooking", std::nullopt, offered, ""};
    EXPECT_EQ(useful_until("waitlist_offer", change), offered.hold_until);
    EXPECT_EQ(useful_until("booking_confirmed", change), afternoon.end);
    EXPECT_EQ(useful_until("booking_missed", change), std::nullopt);
}

TEST(Reasons, AreSaidInBothLanguagesAndKeptShort) {
    EXPECT_EQ(reason_words("booking_cancelled", "outage").bn, "মেশিন চালানো যায়নি");
    EXPECT_EQ(reason_words("booking_cancelled", "").en, "on request");
    EXPECT_EQ(reason_words("booking_moved", "").en, "");
    EXPECT_EQ(reason_words("booking_cancelled", "বন্যা").en, "বন্যা");
    std::string much;
    for (int i = 0; i < 80; ++i) much += "ক";
    auto const cut = reason_words("booking_cancelled", much).bn;
    EXPECT_EQ(cut.size(), 50 * 3 + 3);
    EXPECT_TRUE(cut.ends_with("ক..."));
}

TEST(Closures, AreToldToWhoIsAtWorkAndWithdrawnToWhoLostTheirTime) {
    auto const running = seen(State::running);
    Change change{"warnClosure", running, running, "The river is high", std::nullopt};
    EXPECT_THAT(told_of(change), ElementsAre(Told{"closure_ahead"}));
    EXPECT_EQ(useful_until("closure_ahead", change), afternoon.end);
    change.action = "warnClosed";
    EXPECT_THAT(told_of(change), ElementsAre(Told{"closure_begins"}));
    EXPECT_EQ(reason_words("closure_begins", change.reason).en, "The river is high");
    change.action = "offerBack";
    EXPECT_THAT(told_of(change), ElementsAre(Told{"time_offered_back"}));
    change.action = "tellReopened";
    EXPECT_THAT(told_of(change), ElementsAre(Told{"closure_withdrawn"}));
    // Another operator at the same hour is nobody's matter.
    change.action = "changeOperator";
    EXPECT_THAT(told_of(change), ElementsAre());
}

TEST(AProposal, SaysWhatTookTheOldOne) {
    EXPECT_EQ(reason_words("new_time_proposed", "outage").en, "the machine cannot be used then");
    EXPECT_EQ(reason_words("new_time_proposed", "closed").bn, "তখন কেন্দ্র বন্ধ");
    EXPECT_EQ(reason_words("new_time_proposed", "operator").en, "no operator is there then");
}

}  // namespace
}  // namespace karkhana::telling

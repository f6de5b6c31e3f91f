#include "server/telling/rules.hpp"

#include <algorithm>
#include <array>

namespace karkhana::telling {
namespace {

using booking::PendingFor;
using booking::State;
using To = Told::To;

constexpr std::size_t reason_most = 50;

bool is_offer(Seen const& seen) { return seen.pending_for == PendingFor::offer; }

std::vector<Told> told_of_beginning(Seen const& after) {
    if (after.state == State::confirmed) return {{"booking_confirmed"}};
    if (after.state != State::pending) return {};
    if (is_offer(after)) return {{"waitlist_offer"}};
    return {{"booking_pending"}, {"approval_wanted", To::managers}};
}

std::vector<Told> told_of_release(Seen const& before) {
    if (before.state == State::pending)
        return {{is_offer(before) ? "waitlist_over" : "booking_lapsed"}};
    return {{before.state == State::confirmed ? "booking_released" : "booking_excused"}};
}

std::vector<Told> told_of_step(Change const& change) {
    auto const& before = *change.before;
    switch (change.after.state) {
    case State::pending: return told_of_beginning(change.after);
    case State::confirmed: return {{"booking_confirmed"}};
    case State::cancelled:
        // An offer that was declined or withdrawn was never theirs.
        if (before.state == State::pending && is_offer(before)) return {{"waitlist_over"}};
        return {{change.action == "refuseBooking" ? "booking_declined" : "booking_cancelled"}};
    case State::late_cancelled: return {{"booking_late_cancelled"}};
    case State::missed: return {{"booking_missed"}};
    // Who is not there themselves should say so before it is charged.
    case State::checked_in:
        if (change.action == "attendByPower") return {{"booking_attended"}};
        return {};
    case State::released: return told_of_release(before);
    case State::interrupted: return {{"booking_interrupted"}};
    default: return {};
    }
}

bool is_of_closure(std::string_view action) {
    return action == "warnClosure" || action == "warnClosed";
}

/// At most so many characters, none cut in two.
std::string shortened(std::string_view text, std::size_t most) {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
        if (characters++ == most) return std::string{text.substr(0, at)} + "...";
    }
    return std::string{text};
}

}  // namespace

bool is_of_series(std::string_view action) {
    constexpr std::array<std::string_view, 6> acts{"createSeries",  "changeSeries", "cancelSeries",
                                                   "approveSeries", "refuseSeries", "lapseSeries"};
    return std::ranges::find(acts, action) != acts.end();
}

bool is_of_fee(std::string_view action) {
    return action == "chargeOverrun" || action == "lowerFee" || action == "withdrawFee";
}

bool says_where(std::string_view action) {
    return action == "proposeBooking" || action == "offerBack" || action == "tellReopened" ||
           is_of_closure(action);
}

std::vector<Told> told_of(Change const& change) {
    if (is_of_series(change.action)) return {};
    if (change.action == "warnClosure") return {{"closure_ahead"}};
    if (change.action == "warnClosed") return {{"closure_begins"}};
    if (change.action == "offerBack") return {{"time_offered_back"}};
    if (change.action == "tellReopened") return {{"closure_withdrawn"}};
    if (!change.before) return told_of_beginning(change.after);
    auto const& before = *change.before;
    auto const& after = change.after;
    bool const moved = before.machine != after.machine || before.during != after.during;
    if (change.action == "proposeBooking")
        return {{change.proposed ? "new_time_proposed" : "booking_displaced"}};
    if (before.enterprise != after.enterprise)
        return {{"booking_confirmed"}, {"booking_handed_over", To::former_party}};
    if (before.state != after.state) return told_of_step(change);
    // Who took what was offered waits for the manager, where it has to be approved.
    if (before.pending_for != after.pending_for) return told_of_beginning(after);
    if (change.action == "warnOverrun") return {{"booking_overrun"}};
    if (change.action == "warnForeignUse") return {{"machine_in_use", To::managers}};
    if (change.action == "chargeOverrun") return {{"overrun_charged"}};
    if (change.action == "lowerFee") return {{"fee_lowered"}};
    // Who has used the booking, or will, pays for that.
    if (change.action == "excuseBooking" || change.action == "withdrawFee") {
        bool const all = after.state == State::missed && !change.reason.starts_with("late_change");
        return {{all ? "booking_excused" : "fee_withdrawn"}};
    }
    if (moved && booking::is_live(after.state)) return {{"booking_moved"}};
    return {};
}

std::optional<Instant> useful_until(std::string_view kind, Change const& change) {
    auto const& after = change.after;
    if (kind == "booking_pending" || kind == "approval_wanted" || kind == "waitlist_offer")
        return after.hold_until;
    bool const of_a_time =
        kind == "new_time_proposed" || kind == "time_offered_back" || kind == "closure_withdrawn";
    if (of_a_time && change.proposed) return change.proposed->during.start;
    if (kind == "closure_ahead" || kind == "closure_begins") return after.during.end;
    if (kind == "booking_confirmed" || kind == "booking_moved") return after.during.end;
    return std::nullopt;
}

facility::Name reason_words(std::string_view kind, std::string_view reason) {
    if (kind == "new_time_proposed" && reason == "closed")
        return {"the centre is closed then", "তখন কেন্দ্র বন্ধ"};
    if (kind == "new_time_proposed" && reason == "operator")
        return {"no operator is there then", "তখন অপারেটর নেই"};
    if (kind == "new_time_proposed")
        return {"the machine cannot be used then", "তখন মেশিন চলবে না"};
    if (kind == "booking_moved" && reason == "closure")
        return {"The facility is closed then.", "তখন সেন্টার বন্ধ।"};
    if (kind == "booking_moved" && reason == "late_change")
        return {"It was late: by the rules a fee may come.", "দেরিতে বদল: নিয়মে ফি হতে পারে।"};
    // What was proposed and taken is no reason to tell.
    if (kind == "booking_moved") return {};
    if (reason == "outage") return {"the machine could not be used", "মেশিন চালানো যায়নি"};
    if (reason == "machine_busy") return {"somebody else was still on it", "আগের কাজ শেষ হয়নি"};
    if (reason == "power_cut") return {"a power cut", "বিদ্যুৎ নেই"};
    if (reason == "breakdown") return {"the machine broke down", "মেশিন নষ্ট হয়েছে"};
    if (!reason.empty()) {
        auto const said = shortened(reason, reason_most);
        return {said, said};
    }
    if (kind == "booking_declined") return {"no reason was given", "কারণ বলা হয়নি"};
    if (kind == "booking_cancelled") return {"on request", "অনুরোধে"};
    return {"it could not go on", "চালানো যায়নি"};
}

}  // namespace karkhana::telling

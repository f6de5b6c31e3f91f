#include "tests/sim/crowd/told_judge.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace karkhana::crowd {
namespace {

/// What the clock alone tells, and what others' time makes free: never twice the same.
constexpr std::array<std::string_view, 5> by_the_clock{
    "booking_reminder", "booking_late", "time_almost_over", "booking_overrun", "booking_excused"};

bool is_by_the_clock(std::string_view kind) {
    return std::ranges::find(by_the_clock, kind) != by_the_clock.end();
}

}  // namespace

void ToldJudge::expect(Row const& row, std::string const& kind) {
    ++expected_[{row.id, town_.shop(row.enterprise).member.person.text(), kind}];
}

void ToldJudge::begun(Row const& row) {
    if (row.state == "confirmed") return expect(row, "booking_confirmed");
    if (row.pending_for == "offer") return expect(row, "waitlist_offer");
    expect(row, "booking_pending");
    ++expected_[{row.id, town_.manager.person.text(), "approval_wanted"}];
}

void ToldJudge::step(Row const& before, Row const& after, bool by_refusal) {
    auto const& to = after.state;
    if (to == "confirmed") return expect(after, "booking_confirmed");
    if (before.pending_for == "offer" && (to == "cancelled" || to == "released"))
        return expect(after, "waitlist_over");
    if (to == "cancelled")
        return expect(after, by_refusal ? "booking_declined" : "booking_cancelled");
    if (to == "late_cancelled") return expect(after, "booking_late_cancelled");
    if (to == "missed") return expect(after, "booking_missed");
    if (to == "interrupted") return expect(after, "booking_interrupted");
    if (to != "released") return;
    if (before.state == "pending") return expect(after, "booking_lapsed");
    if (before.state == "confirmed") return expect(after, "booking_released");
}

void ToldJudge::look(Rows const& before, Rows const& after, bool by_refusal) {
    for (auto const& [id, row] : after) {
        auto const at = before.find(id);
        if (at == before.end()) {
            begun(row);
            continue;
        }
        auto const& was = at->second;
        if (was == row) continue;
        bool const moved = was.machine != row.machine || was.during != row.during;
        if (was.enterprise != row.enterprise) {
            expect(row, "booking_confirmed");
            expect(was, "booking_handed_over");
        } else if (was.state != row.state) {
            step(was, row, by_refusal);
        } else if (was.pending_for != row.pending_for) {
            begun(row);
        } else if (moved && row.live()) {
            expect(row, "booking_moved");
        }
    }
}

/// What was proposed is told as often as the trail says, and that never says the same twice
/// running.
void ToldJudge::expect_proposals(store::Reader& reader) {
    namespace json = boost::json;
    std::map<std::string, std::string> last;
    reader.each(
        "SELECT subject, after_json, reason FROM audit_event WHERE facility_id = $1 "
        "AND action = 'proposeBooking' ORDER BY sequence",
        [&](store::Row const& row) {
            auto const subject = row.text(0);
            auto said = json::parse(row.text(2)).as_object();
            auto const after = json::parse(row.text(1)).as_object();
            auto const party = EnterpriseId::parse(after.at("enterprise_id").as_string()).value();
            ++expected_[{subject.substr(subject.find('/') + 1),
                         town_.shop(party).member.person.text(),
                         said.contains("machine_id") ? "new_time_proposed" : "booking_displaced"}];
            ++proposals;
            said.erase("proposal_id");
            auto const text = json::serialize(said);
            if (std::exchange(last[subject], text) == text)
                faults_.add("told", "twice proposed: " + subject + " " + text);
        },
        town_.facility);
}

void ToldJudge::judge(store::Reader& reader, Gateway const& gateway, Instant now) {
    expect_proposals(reader);
    judge_screens(reader);
    judge_sms(reader, gateway, now);
}

void ToldJudge::judge_screens(store::Reader& reader) {
    std::map<Key, int> found;
    std::map<std::tuple<std::string, std::string, std::string, std::string>, int> said;
    reader.each(
        "SELECT about, person_id, kind, body FROM message WHERE facility_id = $1 "
        "AND channel = 'in_app'",
        [&](store::Row const& row) {
            ++messages;
            auto const kind = row.text(2);
            if (is_by_the_clock(kind))
                ++said[{row.text(0), row.text(1), kind, row.text(3)}];
            else if (kind.starts_with("booking_") || kind.starts_with("waitlist_") ||
                     kind == "new_time_proposed" || kind == "approval_wanted")
                ++found[{row.text(0), row.text(1), kind}];
        },
        town_.facility);
    // The evening before, and once more two hours before.
    for (auto const& [key, times] : said)
        if (times > (std::get<2>(key) == "booking_reminder" ? 2 : 1))
            faults_.add("told", std::to_string(times) + " times: " + std::get<2>(key) + " of " +
                                    std::get<0>(key) + ", " + std::get<3>(key));
    auto keys = expected_;
    for (auto const& [key, times] : found) keys.try_emplace(key, 0);
    for (auto const& [key, times] : keys)
        if (found[key] != times)
            faults_.add("told", std::get<2>(key) + " of " + std::get<0>(key) + " is told " +
                                    std::to_string(found[key]) + " times and not " +
                                    std::to_string(times));
}

void ToldJudge::judge_sms(store::Reader& reader, Gateway const& gateway, Instant now) {
    std::map<Key, int> on_screen, by_sms;
    std::map<std::string, bool> has_phone;
    for (auto const& shop : town_.shops) has_phone[shop.member.person.text()] = shop.has_phone;
    reader.each(
        "SELECT message_id, channel, about, person_id, kind, state, due_at FROM message "
        "WHERE facility_id = $1",
        [&](store::Row const& row) {
            Key const key{row.text(2), row.text(3), row.text(4)};
            if (row.text(1) == "in_app") {
                if (has_phone[row.text(3)]) ++on_screen[key];
                return;
            }
            ++by_sms[key];
            auto const id = row.text(0), state = row.text(5);
            auto const counted = [&](auto const& times) {
                auto const at = times.find(id);
                return at == times.end() ? 0 : at->second;
            };
            int const sent = counted(gateway.sent), again = counted(gateway.twice);
            sms += sent;
            overtaken += state == "expired" ? 1 : 0;
            // Who was busy is asked again later, and what is too late by then stays away.
            bool const right = state == "sent" ? sent >= 1 && sent <= 1 + again
                               : state == "expired" || row.at(6) > now ? sent <= again
                                                                       : false;
            if (!right)
                faults_.add("told", "SMS " + id + " is " + state + " and went out " +
                                        std::to_string(sent) + " times");
        },
        town_.facility);
    if (on_screen != by_sms)
        faults_.add("told", "what is on the screens of those with a number is not what they "
                            "were sent");
}

}  // namespace karkhana::crowd

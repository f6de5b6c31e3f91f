#include "tests/sim/crowd/queue_judge.hpp"

#include <boost/json/parse.hpp>
#include <tuple>

#include "server/base/calendar.hpp"
#include "server/booking/queue_records.hpp"

namespace karkhana::crowd {
namespace {

/// How long the manager's passing over lasts: the time that an offer stands.
constexpr minutes offer_stands{30};

}  // namespace

void QueueJudge::follow(store::Store& store, Against const& against) {
    struct Line {
        std::int64_t sequence;
        std::string entry;
        Instant at;
        std::string what, rules, slot;
    };
    auto const lines = store.read([&](store::Reader& reader) {
        return reader.all(
            "SELECT sequence, entry_id, at_us, what, rules, slot FROM queue_event "
            "WHERE facility_id = $1 AND sequence > $2 ORDER BY sequence",
            [](store::Row const& row) {
                return Line{row.integer(0), row.text(1), row.at(2),
                            row.text(3),    row.text(4), row.text(5)};
            },
            town_.facility, read_);
    });
    // Who is skipped in the same breath may stand behind whoever is offered the time.
    std::vector<std::pair<Offer, Instant>> offered;
    for (auto const& each : lines) {
        if (each.sequence != read_ + 1)
            faults_.add("queue", "the log has a hole before " + std::to_string(each.sequence));
        read_ = each.sequence;
        if (each.what == "offered") {
            auto const slot = boost::json::parse(each.slot).as_object();
            auto const text = [&](char const* key) {
                return std::string{slot.at(key).as_string()};
            };
            offered.push_back(
                {{each.entry,
                  MachineId::parse(text("machine_id")).value(),
                  {parse_rfc3339(text("start")).value(), parse_rfc3339(text("end")).value()}},
                 each.at});
        }
        line(each.entry, each.what, each.rules, each.at);
    }
    for (auto const& [offer, when] : offered) judge(offer, when, against);
}

void QueueJudge::line(std::string const& id, std::string const& what, std::string const& rules,
                      Instant when) {
    auto const found = waiting_.find(id);
    if (found == waiting_.end())
        return faults_.add("queue", "nobody joined as " + id + ", " + what);
    auto& entry = found->second;
    // Whoever is offered one time may be named as not having another at the same moment.
    bool const at_once = what == "skipped" && entry.offered == when;
    bool const may_be = at_once || what == "joined" || what == "expired" || what == "left" ||
                        (what == "offered" || what == "skipped") == entry.waits ||
                        what == "passed_over";
    if (!may_be) faults_.add("queue", id + " is " + what + " where it cannot be");
    if (what == "offered") {
        ++offers;
        entry.offered = when;
    }
    if (what == "skipped") {
        ++skips;
        if (rules.empty()) faults_.add("queue", id + " is skipped, and nobody says why");
        entry.skipped.push_back(rules);
        return;
    }
    if (what == "passed_over") entry.passed_until = when + offer_stands;
    entry.waits = what == "joined" || what == "withdrawn" || what == "passed_over";
    if (what == "withdrawn") entry.skipped.clear();
}

bool QueueJudge::for_it_alone(Entry const& entry) const {
    if (!town_.shop(entry.wants.enterprise).women_led) return false;
    bool const lasers = entry.wants.group == "lasers" ||
                        (entry.wants.machine && town_.in_group("lasers", *entry.wants.machine));
    if (!lasers) return false;
    for (int day = day_of(entry.wants.window.start); day <= day_of(entry.wants.window.end); ++day)
        if (entry.wants.window.overlaps({at(day, opens), at(day, women_until)})) return true;
    return false;
}

bool QueueJudge::goes_before(Entry const& one, Entry const& other) const {
    auto const rank = [&](Entry const& entry) {
        return std::tuple{town_.shop(entry.wants.enterprise).membership != "priority",
                          !for_it_alone(entry), entry.wants.joined};
    };
    return rank(one) < rank(other);
}

bool QueueJudge::wants(Entry const& entry, Offer const& offer) const {
    auto const& wanted = entry.wants;
    bool const there = wanted.machine ? *wanted.machine == offer.machine
                                      : town_.in_group(wanted.group, offer.machine);
    auto const end = offer.during.start + wanted.length;
    return there && end <= offer.during.end && wanted.window.start <= offer.during.start &&
           end <= wanted.window.end;
}

void QueueJudge::judge(Offer const& offer, Instant when, Against const& against) {
    auto const found = waiting_.find(offer.entry);
    if (found == waiting_.end()) return;
    for (auto const& [id, other] : waiting_) {
        bool const waits = other.waits && (!other.passed_until || *other.passed_until <= when);
        if (!waits || !goes_before(other, found->second) || !wants(other, offer)) continue;
        if (other.skipped.empty()) {
            faults_.add("queue", town_.shop(other.wants.enterprise).name + " waited before " +
                                     town_.shop(found->second.wants.enterprise).name +
                                     ", and nobody says why not");
            continue;
        }
        ++passed;
        Interval const slot{offer.during.start, offer.during.start + other.wants.length};
        if (against(other.wants.enterprise, offer.machine, slot).empty())
            faults_.add("queue", town_.shop(other.wants.enterprise).name + " waited before " +
                                     town_.shop(found->second.wants.enterprise).name +
                                     ", and nothing speaks against it");
    }
}

void QueueJudge::judge_chain(store::Reader& reader) {
    if (auto const broken = booking::first_broken_queue(reader, town_.facility))
        faults_.add("queue", "the chain of the log breaks at " + std::to_string(*broken));
}

}  // namespace karkhana::crowd

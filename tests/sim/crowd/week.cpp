#include "tests/sim/crowd/week.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "server/booking/world_records.hpp"
#include "server/people/audit.hpp"
#include "server/store/reruns.hpp"
#include "server/telling/records.hpp"

namespace karkhana::crowd {
namespace {

constexpr minutes by_day{5}, by_night{60};

Town founded(tests::ProjectStores& stores, Random& random, WallClock const& clock, Chance& chance,
             int shops) {
    IdSource ids{random, clock};
    auto town = found_town(stores.ledger(), ids, clock.now(), chance, shops);
    stores.ledger().write([&](store::Writer& writer) {
        telling::begin(writer, town.facility);
        return true;
    });
    return town;
}

std::int64_t changes_of(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            "SELECT sequence FROM audit_head WHERE facility_id = $1",
            [](store::Row const& row) { return row.integer(0); }, facility)
        .value_or(0);
}

}  // namespace

Week::Week(Options const& options)
    : options_(options),
      chance_(options.seed),
      stores_(options.engine),
      clock_(at(0, 6 * 60)),
      random_(seeded_random(options.seed)),
      gateway_(chance_),
      town_(founded(stores_, *random_, clock_, chance_, options.shops)),
      calendar_(town_, faults_),
      queue_(town_, faults_),
      told_(town_, faults_) {
    calendar_.overridden = [this](std::string const& id) {
        auto const kept = stores_.ledger().read([&](store::Reader& reader) {
            return booking::overrides_of(reader, town_.facility, BookingId::parse(id).value());
        });
        std::vector<std::string> codes;
        for (auto const& each : kept)
            if (!each.reason.empty()) codes.emplace_back(booking::name_of(each.rule));
        return codes;
    };
}

/// A process that was killed begins again with what is on the disk.
void Week::boot() {
    house_.reset();
    if (boots_++ > 0) stores_.reopen();
    house_ = std::make_unique<House>(stores_.ledger(), town_, clock_, *random_, gateway_);
}

int Week::live() {
    boot();
    look();
    for (int day = 0; day < options_.days; ++day) {
        while (clock_.now() < at(day + 1, 0)) tick();
        day_is_over(day);
    }
    // Those of the last night go home, and what waited for the morning goes out.
    while (clock_.now() < at(options_.days, 12 * 60)) tick();
    return judged();
}

void Week::tick() {
    auto const now = clock_.now();
    int const day = day_of(now), minute = static_cast<int>((now - at(day, 0)) / minutes{1});
    events();
    come_and_go();
    bool const open = minute >= opens || (minute < closes - 24 * 60 && day > 0);
    // Everybody is on the telephone from seven, most of all at seven.
    bool const awake = minute >= 7 * 60 && day < options_.days;
    if (awake) {
        int const ticks_a_day = 17 * 60 / static_cast<int>(by_day.count());
        int const asks = options_.asks / ticks_a_day + (minute == 7 * 60 ? options_.asks / 8 : 0);
        for (int i = 0; i < asks || (i == asks && chance_.percent(50)); ++i) ask_for_time();
        change_mind();
        approve();
        answer_offers();
        answer_proposals();
    }
    if (awake && minute % 360 == 0) hand_over();
    if (!asleep()) job();
    clock_.advance(open || awake ? by_day : by_night);
}

/// What the daemon does by itself.
void Week::job() {
    try {
        house_->maintain();
        house_->sweep();
        look();
        read_lost();
        calendar_.look_for_forgotten(rows_, clock_.now());
        house_->tell();
    } catch (Gateway::Died const&) {
        ++figures_["killed while sending"];
        boot();
    }
}

/// Shows the judges what has changed. Nothing has, when the trail is as long as it was.
void Week::look(bool by_refusal) {
    auto const now = clock_.now();
    auto& store = stores_.ledger();
    auto const changes =
        store.read([&](store::Reader& reader) { return changes_of(reader, town_.facility); });
    auto after =
        store.read([&](store::Reader& reader) { return read_rows(reader, town_.facility); });
    if (changes == seen_changes_) {
        if (after != rows_) faults_.add("trail", "something changed, and the trail does not say");
        return;
    }
    seen_changes_ = changes;
    read_lost();
    calendar_.look(rows_, after, now);
    told_.look(rows_, after, by_refusal);
    rows_ = std::move(after);
    auto const against = [&](EnterpriseId const& party, MachineId const& machine, Interval during) {
        auto const answer =
            house_->ask(town_.manager, "POST", "/api/v1/quotes",
                        boost::json::serialize(boost::json::object{{"machine_id", machine.text()},
                                                                   {"enterprise_id", party.text()},
                                                                   {"start", text_of(during.start)},
                                                                   {"end", text_of(during.end)}}));
        std::string codes;
        auto const body = boost::json::parse(answer.body).as_object();
        for (auto const& each : body.at("violations").as_array()) {
            auto const code = std::string{each.at("code").as_string()};
            if (code != "slot_taken" && code != "waited_for") codes += code + " ";
        }
        return codes;
    };
    queue_.follow(store, against);
}

http::Response Week::ask(http::Principal const& who, std::string method, std::string path,
                         boost::json::object const& body, std::int64_t version) {
    auto answer =
        house_->ask(who, std::move(method), std::move(path), boost::json::serialize(body), version);
    if (answer.status >= 500) faults_.add("answers", "500: " + answer.body);
    return answer;
}

/// What happens on some days at some time.
void Week::events() {
    auto const now = clock_.now();
    int const day = day_of(now);
    auto const is = [&](int on, int minute) { return day % 3 == on && now == at(day, minute); };
    mended();
    if (day >= options_.days) return;
    if (is(0, 11 * 60)) cut(minutes{50});
    if (is(0, 20 * 60 + 30)) cut(minutes{25});
    if (is(1, 10 * 60 + 20)) breaks("laser-1", std::chrono::hours{6});
    if (is(1, 15 * 60 + 5)) breaks("press-2", std::chrono::hours{20});
    if (is(1, 12 * 60)) {
        ++figures_["restarted"];
        boot();
    }
    if (is(1, 18 * 60)) {
        ++figures_["slept"];
        sleeps_until_ = now + std::chrono::hours{2} + minutes{30};
    }
    if (is(1, 21 * 60)) closes_down(day + 1);
    if (is(2, 19 * 60)) gateway_.dies = true;
    if (is(0, 15 * 60)) gateway_.dies = true;
}

void Week::day_is_over(int day) {
    int live = 0;
    for (auto const& [id, row] : rows_) live += row.live() ? 1 : 0;
    std::printf("day %d: %zu bookings, %d of them live, %d offers, %d skips explained, "
                "%d faults\n",
                day + 1, rows_.size(), live, queue_.offers, queue_.skips, faults_.count());
}

int Week::judged() {
    auto& store = stores_.ledger();
    auto const trail = store.read([&](store::Reader& reader) {
        queue_.judge_chain(reader);
        told_.judge(reader, gateway_, clock_.now());
        return people::list_audit(reader, town_.facility, 0, 1).front().hash;
    });
    for (auto const& [name, count] : figures_) std::printf("%-28s %6d\n", name.c_str(), count);
    std::printf("%-28s %6d, %d beyond a cap with a reason, %d over midnight\n", "granted in all",
                calendar_.grants, calendar_.overrides, calendar_.midnights);
    std::printf("%-28s %6d, %d skips in the log; %d times somebody behind went first, and the log "
                "says why\n",
                "offers of the queue", queue_.offers, queue_.skips, queue_.passed);
    std::printf("%-28s %6d on screens, %d of them new times, %d SMS, %d overtaken\n", "messages",
                told_.messages, told_.proposals, told_.sms, told_.overtaken);
    if (options_.engine == tests::Engine::postgres)
        std::printf("%-28s %6llu after conflicts, %llu after lost connections\n", "run again",
                    static_cast<unsigned long long>(store::reruns.conflicts),
                    static_cast<unsigned long long>(store::reruns.reconnects));
    std::printf("the trail ends with %s\n", trail.substr(0, 16).c_str());
    std::printf("%s\n", faults_.count() == 0 ? "everything holds" : "SOMETHING DOES NOT HOLD");
    return faults_.count() == 0 ? 0 : 1;
}

}  // namespace karkhana::crowd

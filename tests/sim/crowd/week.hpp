#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/crowd/calendar_judge.hpp"
#include "tests/sim/crowd/house.hpp"
#include "tests/sim/crowd/queue_judge.hpp"
#include "tests/sim/crowd/told_judge.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::crowd {

struct Options {
    std::uint64_t seed = 20270303;
    int days = eid_day;
    int asks = 500;  ///< a day
    int shops = 200;
    tests::Engine engine = tests::Engine::sqlite;
};

/// The days before Eid, told by one seed.
class Week {
public:
    explicit Week(Options const& options);
    int live();

private:
    /// What the party of a booking means to do.
    struct Plan {
        enum class Shows { comes, never, cancels, cancels_late } shows = Shows::comes;
        minutes stays{0};  ///< beyond the end; below nothing: leaves before it
        bool extends = false;
        bool done = false;
    };
    struct Broken {
        std::string machine;
        std::string ticket;
        Instant until;
    };

    // week.cpp: the clock and the house
    void boot();
    void tick();
    void job();
    void look(bool by_refusal = false);
    void events();
    void day_is_over(int day);
    bool asleep() const { return clock_.now() < sleeps_until_; }
    http::Response ask(http::Principal const& who, std::string method, std::string path,
                       boost::json::object const& body, std::int64_t version = 0);
    int judged();

    // outages.cpp: what takes machines away
    void cut(Duration length);
    void breaks(std::string const& slug, Duration length);
    void mended();
    void closes_down(int day);
    void read_lost();
    bool usable(MachineId const& machine) const;

    // people.cpp: what everybody does
    void ask_for_time();
    void wait_for(Shop const& shop, facility::Machine const& machine, Interval during);
    void answer_offers();
    void answer_proposals();
    void approve();
    void change_mind();
    void hand_over();
    void come_and_go();
    void come(Row const& row, Plan& plan);
    void work(Row const& row, Plan& plan);
    void step(Row const& row, booking::State to, char const* action, char const* reason);
    Plan& plan_of(Row const& row);
    Interval some_time(facility::Machine const& machine);

    Options options_;
    Chance chance_;
    tests::ProjectStores stores_;
    ManualWallClock clock_;
    std::unique_ptr<Random> random_;
    Gateway gateway_;
    Faults faults_;
    Town town_;
    CalendarJudge calendar_;
    QueueJudge queue_;
    ToldJudge told_;
    std::unique_ptr<House> house_;
    Rows rows_;
    std::map<std::string, Plan> plans_;
    std::vector<Broken> broken_;
    Instant sleeps_until_;
    Instant dark_until_;
    std::optional<OutageId> dark_;
    std::int64_t seen_changes_ = -1;
    int boots_ = 0;
    std::map<std::string, int> figures_;  ///< "asked", "refused slot_taken", "offer taken", ...
};

}  // namespace karkhana::crowd

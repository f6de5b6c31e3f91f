#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/crowd/rows.hpp"
#include "tests/sim/crowd/town.hpp"

namespace karkhana::crowd {

/// Somebody who waits, as its own answer said.
struct Waiting {
    EnterpriseId enterprise;
    std::optional<MachineId> machine;
    std::string group;  ///< its slug; or the machine
    Interval window;
    minutes length{0};
    Instant joined;
};

/// Follows the public log of the queue line by line: whoever is offered a time has nobody before
/// them who waits for such a time and of whom the log does not say why not; and what it says is
/// asked once more.
class QueueJudge {
public:
    QueueJudge(Town const& town, Faults& faults) : town_(town), faults_(faults) {}

    void joined(std::string const& entry, Waiting waiting) { waiting_[entry] = {waiting, {}, {}}; }

    /// Reads what is new in the log. `against` asks the house what speaks against an ME having a
    /// time now.
    using Against = std::function<std::string(EnterpriseId const&, MachineId const&, Interval)>;
    void follow(store::Store& store, Against const& against);
    /// Whether the log has been left as it was written.
    void judge_chain(store::Reader& reader);

    int offers = 0;
    int skips = 0;   ///< explained by the log
    int passed = 0;  ///< times that somebody went before another, explained by the log

private:
    struct Entry {
        Waiting wants;
        std::vector<std::string> skipped;  ///< the codes, since it has waited
        std::optional<Instant> passed_until;
        bool waits = true;
        std::optional<Instant> offered;  ///< when it was last
    };
    struct Offer {
        std::string entry;
        MachineId machine;
        Interval during;
    };
    void line(std::string const& entry, std::string const& what, std::string const& rules,
              Instant at);
    bool goes_before(Entry const& one, Entry const& other) const;
    bool for_it_alone(Entry const& entry) const;
    bool wants(Entry const& entry, Offer const& offer) const;
    void judge(Offer const& offer, Instant at, Against const& against);

    Town const& town_;
    Faults& faults_;
    std::map<std::string, Entry> waiting_;
    std::int64_t read_ = 0;
};

}  // namespace karkhana::crowd

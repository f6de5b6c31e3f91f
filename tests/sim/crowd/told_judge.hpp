#pragma once

#include <map>
#include <string>
#include <tuple>

#include "tests/sim/crowd/house.hpp"
#include "tests/sim/crowd/rows.hpp"

namespace karkhana::crowd {

/// Writes down by itself what everybody has to be told, and compares at the end: on the screen of
/// each member, and by SMS to whoever has a number.
class ToldJudge {
public:
    ToldJudge(Town const& town, Faults& faults) : town_(town), faults_(faults) {}

    /// What is different now. `by_refusal`: the manager has just refused it.
    void look(Rows const& before, Rows const& after, bool by_refusal);
    void judge(store::Reader& reader, Gateway const& gateway, Instant now);

    int messages = 0;  ///< on screens
    int sms = 0;       ///< that went out
    int proposals = 0;
    int overtaken = 0;  ///< that were of no use any more before they could go out

private:
    using Key = std::tuple<std::string, std::string, std::string>;  ///< about, to whom, kind
    void expect(Row const& row, std::string const& kind);
    void step(Row const& before, Row const& after, bool by_refusal);
    void begun(Row const& row);
    void expect_proposals(store::Reader& reader);
    void judge_screens(store::Reader& reader);
    void judge_sms(store::Reader& reader, Gateway const& gateway, Instant now);

    Town const& town_;
    Faults& faults_;
    std::map<Key, int> expected_;
};

}  // namespace karkhana::crowd

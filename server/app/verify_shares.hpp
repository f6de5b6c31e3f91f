#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "server/base/ids.hpp"
#include "server/metering/session.hpp"

namespace karkhana::app {

/// The parts that sessions have of energy that was not one session's alone. Fed with the registers
/// of each meter in order, it derives every part again from the registers and weights kept.
class ShareCheck {
public:
    void take(SessionId const& session, metering::Register const& reg);

    /// Whether several sessions share what the meter counts.
    bool shared(Channel channel) const { return shared_.contains(channel); }
    std::vector<std::string> findings() const;

private:
    /// Where a piece begins and ends on the register, and on those of the meters behind it.
    using Piece = std::tuple<Channel, Energy, Energy, Energy, Energy>;
    struct Part {
        SessionId session;
        metering::Share share;
    };

    std::map<std::pair<Channel, SessionId>, metering::Register> last_;
    std::map<Channel, bool> shared_;
    std::map<Piece, std::vector<Part>> pieces_;
    std::vector<std::string> findings_;
};

}  // namespace karkhana::app

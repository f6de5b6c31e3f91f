#include "server/billing/corrections.hpp"

#include <algorithm>

#include "server/metering/registers.hpp"

namespace karkhana::billing {
namespace {

using metering::Edge;
using metering::Register;
using metering::UsageSession;

bool is_meant(Register const& reg, Correction const& correction) {
    bool const there = !correction.channel || reg.channel == *correction.channel;
    return there && reg.edge == correction.edge &&
           (reg.edge != Edge::boundary || reg.at == correction.at);
}

/// The session's registers of the same meter before and after one of them.
struct Beside {
    Register const* before = nullptr;
    Register const* after = nullptr;
};
Beside beside(UsageSession const& session, Register const& reg) {
    auto const of_meter = metering::registers_of(session, reg.channel);
    return {&reg == &of_meter.front() ? nullptr : &reg - 1,
            &reg == &of_meter.back() ? nullptr : &reg + 1};
}

/// How far the energy may be believed: as far as the registers that it is a difference of.
Quality quality_of(UsageSession const& session) {
    auto quality = Quality::good;
    for (auto const& reg : session.registers) {
        if (reg.edge != Edge::boundary) quality = metering::worse(quality, reg.quality);
        if (reg.share && reg.share->least != reg.share->most)
            quality = metering::worse(quality, Quality::estimated);
    }
    return quality;
}

/// Whether knowing the register does not settle whose the energy on both sides of it was. A STOP
/// that its meter did not answer it does settle: all since the register before is the session's.
bool is_shared(Register const* before, Register const& reg, Register const* after) {
    if (after != nullptr && after->share) return true;
    if (!reg.share) return false;
    bool const among_machines = reg.share->split <= metering::Split::equal;
    return among_machines || before == nullptr || metering::is_provisional(*before);
}

}  // namespace

Register const* meant_by(UsageSession const& session, Correction const& correction) {
    auto const& registers = session.registers;
    auto const found =
        std::ranges::find_if(registers, [&](auto& reg) { return is_meant(reg, correction); });
    return found == registers.end() ? nullptr : &*found;
}

Neighbours bounds_of(UsageSession const& session, Correction const& correction,
                     Neighbours const& neighbours) {
    auto const& meant = *meant_by(session, correction);
    auto const [before, after] = beside(session, meant);
    Neighbours bounds{before == nullptr ? neighbours.least : std::optional{before->value.wh},
                      after == nullptr ? neighbours.most : std::optional{after->value.wh}};
    if (!neighbours.can_use) return bounds;
    auto const of_meter = metering::registers_of(session, meant.channel);
    if (before == nullptr && after != nullptr) {
        auto const least = of_meter.back().value - *neighbours.can_use;
        bounds.least = std::max(bounds.least.value_or(0), least.wh);
    }
    if (after == nullptr && before != nullptr) {
        auto const most = of_meter.front().value + *neighbours.can_use;
        bounds.most = std::min(bounds.most.value_or(most.wh), most.wh);
    }
    return bounds;
}

Result<UsageSession> correct(UsageSession session, Correction const& correction,
                             Neighbours const& neighbours) {
    if (session.state != metering::SessionState::closed)
        return refuse(ErrorKind::conflict, "wrong_state", "It is not over yet.");
    if (!correction.channel && metering::channels_of(session).size() > 1)
        return refuse(ErrorKind::invalid, "channel_missing", "It has several meters.", "/channel");
    auto const* meant = meant_by(session, correction);
    if (meant == nullptr)
        return refuse(ErrorKind::not_found, "no_such_register", "It has no such register.");
    if (meant->version != correction.replaces)
        return refuse(ErrorKind::conflict, "register_changed",
                      "Somebody has corrected it meanwhile.", "/replaces");
    auto const [before, after] = beside(session, *meant);
    if (is_shared(before, *meant, after))
        return refuse(ErrorKind::conflict, "energy_shared",
                      "What passed the meter around it was shared out.");
    auto const bounds = bounds_of(session, correction, neighbours);
    auto const &least = bounds.least, &most = bounds.most;
    auto const value = correction.value.wh;
    if ((least && value < *least) || (most && value > *most))
        return refuse(ErrorKind::invalid, "not_between",
                      "It lies between " + (least ? std::to_string(*least) : "0") + " and " +
                          (most ? std::to_string(*most) : "any number of") + " Wh.",
                      "/value_wh");
    auto& corrected = session.registers[static_cast<std::size_t>(meant - session.registers.data())];
    corrected.value = correction.value;
    corrected.asked = corrected.answered = std::nullopt;
    corrected.share.reset();
    corrected.raw = {};
    corrected.sequence.reset();
    corrected.quality = Quality::edited;
    corrected.method = metering::Method::entered;
    ++corrected.version;
    corrected.said_by = correction.said_by;
    corrected.why = correction.reason;
    session.energy = Energy{};
    for (auto const& segment : metering::segments_of(session)) *session.energy += segment.energy;
    session.quality = quality_of(session);
    return session;
}

}  // namespace karkhana::billing

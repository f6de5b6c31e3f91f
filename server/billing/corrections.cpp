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

Result<UsageSession> correct(UsageSession session, Correction const& correction,
                             Neighbours const& neighbours) {
    if (session.state != metering::SessionState::closed)
        return refuse(ErrorKind::conflict, "wrong_state", "It is not over yet.");
    if (!correction.channel && metering::channels_of(session).size() > 1)
        return refuse(ErrorKind::invalid, "channel_missing", "It has several meters.", "/channel");
    auto& registers = session.registers;
    auto const found =
        std::ranges::find_if(registers, [&](auto& reg) { return is_meant(reg, correction); });
    if (found == registers.end())
        return refuse(ErrorKind::not_found, "no_such_register", "It has no such register.");
    if (found->version != correction.replaces)
        return refuse(ErrorKind::conflict, "register_changed",
                      "Somebody has corrected it meanwhile.", "/replaces");
    auto const of_meter = metering::registers_of(session, found->channel);
    auto const* before = &*found == &of_meter.front() ? nullptr : &*std::prev(found);
    auto const* after = &*found == &of_meter.back() ? nullptr : &*std::next(found);
    if (is_shared(before, *found, after))
        return refuse(ErrorKind::conflict, "energy_shared",
                      "What passed the meter around it was shared out.");
    auto const least = before == nullptr ? neighbours.least : std::optional{before->value.wh};
    auto const most = after == nullptr ? neighbours.most : std::optional{after->value.wh};
    auto const value = correction.value.wh;
    if ((least && value < *least) || (most && value > *most))
        return refuse(ErrorKind::invalid, "not_between",
                      "It lies between " + (least ? std::to_string(*least) : "0") + " and " +
                          (most ? std::to_string(*most) : "any number of") + " Wh.",
                      "/value_wh");
    found->value = correction.value;
    found->asked = found->answered = std::nullopt;
    found->share.reset();
    found->raw = {};
    found->sequence.reset();
    found->quality = Quality::edited;
    found->method = metering::Method::entered;
    ++found->version;
    found->said_by = correction.said_by;
    found->why = correction.reason;
    session.energy = Energy{};
    for (auto const& segment : metering::segments_of(session)) *session.energy += segment.energy;
    session.quality = quality_of(session);
    return session;
}

}  // namespace karkhana::billing

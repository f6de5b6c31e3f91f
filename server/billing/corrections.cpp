#include "server/billing/corrections.hpp"

#include <algorithm>

namespace karkhana::billing {
namespace {

using metering::Edge;
using metering::Register;
using metering::UsageSession;

bool is_meant(Register const& reg, Correction const& correction) {
    return reg.edge == correction.edge && (reg.edge != Edge::boundary || reg.at == correction.at);
}

/// How far the energy may be believed: as far as the registers that it is a difference of.
Quality quality_of(UsageSession const& session) {
    auto quality = Quality::good;
    for (auto const& reg : session.registers)
        if (reg.edge != Edge::boundary) quality = metering::worse(quality, reg.quality);
    return quality;
}

}  // namespace

Result<UsageSession> correct(UsageSession session, Correction const& correction,
                             Neighbours const& neighbours) {
    if (session.state != metering::SessionState::closed)
        return refuse(ErrorKind::conflict, "wrong_state", "It is not over yet.");
    auto& registers = session.registers;
    auto const found =
        std::ranges::find_if(registers, [&](auto& reg) { return is_meant(reg, correction); });
    if (found == registers.end())
        return refuse(ErrorKind::not_found, "no_such_register", "It has no such register.");
    if (found->version != correction.replaces)
        return refuse(ErrorKind::conflict, "register_changed",
                      "Somebody has corrected it meanwhile.", "/replaces");
    auto const least =
        found == registers.begin() ? neighbours.least : std::optional{std::prev(found)->value.wh};
    auto const most = std::next(found) == registers.end()
                          ? neighbours.most
                          : std::optional{std::next(found)->value.wh};
    auto const value = correction.value.wh;
    if ((least && value < *least) || (most && value > *most))
        return refuse(ErrorKind::invalid, "not_between",
                      "It lies between " + (least ? std::to_string(*least) : "0") + " and " +
                          (most ? std::to_string(*most) : "any number of") + " Wh.",
                      "/value_wh");
    found->value = correction.value;
    found->asked = found->answered = std::nullopt;
    found->raw = {};
    found->sequence.reset();
    found->quality = Quality::edited;
    found->method = metering::Method::entered;
    ++found->version;
    found->said_by = correction.said_by;
    found->why = correction.reason;
    session.energy = registers.back().value - registers.front().value;
    session.quality = quality_of(session);
    return session;
}

}  // namespace karkhana::billing

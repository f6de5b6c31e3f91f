#include "server/metering/session.hpp"

#include <algorithm>
#include <array>

namespace karkhana::metering {
namespace {

constexpr std::array<std::string_view, 7> session_kinds = {
    "booked", "unattributed", "walk_in", "own_use", "test", "maintenance", "suspicious"};

int doubt(Quality quality) {
    switch (quality) {
    case Quality::good: return 0;
    case Quality::edited: return 1;
    case Quality::estimated: return 2;
    case Quality::stale: return 3;
    case Quality::questionable: return 4;
    case Quality::missing: return 5;
    }
    return 5;
}

/// A part rests on both its ends, so it is no better than the one that was not simply read.
Method weaker(Method a, Method b) { return a == Method::read ? b : a; }

}  // namespace

std::string_view name_of(SessionKind kind) {
    return session_kinds.at(static_cast<std::size_t>(kind));
}

std::optional<SessionKind> session_kind_of(std::string_view name) {
    auto const found = std::ranges::find(session_kinds, name);
    if (found == session_kinds.end()) return std::nullopt;
    return static_cast<SessionKind>(found - session_kinds.begin());
}

std::string_view name_of(SessionState state) {
    constexpr std::array<std::string_view, 3> names = {"open", "closing", "closed"};
    return names.at(static_cast<std::size_t>(state));
}

std::string_view name_of(Opener opener) {
    constexpr std::array<std::string_view, 3> names = {"booking", "operator", "power"};
    return names.at(static_cast<std::size_t>(opener));
}

std::string_view name_of(Edge edge) {
    constexpr std::array<std::string_view, 5> names = {"start", "boundary", "stop", "final",
                                                       "initial"};
    return names.at(static_cast<std::size_t>(edge));
}

std::string_view name_of(Method method) {
    constexpr std::array<std::string_view, 5> names = {"read", "interpolated", "last_good",
                                                       "first_good", "entered"};
    return names.at(static_cast<std::size_t>(method));
}

Quality worse(Quality a, Quality b) { return doubt(a) >= doubt(b) ? a : b; }

Register const* find_register(UsageSession const& session, Edge edge) {
    auto const found = std::ranges::find(session.registers, edge, &Register::edge);
    return found == session.registers.end() ? nullptr : &*found;
}

std::vector<Segment> segments_of(UsageSession const& session) {
    std::vector<Segment> segments;
    if (session.registers.empty()) {
        // A machine without a meter is used for a time and takes nothing that was measured.
        if (session.stop) segments.push_back({{session.start, *session.stop}, {}, session.quality});
        return segments;
    }
    for (std::size_t i = 1; i < session.registers.size(); ++i) {
        auto const& from = session.registers[i - 1];
        auto const& to = session.registers[i];
        segments.push_back({.during = {from.at, to.at},
                            .energy = to.value - from.value,
                            .quality = worse(from.quality, to.quality),
                            .method = weaker(from.method, to.method)});
    }
    return segments;
}

}  // namespace karkhana::metering

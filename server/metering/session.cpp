#include "server/metering/session.hpp"

#include <algorithm>
#include <array>

namespace karkhana::metering {
namespace {

constexpr std::array<std::string_view, 7> session_kinds = {
    "booked", "unattributed", "walk_in", "own_use", "test", "maintenance", "suspicious"};

constexpr std::array<std::string_view, 6> splits = {"rated_power", "time",    "equal",
                                                    "evidence",    "elapsed", "lower_bound"};

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

std::string_view name_of(Split split) { return splits.at(static_cast<std::size_t>(split)); }

std::optional<Split> split_of(std::string_view name) {
    auto const found = std::ranges::find(splits, name);
    if (found == splits.end()) return std::nullopt;
    return static_cast<Split>(found - splits.begin());
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

std::vector<Channel> channels_of(UsageSession const& session) {
    std::vector<Channel> channels;
    for (auto const& reg : session.registers)
        if (channels.empty() || channels.back() != reg.channel) channels.push_back(reg.channel);
    return channels;
}

std::span<Register const> registers_of(UsageSession const& session, Channel channel) {
    auto const found = std::ranges::equal_range(session.registers, channel, {}, &Register::channel);
    return {found.begin(), found.end()};
}

Register const* last_of(UsageSession const& session, Channel channel) {
    auto const registers = registers_of(session, channel);
    return registers.empty() ? nullptr : &registers.back();
}

bool has_stop(UsageSession const& session, Channel channel) {
    auto const* last = last_of(session, channel);
    return last != nullptr && last->edge == Edge::stop;
}

bool is_whole(UsageSession const& session) {
    return std::ranges::all_of(channels_of(session),
                               [&](Channel channel) { return has_stop(session, channel); });
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
        if (from.channel != to.channel) continue;
        Segment segment{.during = {from.at, to.at},
                        .energy = to.value - from.value,
                        .quality = worse(from.quality, to.quality),
                        .method = weaker(from.method, to.method)};
        if (to.share) {
            segment.energy = to.share->part;
            segment.quality = worse(segment.quality, Quality::estimated);
            segment.split = to.share->split;
        }
        segments.push_back(segment);
    }
    return segments;
}

}  // namespace karkhana::metering

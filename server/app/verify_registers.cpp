#include "server/app/verify_registers.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>

#include "devices/profiles/decode.hpp"
#include "server/app/register_form.hpp"
#include "server/app/verify_shares.hpp"
#include "server/metering/rows.hpp"

namespace karkhana::app {
namespace {

using metering::Edge;
using metering::Method;
using metering::Register;

constexpr std::string_view kRegisters =
    "SELECT channel, edge, at, asked_at, answered_at, value_wh, carried_wh, words, quality, "
    "method, sequence, version, said_by, why, part_wh, least_wh, most_wh, split, weight, weights, "
    "less_wh, session_id, form, EXISTS (SELECT 1 FROM usage_register n "
    "WHERE n.facility_id = r.facility_id AND n.session_id = r.session_id AND n.at = r.at "
    "AND n.edge = r.edge AND n.channel = r.channel AND n.version > r.version) "
    "FROM usage_register r WHERE facility_id = $1 "
    "ORDER BY channel, CASE edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END, at, value_wh, "
    "edge";
constexpr std::string_view kQuarters =
    "SELECT at, value FROM boundary_15m WHERE facility_id = $1 AND channel = $2 "
    "AND quality = 'good' AND method = 'read' ORDER BY at";
/// A quarter of an hour is read within seconds of it: closer than this it says nothing of what
/// was read before or after it.
constexpr std::chrono::minutes kApart{1};

constexpr std::string_view kDoubted =
    "SELECT session_id FROM usage_session WHERE facility_id = $1 AND quality = 'questionable'";

struct End {
    Instant at;
    std::int64_t wh = 0;
    bool read = false;  ///< by the meter itself at that moment, not for want of it
};
/// A session on its meter. One that goes on ends where it began.
struct Span {
    SessionId session;
    End start;
    std::optional<End> stop;

    End const& last() const { return stop ? *stop : start; }
};
using Channels = std::map<Channel, std::map<SessionId, Span>>;

/// The forms that were seen, read once: there are a handful.
class Forms {
public:
    bool say(Register const& reg, std::string const& form) {
        if (reg.raw.count == 0) return reg.method != Method::read;
        auto const known = known_.try_emplace(form, point_of(form)).first;
        if (!known->second) return false;
        auto const decoded =
            profiles::decode(*known->second, std::span{reg.raw.word}.first(reg.raw.count));
        return decoded.quality == Quality::good && decoded.value == reg.value.wh - reg.carried.wh;
    }

private:
    std::map<std::string, std::optional<profiles::Point>> known_;
};

Channels read_channels(store::Reader& reader, FacilityId const& facility, ShareCheck& shares,
                       std::vector<std::string>& findings) {
    Channels channels;
    Forms forms;
    reader.each(
        kRegisters,
        [&](store::Row const& row) {
            auto const reg = metering::register_of(row, 0);
            auto const session = row.id<SessionId>(21);
            if (!forms.say(reg, row.text(22)))
                findings.push_back(
                    fmt::format("session {}: the words of its {} register do not say its value",
                                session.text(), name_of(reg.edge)));
            // What was corrected since counts for nothing.
            if (row.flag(23)) return;
            shares.take(session, reg);
            if (reg.edge != Edge::start && reg.edge != Edge::stop) return;
            auto& span = channels[reg.channel][session];
            span.session = session;
            End const end{reg.at, reg.value.wh,
                          reg.method == Method::read && reg.quality == Quality::good};
            if (reg.edge == Edge::start)
                span.start = end;
            else
                span.stop = end;
        },
        facility);
    return channels;
}

std::vector<Span> in_order(std::map<SessionId, Span> const& sessions) {
    std::vector<Span> spans;
    for (auto const& [id, span] : sessions) spans.push_back(span);
    std::ranges::sort(spans, {}, [](Span const& span) {
        return std::tuple{span.start.at, span.last().at, span.start.wh};
    });
    return spans;
}

void check_neighbours(std::vector<Span> const& spans, std::vector<std::string>& findings) {
    for (std::size_t i = 1; i < spans.size(); ++i) {
        auto const& before = spans[i - 1];
        auto const& after = spans[i];
        if (after.start.at < before.last().at)
            findings.push_back(fmt::format("session {}: it began before session {} had ended",
                                           after.session.text(), before.session.text()));
        if (after.start.wh < before.last().wh)
            findings.push_back(fmt::format("session {}: session {} has a part of its energy too",
                                           after.session.text(), before.session.text()));
    }
}

/// Those that wait for a person, and are not billed. Under a clock that was set the series has some
/// hours of another time.
std::set<SessionId> doubted_sessions(store::Store& ledger, FacilityId const& facility) {
    auto const found = ledger.read([&](store::Reader& reader) {
        return reader.all(
            kDoubted, [](store::Row const& row) { return row.id<SessionId>(0); }, facility);
    });
    return {found.begin(), found.end()};
}

bool fits(End const& end, std::vector<std::pair<Instant, std::int64_t>> const& quarters) {
    if (!end.read) return true;
    auto const at = [](auto const& quarter) { return quarter.first; };
    auto const later = std::ranges::lower_bound(quarters, end.at + kApart, {}, at);
    if (later != quarters.end() && end.wh > later->second) return false;
    auto const after = std::ranges::upper_bound(quarters, end.at - kApart, {}, at);
    return after == quarters.begin() || end.wh >= std::prev(after)->second;
}

}  // namespace

std::vector<std::string> verify_registers(store::Store& ledger, store::Store* series,
                                          FacilityId const& facility) {
    std::vector<std::string> findings;
    ShareCheck shares;
    // On PostgreSQL both are one store, which is asked one thing after the other.
    auto const channels = ledger.read(
        [&](store::Reader& reader) { return read_channels(reader, facility, shares, findings); });
    auto const doubted = doubted_sessions(ledger, facility);
    std::ranges::copy(shares.findings(), std::back_inserter(findings));
    for (auto const& [channel, sessions] : channels) {
        auto const spans = in_order(sessions);
        if (!shares.shared(channel)) check_neighbours(spans, findings);
        if (series == nullptr) continue;
        auto const quarters = series->read([&](store::Reader& reader) {
            return reader.all(
                kQuarters,
                [](store::Row const& row) { return std::pair{row.at(0), row.integer(1)}; },
                facility, channel);
        });
        for (auto const& span : spans)
            if (!doubted.contains(span.session) &&
                (!fits(span.start, quarters) || !fits(span.last(), quarters)))
                findings.push_back(fmt::format(
                    "session {}: its registers are not what the series says", span.session.text()));
    }
    return findings;
}

}  // namespace karkhana::app

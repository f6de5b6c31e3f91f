#include "server/app/verify.hpp"

#include <fmt/format.h>
#include <limits>

#include "devices/profiles/decode.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/verify.hpp"
#include "server/metering/records.hpp"
#include "server/people/audit.hpp"

namespace karkhana::app {
namespace {

using metering::Register;
using metering::UsageSession;

constexpr Interval kEver{instant(0), instant(std::numeric_limits<std::int64_t>::max() / 2)};

/// The profile's point behind a channel; nullptr when the profile is not there any more.
profiles::Point const* point_of(Channel channel, std::vector<metering::Point> const& points,
                                std::vector<metering::Device> const& devices,
                                Profiles const& profiles) {
    for (auto const& point : points) {
        if (point.channel != channel) continue;
        for (auto const& device : devices) {
            auto const profile = profiles.find(device.profile);
            if (device.id == point.device && profile != profiles.end())
                return profile->second->find(point.name);
        }
    }
    return nullptr;
}

/// A register that was read says its value in its own words.
bool words_hold(Register const& one, profiles::Point const& point) {
    if (one.raw.count == 0) return one.method != metering::Method::read;
    auto const decoded = profiles::decode(point, std::span{one.raw.word}.first(one.raw.count));
    return decoded.quality == Quality::good && decoded.value == one.value.wh - one.carried.wh;
}

void check_session(UsageSession const& session, std::vector<metering::Point> const& points,
                   std::vector<metering::Device> const& devices, Profiles const& profiles,
                   std::vector<std::string>& findings) {
    auto const say = [&](std::string_view what) {
        findings.push_back(fmt::format("session {}: {}", session.id.text(), what));
    };
    for (auto const& one : session.registers) {
        auto const* point = point_of(one.channel, points, devices, profiles);
        if (point == nullptr || !words_hold(one, *point))
            say(fmt::format("the words of its {} register do not say its value",
                            name_of(one.edge)));
    }
    for (std::size_t i = 1; i < session.registers.size(); ++i)
        if (session.registers[i].value < session.registers[i - 1].value) say("its registers fall");
    if (session.state != metering::SessionState::closed || session.registers.empty()) return;
    Energy sum;
    for (auto const& segment : metering::segments_of(session)) sum += segment.energy;
    if (session.energy != sum ||
        session.registers.back().value - session.registers.front().value != sum)
        say("its energy is not what its registers say");
}

}  // namespace

Verified verify_facility(store::Store& ledger, facility::Facility const& facility,
                         Profiles const& profiles) {
    auto const zone = Zone::find(facility.zone).value();
    return ledger.read([&](store::Reader& reader) {
        Verified verified;
        auto& findings = verified.findings;
        auto const points = metering::list_points(reader, facility.id);
        auto const devices = metering::list_devices(reader, facility.id);
        for (auto const& session : metering::sessions_between(reader, facility.id, kEver)) {
            check_session(session, points, devices, profiles, findings);
            ++verified.sessions;
        }
        auto const add = [&](std::vector<billing::Finding> const& more) {
            findings.insert(findings.end(), more.begin(), more.end());
        };
        add(billing::verify_charges(reader, facility.id, zone));
        add(billing::verify_invoices(reader, facility));
        add(billing::verify_ledger(reader, facility.id));
        if (auto const broken = people::first_broken_audit(reader, facility.id))
            findings.push_back(fmt::format("audit event {}: its hash does not follow", *broken));
        verified.invoices = std::ssize(billing::final_invoices(reader, facility.id));
        verified.entries = std::ssize(
            billing::list_entries(reader, facility.id, kEver, 0, std::numeric_limits<int>::max()));
        return verified;
    });
}

}  // namespace karkhana::app

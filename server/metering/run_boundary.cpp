#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {

Instant RunControl::next_boundary() const {
    auto const now = services_.clock.now();
    // No zone has its quarters more than an hour apart, whatever its clocks do.
    return boundaries(zone_, {now, now + std::chrono::hours(2)}, 15).at(0);
}

void RunControl::at_boundary(Instant boundary) {
    auto const sessions = services_.ledger.read(
        [&](store::Reader& reader) { return open_sessions(reader, services_.facility); });
    std::vector<Channel> channels;
    std::vector<UsageSession> metered;
    for (auto const& session : sessions) {
        bool const inside = session.state == SessionState::open && session.start < boundary;
        if (!inside || !measures(session)) continue;
        channels.push_back(session.registers.front().channel);
        metered.push_back(session);
    }
    if (channels.empty()) return;
    auto readings = services_.meter_port.snapshot(channels, snapshot_deadline);
    if (!readings) return;
    services_.meters.take(*readings);
    keep_events(services_.ledger, services_.facility, services_.meters);
    services_.ledger.write([&](store::Writer& writer) {
        for (auto const& session : metered) {
            auto const open = find_session(writer, session.facility, session.id);
            auto const channel = session.registers.front().channel;
            auto const crossing = services_.meters.crossing(channel, boundary);
            if (crossing && open && open->state == SessionState::open)
                add_register(writer, session.facility, session.id, register_of(*crossing));
        }
        return true;
    });
    touch();
}

}  // namespace karkhana::metering

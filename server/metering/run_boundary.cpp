#include <set>

#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"
#include "server/metering/settle.hpp"

namespace karkhana::metering {

Instant RunControl::next_boundary() const {
    auto const now = services_.clock.now();
    // No zone has its quarters more than an hour apart, whatever its clocks do.
    return boundaries(zone_, {now, now + std::chrono::hours(2)}, 15).at(0);
}

void RunControl::at_boundary(Instant boundary) {
    auto const sessions = services_.ledger.read(
        [&](store::Reader& reader) { return open_sessions(reader, services_.facility); });
    std::set<Channel> channels, own, shared;
    for (auto const& session : sessions) {
        if (session.state != SessionState::open || session.start >= boundary) continue;
        for (auto const channel : channels_of(session)) {
            if (!measures(session, channel)) continue;
            auto const* meter = meters_.shared(channel);
            channels.insert(channel);
            (meter == nullptr ? own : shared).insert(channel);
            if (meter != nullptr) channels.insert(meter->less.begin(), meter->less.end());
        }
    }
    if (channels.empty()) return;
    std::vector<Channel> const asked{channels.begin(), channels.end()};
    auto readings = services_.meter_port.snapshot(asked, snapshot_deadline);
    if (!readings) return;
    services_.meters.take(*readings);
    keep_events(services_.ledger, services_.facility, services_.meters);
    services_.ledger.write([&](store::Writer& writer) {
        for (auto const& session : sessions) {
            auto const open = find_session(writer, session.facility, session.id);
            if (!open || open->state != SessionState::open) continue;
            for (auto const channel : channels_of(*open)) {
                // What a clock that was set back comes past again is inside already, and what
                // the START still waits for comes with the first good value.
                auto const& last = *last_of(*open, channel);
                bool const inside = last.at < boundary && !is_provisional(last);
                auto const crossing = services_.meters.crossing(channel, boundary);
                // Nor is what was passed there the first time the register now.
                bool const rises = crossing && crossing->value >= last.value.wh;
                if (own.contains(channel) && inside && rises && measures(*open, channel))
                    add_register(writer, session.facility, session.id, register_of(*crossing));
            }
        }
        for (auto const channel : shared) settle_at(writer, *meters_.shared(channel), boundary);
        return true;
    });
    touch();
}

void RunControl::settle_at(store::Writer& writer, SharedMeter const& meter, Instant boundary) {
    auto const crossing = services_.meters.crossing(meter.channel, boundary);
    if (!crossing) return;
    auto cut = register_of(*crossing);
    cut.less = less_now(services_.meters, meter);
    settle(writer, services_, zone_, meter, cut, std::nullopt);
}

}  // namespace karkhana::metering

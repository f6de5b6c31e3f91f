#include "server/metering/settle.hpp"

#include <algorithm>
#include <set>

#include "server/booking/records.hpp"
#include "server/facility/records.hpp"
#include "server/metering/registers.hpp"
#include "server/metering/rules_share.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {
namespace {

/// A session that has no STOP of the meter yet.
struct Sharer {
    UsageSession session;
    std::int64_t rated_w = 0;
    std::vector<Interval> work;
    bool ended = false;
};

std::vector<Sharer> sharers_of(store::Reader& reader, FacilityId const& facility,
                               SharedMeter const& meter, Instant until) {
    std::vector<Sharer> sharers;
    for (auto& session : open_sessions(reader, facility)) {
        bool const here = std::ranges::count(meter.machines, session.machine) > 0;
        auto const* last = last_of(session, meter.channel);
        if (!here || last == nullptr || last->edge == Edge::stop) continue;
        auto const history = session.booking
                                 ? booking::history_of(reader, facility, *session.booking)
                                 : std::vector<booking::Transition>{};
        auto work = at_work(session, history, until);
        auto const machine = facility::find_machine(reader, facility, session.machine).value();
        sharers.push_back({std::move(session), machine.rated_w, std::move(work)});
    }
    return sharers;
}

/// Where all that share were last told apart.
Register last_cut(std::vector<Sharer> const& sharers, Channel channel) {
    auto const* last = last_of(sharers.front().session, channel);
    for (auto const& sharer : sharers) {
        auto const* other = last_of(sharer.session, channel);
        if (other->at > last->at) last = other;
    }
    return *last;
}

Register between(Services const& services, Register const& from, Register const& to, Instant at) {
    Register reg;
    if (auto const crossing = services.meters.crossing(to.channel, at)) {
        reg = register_of(*crossing);
    } else {
        reg.channel = to.channel;
        reg.at = at;
        reg.value = {interpolate({from.at, from.value.wh}, {to.at, to.value.wh}, at)};
        reg.carried = to.carried;
        reg.quality = Quality::estimated;
        reg.method = Method::interpolated;
    }
    if (reg.value < from.value || reg.value > to.value) {
        // Its clock was set meanwhile.
        reg.value = std::clamp(reg.value, from.value, to.value);
        reg.raw = {};
        reg.quality = Quality::estimated;
        reg.method = Method::interpolated;
    }
    reg.less = {interpolate({from.at, from.less.wh}, {to.at, to.less.wh}, at)};
    return reg;
}

class Settling {
public:
    Settling(store::Writer& writer, SharedMeter const& meter, std::vector<Sharer> sharers)
        : writer_(writer), meter_(meter), sharers_(std::move(sharers)) {}

    /// `during`: in which it is looked who worked; nothing: nobody knows, and whoever has not ended
    /// may have.
    void piece(Register const& from, Register to, std::optional<Interval> const& during,
               std::optional<SessionId> const& ending) {
        auto const total = (to.value - from.value) - (to.less - from.less);
        std::vector<Claim> claims;
        for (auto const& sharer : sharers_)
            claims.push_back({sharer.rated_w, sharer.ended ? Duration{}
                                              : during     ? within(sharer.work, *during)
                                                           : Duration{1}});
        auto const shares = shares_of(std::max(total, Energy{}), meter_.split, claims);
        for (std::size_t i = 0; i < sharers_.size(); ++i) {
            if (sharers_[i].ended) continue;
            to.share = shares[i];
            keep(sharers_[i], to, ending);
        }
    }

    void close_waiting(std::optional<SessionId> const& ending) {
        for (auto const& [session, rated_w, work, ended] : sharers_) {
            if (!ended || session.id == ending) continue;
            if (is_whole(find_session(writer_, session.facility, session.id).value()))
                close_whole(writer_, session.facility, session.id, *session.stop, session.quantity);
        }
    }

private:
    void keep(Sharer& sharer, Register reg, std::optional<SessionId> const& ending) {
        auto const& session = sharer.session;
        bool const waited = session.stop && *session.stop <= reg.at;
        sharer.ended = waited || session.id == ending;
        reg.edge = sharer.ended ? Edge::stop : Edge::boundary;
        if (waited) {
            reg.at = std::max(*session.stop, last_of(session, meter_.channel)->at);
            reg.quality = worse(reg.quality, Quality::estimated);
            if (reg.method == Method::read) reg.method = Method::first_good;
        }
        add_register(writer_, session.facility, session.id, reg);
    }

    store::Writer& writer_;
    SharedMeter const& meter_;
    std::vector<Sharer> sharers_;
};

}  // namespace

Register settle(store::Writer& writer, Services const& services, Zone const& zone,
                SharedMeter const& meter, Register cut, std::optional<SessionId> const& ending) {
    auto const& facility = services.facility;
    for (auto const& machine : meter.machines) facility::lock_machine(writer, facility, machine);
    auto sharers = sharers_of(writer, facility, meter, cut.at);
    if (sharers.empty()) return cut;
    auto from = last_cut(sharers, meter.channel);
    bool const nothing = cut.at <= from.at && cut.value <= from.value;
    // A clock that was set back does not let two cuts be at one moment, and does not say who
    // worked between them.
    bool const set_back = cut.at <= from.at;
    cut.at = std::max(cut.at, from.at + Duration{1});
    if (cut.value < from.value) {
        // The words say something else: it stands on what was kept before.
        cut.value = from.value;
        cut.carried = from.carried;
        cut.raw = from.raw;
        cut.method = Method::last_good;
        cut.quality = worse(cut.quality, Quality::estimated);
    }
    // What was counted behind it and not yet here, because one of them was silent, comes with the
    // next piece.
    cut.less = std::clamp(cut.less, from.less, from.less + (cut.value - from.value));
    if (nothing && !ending) return from;
    Settling settling{writer, meter, std::move(sharers)};
    for (auto const at : boundaries(zone, {from.at + Duration{1}, cut.at}, 15)) {
        auto const to = between(services, from, cut, at);
        settling.piece(from, to, Interval{from.at, to.at}, std::nullopt);
        from = to;
    }
    settling.piece(from, cut, set_back ? std::nullopt : std::optional{Interval{from.at, cut.at}},
                   ending);
    settling.close_waiting(ending);
    return cut;
}

void close_whole(store::Writer& writer, FacilityId const& facility, SessionId const& id, Instant at,
                 std::optional<std::int64_t> quantity) {
    auto const session = find_session(writer, facility, id).value();
    auto quality = session.quality;
    for (auto const channel : channels_of(session)) {
        auto const registers = registers_of(session, channel);
        quality = worse(quality, quality_of(writer, facility, registers));
        for (auto const& reg : registers)
            if (reg.share && reg.share->least != reg.share->most)
                quality = worse(quality, Quality::estimated);
    }
    close_session(writer, session, at, std::nullopt, quantity, quality);
}

void lock_with_sharers(store::Writer& writer, FacilityId const& facility,
                       MachineMeters const& meters, MachineId const& machine) {
    std::set<MachineId> together{machine};
    for (auto const channel : meters.of(machine).energy)
        if (auto const* shared = meters.shared(channel))
            together.insert(shared->machines.begin(), shared->machines.end());
    for (auto const& one : together) facility::lock_machine(writer, facility, one);
}

}  // namespace karkhana::metering

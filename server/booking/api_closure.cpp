#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <map>

#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/lost_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/reslot.hpp"
#include "server/booking/steps.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;

constexpr std::chrono::days longest_closure{62};
constexpr std::size_t bookings_allowed = 2000;
constexpr std::array<std::string_view, 4> kinds{"flood", "cyclone", "strike", "other"};

struct Wanted {
    Interval during;
    std::optional<MachineId> machine;
    std::string kind;
    bool moves = false;
    std::string reason;
};

Result<Wanted> read_wanted(http::Request const& request, Instant now, bool preview) {
    auto body = http::JsonBody::parse(request);
    Wanted wanted{{body.at("from"), body.at("until")},
                  body.maybe_id<MachineId>("machine_id"),
                  body.text("kind"),
                  false,
                  preview ? body.maybe_text("reason", 500).value_or("") : body.text("reason", 500)};
    auto const mode = body.text("mode");
    if (mode != "move" && mode != "cancel") body.fail("unknown_mode", "mode", "move or cancel");
    wanted.moves = mode == "move";
    if (std::ranges::find(kinds, wanted.kind) == kinds.end())
        body.fail("unknown_kind", "kind", "flood, cyclone, strike or other");
    if (!preview && wanted.reason.empty()) body.fail("reason_missing", "reason", "say why");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (wanted.during.end <= now || wanted.during.empty() ||
        wanted.during.length() > longest_closure)
        return refuse(ErrorKind::invalid, "bad_interval",
                      "a closure is to come or goes on, and lasts 62 days at most", "/until");
    return wanted;
}

/// The bookings of the window. Machines at work are stopped at the machine, not from here.
struct Affected {
    facility::Outage outage;
    std::vector<Displaced> ahead;
    std::vector<Booking> running;
};

Result<Affected> read_affected(store::Reader& reader, FacilityId const& facility,
                               Wanted const& wanted, OutageId const& id) {
    if (wanted.machine && !facility::find_machine(reader, facility, *wanted.machine))
        return refuse(ErrorKind::not_found, "not_found", "no such machine", "/machine_id");
    Affected found{{.id = id,
                    .machine = wanted.machine,
                    .during = wanted.during,
                    .kind = "closure",
                    .reason = wanted.reason,
                    .source = facility::OutageSource::closure},
                   {},
                   {}};
    for (auto& booking : bookings_between(reader, facility, wanted.during, true)) {
        if (!concerns(found.outage, booking.machine)) continue;
        bool const begun = booking.state == State::running || booking.state == State::paused;
        if (begun)
            found.running.push_back(std::move(booking));
        else
            found.ahead.push_back({std::move(booking), found.outage});
    }
    if (found.ahead.size() > bookings_allowed)
        return refuse(ErrorKind::invalid, "too_many", "close a shorter time at once");
    put_in_order(found.ahead);
    return found;
}

/// From here on nobody else books on the machines of the window or changes what is on them. First
/// the bookings and then the machines, as whoever moves one; then those that came in the meantime.
/// PostgreSQL; SQLite has one writer and needs nothing.
void lock_affected(store::Writer& writer, FacilityId const& facility, Wanted const& wanted) {
    if (!writer.is_postgres()) return;
    auto const lock_there = [&] {
        std::vector<BookingId> ids;
        for (auto const& booking : bookings_between(writer, facility, wanted.during, true))
            if (!wanted.machine || booking.machine == *wanted.machine) ids.push_back(booking.id);
        lock_bookings(writer, facility, ids);
    };
    lock_there();
    auto machines = facility::list_machines(writer, facility);
    std::ranges::sort(machines, {}, &facility::Machine::id);
    for (auto const& machine : machines)
        if (!wanted.machine || machine.id == *wanted.machine)
            facility::lock_machine(writer, facility, machine.id);
    lock_there();
}

/// What becomes of one booking.
struct Fate {
    Booking before;
    Booking after;
    bool moved = false;
    Proposed proposed;
};

/// The same for who looks and who closes. Moved is who may have the new time by all rules, but not
/// who has checked in: they are here today, and not on another day.
std::vector<Fate> plan_fates(Services const& services, store::Reader& reader,
                             FacilityId const& facility, Affected const& affected, bool moves,
                             Instant now) {
    std::vector<Fate> fates;
    for (auto& proposed : proposals_for(services, reader, facility, affected.ahead, now)) {
        auto const& booking = affected.ahead[fates.size()].booking;
        bool const moved = moves && proposed.during && booking.state == State::confirmed;
        fates.push_back({booking, booking, moved, std::move(proposed)});
    }
    return fates;
}

class Closing {
public:
    Closing(Services const& services, store::Writer& writer, Tale& tale, PersonId const& person,
            Instant now)
        : services_(services), writer_(writer), tale_(tale), person_(person), now_(now) {}

    std::vector<Fate> close(Affected const& affected, FacilityId const& facility, bool moves) {
        auto fates = plan_fates(services_, writer_, facility, affected, moves, now_);
        for (auto& fate : fates) {
            if (fate.moved) fate.moved = move(fate);
            if (!fate.moved) cancel(fate, affected.outage);
        }
        return fates;
    }

private:
    /// False when what it needs has gone after all: then it is cancelled.
    bool move(Fate& fate) {
        auto after = fate.before;
        after.machine = fate.proposed.machine.value();
        after.during = fate.proposed.during.value();
        try {
            bool const done = writer_.nested([&] {
                if (!update_booking(writer_, after)) return false;
                keep_holds(services_, writer_, after, &fate.before, now_);
                return true;
            });
            if (!done) return false;
        } catch (store::ConstraintViolated const& violated) {
            if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
            return false;
        }
        ++after.version;
        ++after.calendar_sequence;
        fate.after = after;
        tale_.changed("moveBooking", fate.before, after, "closure");
        return true;
    }

    void cancel(Fate& fate, facility::Outage const& outage) {
        auto const after =
            step_to(writer_, fate.before, State::cancelled, person_, outage.reason, now_);
        if (!after) return;
        fate.after = *after;
        tale_.changed("closeBooking", fate.before, *after, outage.reason);
        bool const offered =
            fate.before.state == State::pending && fate.before.pending_for == PendingFor::offer;
        if (offered) return wait_again(fate.before);
        if (!fate.proposed.during) return;
        fate.proposed.remedy = Remedy::again;
        auto const id = services_.ids.make<ProposalId>();
        if (put_proposal(writer_, after->facility, id, fate.proposed, fate.before, now_))
            tale_.changed("proposeBooking", *after, *after, in_words(id, fate.proposed));
    }

    /// Who had the offer waits on, at the old place.
    void wait_again(Booking const& booking) {
        auto const offer = open_offer_for(writer_, booking.facility, booking.id);
        if (!offer || !close_offer(writer_, booking.facility, offer->id, "withdrawn")) return;
        auto const entry = find_entry(writer_, booking.facility, offer->entry).value();
        change_entry(writer_, entry, WaitlistEntry::State::waiting);
        tale_.queued({.entry = entry.id, .at = now_, .what = "withdrawn", .person = person_});
    }

    Services const& services_;
    store::Writer& writer_;
    Tale& tale_;
    PersonId person_;
    Instant now_;
};

/// Who is at work is told at once, and when it begins by the sweep, unless it has begun.
void tell_running(store::Writer& writer, Tale& tale, Affected const& affected, Instant now) {
    auto const& outage = affected.outage;
    bool const begun = outage.during.start <= now;
    for (auto const& booking : affected.running) {
        if (begun) note_told(writer, booking.facility, outage.id, booking.id, now);
        tale.changed(begun ? "warnClosed" : "warnClosure", booking, booking,
                     closure_words(booking.machine, outage.during, outage.reason));
    }
}

/// How the bookings are shown, before and after.
class Shower {
public:
    Shower(Services const& services, store::Reader& reader, FacilityId const& facility,
           Affected const& affected)
        : book_(services.books->get(reader, facility)) {
        std::vector<EnterpriseId> parties;
        for (auto const& each : affected.ahead) parties.push_back(each.booking.enterprise);
        for (auto const& each : affected.running) parties.push_back(each.enterprise);
        enterprises_ = people::find_enterprises(reader, facility, parties);
    }

    json::object show(Booking const& booking, std::string_view verdict,
                      Proposed const* proposed) const {
        auto const& party = enterprises_.at(booking.enterprise);
        json::object shown{{"booking_id", booking.id.text()},
                           {"enterprise", json::object{{"id", party.id.text()},
                                                       {"name", facility::name_json(party.name)}}},
                           {"machine", machine_of(booking.machine)},
                           {"start", to_rfc3339(booking.during.start, book_->zone)},
                           {"end", to_rfc3339(booking.during.end, book_->zone)},
                           {"verdict", verdict},
                           {"to", nullptr}};
        if (proposed != nullptr && proposed->during)
            shown["to"] = json::object{{"machine", machine_of(proposed->machine.value())},
                                       {"start", to_rfc3339(proposed->during->start, book_->zone)},
                                       {"end", to_rfc3339(proposed->during->end, book_->zone)}};
        return shown;
    }

private:
    json::object machine_of(MachineId const& id) const {
        return facility::machine_ref_json(
            *std::ranges::find(book_->machines, id, &facility::Machine::id));
    }

    std::shared_ptr<facility::Book const> book_;
    std::map<EnterpriseId, people::Enterprise> enterprises_;
};

json::object answer_json(Wanted const& wanted, std::optional<ClosureId> id,
                         std::optional<OutageId> outage, json::array items, std::int64_t cancelled,
                         std::int64_t moved, std::int64_t running) {
    json::object answer{{"id", nullptr},          {"outage_id", nullptr},
                        {"kind", wanted.kind},    {"mode", wanted.moves ? "move" : "cancel"},
                        {"cancelled", cancelled}, {"moved", moved},
                        {"running", running},     {"items", std::move(items)}};
    if (id) answer["id"] = id->text();
    if (outage) answer["outage_id"] = outage->text();
    return answer;
}

json::object closed_json(Shower const& shower, Wanted const& wanted, Affected const& affected,
                         std::vector<Fate> const& fates, std::optional<ClosureId> id) {
    json::array items;
    std::int64_t moved = 0;
    for (auto const& fate : fates) {
        moved += fate.moved ? 1 : 0;
        items.push_back(shower.show(fate.before, fate.moved ? "move" : "cancel", &fate.proposed));
    }
    for (auto const& booking : affected.running)
        items.push_back(shower.show(booking, "running", nullptr));
    return answer_json(wanted, id, id ? std::optional{affected.outage.id} : std::nullopt,
                       std::move(items), std::ssize(fates) - moved, moved,
                       std::ssize(affected.running));
}

}  // namespace

http::Response preview_closure(Services const& services, http::Request const& request) {
    auto const now = services.clock.now();
    auto const wanted = read_wanted(request, now, true);
    if (!wanted) return http::problem(wanted.error());
    auto const& facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const affected = read_affected(reader, facility, *wanted, OutageId{});
        if (!affected) return http::problem(affected.error());
        auto const fates = plan_fates(services, reader, facility, *affected, wanted->moves, now);
        Shower const shower{services, reader, facility, *affected};
        return http::json_response(200,
                                   closed_json(shower, *wanted, *affected, fates, std::nullopt));
    });
}

http::Response create_closure(Services const& services, http::Request const& request) {
    auto const now = services.clock.now();
    auto const wanted = read_wanted(request, now, false);
    if (!wanted) return http::problem(wanted.error());
    auto const& who = request.principal.value();
    auto const id = services.ids.make<ClosureId>();
    auto const outage = services.ids.make<OutageId>();
    std::vector<Fate> fates;
    auto const close = [&](store::Writer& writer) {
        lock_affected(writer, who.facility, *wanted);
        auto const affected = read_affected(writer, who.facility, *wanted, outage);
        if (!affected) return http::problem(affected.error());
        facility::insert_outage(writer, who.facility, affected->outage, now);
        Tale tale{who.facility, who.person};
        fates = Closing{services, writer, tale, who.person, now}.close(*affected, who.facility,
                                                                       wanted->moves);
        tell_running(writer, tale, *affected, now);
        insert_closure(writer, who.facility,
                       {.id = id,
                        .outage = outage,
                        .kind = wanted->kind,
                        .moves = wanted->moves,
                        .reason = wanted->reason,
                        .by = who.person,
                        .at = now,
                        .bookings = std::ssize(fates)});
        // Who had only been offered a time waits again, and is given none back.
        auto const was_offered = [](auto const& fate) {
            return fate.before.state == State::pending &&
                   fate.before.pending_for == PendingFor::offer;
        };
        for (auto const& fate : fates)
            if (!was_offered(fate))
                insert_fate(writer, who.facility, id,
                            {fate.before.id, fate.moved, fate.before.machine, fate.before.during});
        auto const answer = closed_json(Shower{services, writer, who.facility, *affected}, *wanted,
                                        *affected, fates, id);
        tale.write(writer, now);
        auto told = answer;
        told.erase("items");
        people::append_audit(writer, who.facility,
                             {.person = who.person,
                              .action = "createClosure",
                              .subject = "closure/" + id.text(),
                              .after = json::serialize(told),
                              .reason = wanted->reason},
                             now);
        return http::json_response(201, answer);
    };
    auto answer = people::write_once(services.store, services.clock, request, close);
    if (answer.status < 400)
        for (auto const& fate : fates)
            publish_change(services, fate.after, fate.moved ? &fate.before : nullptr);
    return answer;
}

}  // namespace karkhana::booking

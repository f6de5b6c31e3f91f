#include "server/billing/held_bills.hpp"

#include <algorithm>

#include "server/billing/runs.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kLetGo =
    "SELECT s.session_id FROM bill_release_session s JOIN bill_release_decision d "
    "ON d.facility_id = s.facility_id AND d.release_id = s.release_id "
    "WHERE s.facility_id = $1 AND d.granted = 1";
constexpr std::string_view kUndecided =
    "SELECT r.release_id, r.invoice_id, r.reason, r.asked_at, r.asked_by, s.session_id "
    "FROM bill_release r JOIN bill_release_session s "
    "ON s.facility_id = r.facility_id AND s.release_id = r.release_id "
    "WHERE r.facility_id = $1 AND NOT EXISTS (SELECT 1 FROM bill_release_decision d "
    "WHERE d.facility_id = r.facility_id AND d.release_id = r.release_id) "
    "ORDER BY r.release_id, s.session_id";
constexpr std::string_view kInsertRelease =
    "INSERT INTO bill_release (facility_id, release_id, invoice_id, reason, asked_at, asked_by) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kInsertReleased =
    "INSERT INTO bill_release_session (facility_id, release_id, session_id) VALUES ($1, $2, $3)";
constexpr std::string_view kDecideRelease =
    "INSERT INTO bill_release_decision (facility_id, release_id, granted, decided_at, decided_by) "
    "VALUES ($1, $2, $3, $4, $5)";

/// What a person can settle by looking at the readings; without prices it is another's to act.
bool wants_reading(Skipped const& one) {
    return one.enterprise && one.stopped_at &&
           (one.code == "questionable" || one.code == "unsplit_usage");
}

}  // namespace

HeldBy unresolved_of(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                     Interval month) {
    HeldBy held;
    for (auto const& one : unrated_sessions(reader, facility, zone, month).skipped)
        if (wants_reading(one) && month.contains(*one.stopped_at))
            held[*one.enterprise].push_back(one);
    if (held.empty()) return held;
    std::set<SessionId> let_go;
    reader.each(
        kLetGo, [&](store::Row const& row) { let_go.insert(row.id<SessionId>(0)); }, facility);
    for (auto& [enterprise, sessions] : held)
        std::erase_if(sessions, [&](Skipped const& one) { return let_go.contains(one.session); });
    std::erase_if(held, [](auto const& one) { return one.second.empty(); });
    return held;
}

std::vector<Release> undecided_releases(store::Reader& reader, FacilityId const& facility) {
    std::vector<Release> releases;
    reader.each(
        kUndecided,
        [&](store::Row const& row) {
            auto const id = row.id<ReleaseId>(0);
            if (releases.empty() || releases.back().id != id)
                releases.push_back(
                    {id, row.id<InvoiceId>(1), row.text(2), row.at(3), row.id<PersonId>(4)});
            releases.back().sessions.insert(row.id<SessionId>(5));
        },
        facility);
    return releases;
}

Result<Release> ask_release(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                            IdSource& ids, InvoiceId const& draft, std::string const& reason,
                            PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    auto const invoice = find_invoice(writer, facility, draft);
    if (!invoice) return refuse(ErrorKind::not_found, "not_found");
    if (invoice->final) return refuse(ErrorKind::conflict, "already_final");
    auto held =
        unresolved_of(writer, facility, zone, period_interval(zone, invoice->period).value());
    auto const& sessions = held[invoice->enterprise];
    if (invoice->credit_note || sessions.empty())
        return refuse(ErrorKind::conflict, "not_held", "no reading of this bill is unresolved");
    auto const waiting = undecided_releases(writer, facility);
    if (std::ranges::find(waiting, draft, &Release::invoice) != waiting.end())
        return refuse(ErrorKind::conflict, "release_asked", "another person decides");
    Release release{ids.make<ReleaseId>(), draft, reason, now, by};
    writer.execute(kInsertRelease, facility, release.id, draft, reason, now, by);
    for (auto const& one : sessions) {
        release.sessions.insert(one.session);
        writer.execute(kInsertReleased, facility, release.id, one.session);
    }
    return release;
}

Result<Release> decide_release(store::Writer& writer, FacilityId const& facility,
                               ReleaseId const& id, bool granted, PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    auto const waiting = undecided_releases(writer, facility);
    auto const found = std::ranges::find(waiting, id, &Release::id);
    if (found == waiting.end()) return refuse(ErrorKind::not_found, "not_found");
    if (granted && found->asked_by == by)
        return refuse(ErrorKind::conflict, "same_person", "another person grants what one asks");
    auto release = *found;
    release.granted = granted;
    writer.execute(kDecideRelease, facility, id, granted ? 1 : 0, now, by);
    return release;
}

}  // namespace karkhana::billing

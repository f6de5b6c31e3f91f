#include "server/telling/telling.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>

#include "server/base/text.hpp"
#include "server/billing/invoices.hpp"
#include "server/booking/calendar_entry.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/secret_records.hpp"
#include "server/booking/series_records.hpp"
#include "server/facility/records.hpp"
#include "server/notify/records.hpp"
#include "server/people/audit.hpp"
#include "server/telling/care.hpp"
#include "server/telling/names.hpp"
#include "server/telling/records.hpp"
#include "server/telling/rules_reminders.hpp"

namespace karkhana::telling {
namespace {

namespace json = boost::json;

/// A member that is a text; empty when it is not there.
std::string_view text_in(json::object const& object, std::string_view key) {
    auto const* found = object.if_contains(key);
    if (found == nullptr || !found->is_string()) return {};
    return found->get_string();
}

std::optional<json::object> object_of(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::optional<Interval> during_in(json::object const& object) {
    auto const start = parse_rfc3339(text_in(object, "start"));
    auto const end = parse_rfc3339(text_in(object, "end"));
    if (!start || !end) return std::nullopt;
    return Interval{*start, *end};
}

/// What one line of the trail tells, if it tells of a booking.
struct Line {
    std::int64_t sequence = 0;
    std::string about;
    std::optional<Change> change;     ///< of a booking
    std::optional<SeriesAct> series;  ///< of a series
    std::optional<InvoiceId> issued;  ///< an invoice that was issued
    std::optional<Care> care;         ///< of a machine
};

/// Of what says in its reason which time it is about, the reason that is in there.
std::string reason_of(people::AuditEvent const& event) {
    if (!says_where(event.action)) return event.reason;
    auto const said = object_of(event.reason);
    if (!said) return {};
    auto const key = event.action == "proposeBooking" ? "cause" : "reason";
    return std::string{text_in(*said, key)};
}

Line line_of(people::AuditRecord const& record) {
    auto const& event = record.event;
    auto const slash = event.subject.find('/');
    Line line{.sequence = record.sequence, .about = event.subject.substr(slash + 1)};
    if (event.action == "finalizeInvoice") line.issued = InvoiceId::parse(line.about);
    if (event.subject.starts_with("series/") && is_of_series(event.action)) {
        line.series = series_act_of(event.after);
        if (line.series) line.series->action = event.action;
        if (line.series) line.series->reason = event.reason;
    }
    line.care = care_of(event.action, event.after);
    if (!event.subject.starts_with("booking/")) return line;
    if (auto after = seen_of(event.after))
        line.change = Change{event.action, seen_of(event.before), *after, reason_of(event),
                             says_where(event.action) ? place_of(event.reason) : std::nullopt};
    return line;
}

std::vector<Line> lines_after(store::Reader& reader, FacilityId const& facility,
                              std::int64_t cursor) {
    std::vector<Line> found;
    for (auto const& record : people::audit_after(reader, facility, cursor, told_at_once))
        found.push_back(line_of(record));
    return found;
}

void collect(std::vector<EnterpriseId>& ids, Line const& line) {
    if (line.series) ids.push_back(line.series->enterprise);
    if (!line.change) return;
    ids.push_back(line.change->after.enterprise);
    if (line.change->before) ids.push_back(line.change->before->enterprise);
}

notify::News news_of(Names const& names, Line const& line, std::string_view kind) {
    auto const& after = line.change->after;
    auto const was = line.change->before.value_or(after).during;
    auto const place = line.change->proposed.value_or(Place{after.machine, after.during});
    notify::News news{.kind = kind,
                      .about = line.about,
                      .occasion = std::to_string(line.sequence),
                      .values = names.values(place.machine, place.during),
                      .useful_until = useful_until(kind, *line.change)};
    if (auto const id = BookingId::parse(line.about)) news.secrets = names.secrets(*id);
    // The clock may have told of the same already: then this says it under the same name.
    if (kind == "booking_overrun")
        news.occasion = overrun_occasion(line.change->reason, after.during.start);
    news.values["was"] = notify::span_words(names.zone(), was);
    news.values["reason"] = reason_words(kind, line.change->reason);
    news.values["enterprise"] = names.enterprise(after.enterprise);
    news.values["until"] =
        notify::time_words(names.zone(), after.hold_until.value_or(after.during.start));
    return news;
}

/// The fee that the line is about, if it is about one.
std::optional<booking::KeptFee> fee_of(store::Reader& reader, FacilityId const& facility,
                                       Line const& line) {
    auto const id = BookingId::parse(line.about);
    if (!id || !is_of_fee(line.change->action)) return std::nullopt;
    auto fees = booking::fees_of(reader, facility, *id);
    auto const found = std::ranges::find_if(fees, [&](booking::KeptFee const& each) {
        return booking::fee_key(each.fee.kind, each.number) == line.change->reason;
    });
    if (found == fees.end()) return std::nullopt;
    return std::move(*found);
}

/// Says of which slot the fee is, and how much.
void add_fee(notify::News& news, Names const& names, booking::KeptFee const& kept) {
    auto const& fee = kept.fee;
    if (fee.of)
        for (auto& [key, value] : names.values(fee.of->machine, fee.of->slot))
            news.values[key] = value;
    auto const minutes = std::to_string(fee.minutes);
    news.values["minutes"] = {minutes, bangla_digits(minutes)};
    news.values["amount"] = {amount_text(fee.amount, Language::en),
                             amount_text(fee.amount, Language::bn)};
}

using Bookings = std::map<BookingId, booking::Booking>;

/// The bookings of the lines as they are now, in one query.
Bookings bookings_of(store::Reader& reader, FacilityId const& facility,
                     std::vector<Line> const& lines) {
    std::vector<BookingId> ids;
    for (auto const& line : lines)
        if (line.change)
            if (auto const id = BookingId::parse(line.about)) ids.push_back(*id);
    Bookings found;
    for (auto& each : booking::find_bookings(reader, facility, ids)) found.emplace(each.id, each);
    return found;
}

/// Who of the ME is written letters.
booking::Envelope envelope_to(store::Reader& reader, Needs const& needs, EnterpriseId const& to) {
    booking::Envelope envelope{needs.organizer, {}};
    for (auto const& contact : notify::contacts_of(reader, needs.facility, to))
        if (contact.by_email && contact.email) envelope.attendees.push_back(*contact.email);
    return envelope;
}

/// Of a date of a series that the ME of the booking was invited to, how often that has changed.
std::optional<std::int64_t> series_sequence(store::Reader& reader, Needs const& needs,
                                            booking::Booking const& booking) {
    if (!booking.series) return std::nullopt;
    auto const series = booking::find_series(reader, needs.facility, *booking.series);
    if (!series || series->enterprise != booking.enterprise) return std::nullopt;
    return booking::changes_of_series(reader, needs.facility, *booking.series);
}

/// What a calendar is told of the booking, for those of its ME who are written letters.
std::string invitation_of(store::Reader& reader, Needs const& needs, Names const& names,
                          booking::Booking const& booking, Instant now) {
    auto const envelope = envelope_to(reader, needs, booking.enterprise);
    if (envelope.attendees.empty()) return {};
    auto const machine = names.machine(booking.machine),
               party = names.enterprise(booking.enterprise);
    return booking::invitation({.booking = booking,
                                .facility = names.place(),
                                .machine = machine,
                                .party = &party,
                                .changed = now,
                                .series_sequence = series_sequence(reader, needs, booking)},
                               envelope, Language::bn);
}

/// A series as it is now.
struct Standing {
    booking::Series series;
    std::vector<booking::SeriesOutcome> dates;
    std::vector<booking::Booking> bookings;

    bool is_over() const {
        return std::ranges::none_of(bookings, [&](booking::Booking const& each) {
            return booking::is_live(each.state) && each.enterprise == series.enterprise;
        });
    }
};

Standing standing_of(store::Reader& reader, FacilityId const& facility, SeriesId const& id) {
    auto dates = booking::outcomes_of(reader, facility, id);
    std::vector<BookingId> made;
    for (auto const& date : dates)
        if (date.booking) made.push_back(*date.booking);
    return {booking::find_series(reader, facility, id).value(), std::move(dates),
            booking::find_bookings(reader, facility, made)};
}

std::string invitation_of(store::Reader& reader, Needs const& needs, Names const& names,
                          Standing const& standing, Instant now) {
    auto const envelope = envelope_to(reader, needs, standing.series.enterprise);
    if (needs.organizer.empty() || envelope.attendees.empty()) return {};
    auto const party = names.enterprise(standing.series.enterprise);
    return booking::series_invitation(
        {.series = standing.series,
         .dates = standing.dates,
         .bookings = standing.bookings,
         .facility = names.place(),
         .party = party,
         .machine_name = [&](MachineId const& id) { return names.machine(id); },
         .changed = now},
        envelope, Language::bn);
}

bool changes_a_calendar(Change const& change) {
    if (!change.before) return true;
    auto const& before = *change.before;
    return before.machine != change.after.machine || before.during != change.after.during ||
           before.state != change.after.state || before.enterprise != change.after.enterprise;
}

/// What was said before is no longer so; a proposal or a warning leaves the booking as it was.
bool changes_what_was_told(Change const& change) {
    return changes_a_calendar(change) || change.before->pending_for != change.after.pending_for;
}

/// The booking as it is to the one whose it was: gone.
booking::Booking gone_from(EnterpriseId const& former, booking::Booking booking) {
    booking.enterprise = former;
    booking.state = booking::State::cancelled;
    return booking;
}

bool is_for_managers_alone(std::vector<Told> const& told) {
    return !told.empty() && std::ranges::all_of(told, [](Told const& each) {
        return each.to == Told::To::managers;
    });
}

void tell_change(store::Writer& writer, Needs const& needs, Names const& names,
                 Bookings const& bookings, Line const& line, Instant now) {
    auto const told = told_of(*line.change);
    if (told.empty() && !is_of_series(line.change->action)) return;
    auto const& after = line.change->after;
    auto const before = line.change->before.value_or(after);
    // What waits for the morning would come after this and say what is no longer so. Of a new
    // booking nothing waits.
    if (line.change->before && changes_what_was_told(*line.change) && !is_for_managers_alone(told))
        notify::overtake(writer, needs.facility, before.enterprise, line.about, now);
    if (after.enterprise != before.enterprise)
        notify::overtake(writer, needs.facility, after.enterprise, line.about, now);
    for (auto const& each : told) {
        auto news = news_of(names, line, each.kind);
        if (each.to == Told::To::managers) {
            needs.outbox.tell_staff(writer, needs.facility, "manager", news, now);
            continue;
        }
        bool const former = each.to == Told::To::former_party;
        auto const& whose = former ? before : after;
        auto const id = BookingId::parse(line.about);
        if (!needs.organizer.empty() && id && bookings.contains(*id) &&
            changes_a_calendar(*line.change)) {
            auto const& now_is = bookings.at(*id);
            auto const booking = former ? gone_from(whose.enterprise, now_is) : now_is;
            // What has gone to another since is told by a line of its own.
            if (booking.enterprise == whose.enterprise)
                news.calendar = invitation_of(writer, needs, names, booking, now);
        }
        auto const fee = fee_of(writer, needs.facility, line);
        if (fee) add_fee(news, names, *fee);
        // Whose fee it was stays so when the booking is handed over.
        auto const& to = fee ? fee->enterprise : whose.enterprise;
        needs.outbox.tell_enterprise(writer, needs.facility, to, news, now);
    }
}

notify::News news_of(Names const& names, Line const& line) {
    auto const& act = *line.series;
    auto const& zone = names.zone();
    notify::News news{.kind = {},
                      .about = line.about,
                      .occasion = std::to_string(line.sequence),
                      .values = {{"machine", names.machine(act.machine)},
                                 {"facility", names.facility()},
                                 {"enterprise", names.enterprise(act.enterprise)},
                                 {"dates", dates_words(act.dates)},
                                 {"rule", rule_words(act.rule)},
                                 {"first", notify::span_words(zone, act.first)},
                                 {"last", notify::day_words(zone, act.last.start)},
                                 {"left", left_words(act, zone)}}};
    if (act.hold_until) news.values["until"] = notify::time_words(zone, *act.hold_until);
    if (act.action == "cancelSeries")
        news.values["reason"] = reason_words("booking_cancelled", act.reason);
    if (act.action == "refuseSeries")
        news.values["reason"] = reason_words("booking_declined", act.reason);
    return news;
}

void tell_series(store::Writer& writer, Needs const& needs, Names const& names, Line const& line,
                 Instant now) {
    auto const& act = *line.series;
    auto const standing = standing_of(writer, needs.facility, SeriesId::parse(line.about).value());
    if (standing.is_over())
        notify::overtake(writer, needs.facility, act.enterprise, line.about, now);
    auto news = news_of(names, line);
    for (auto const& each : told_of_series(act)) {
        news.kind = each.kind;
        if (each.to == Told::To::managers) {
            news.calendar.clear();
            news.useful_until = act.hold_until;
            needs.outbox.tell_staff(writer, needs.facility, "manager", news, now);
            continue;
        }
        news.useful_until = series_useful_until(act);
        // Merged into another ME since, it is in the calendar of that one.
        if (standing.series.enterprise == act.enterprise)
            news.calendar = invitation_of(writer, needs, names, standing, now);
        needs.outbox.tell_enterprise(writer, needs.facility, act.enterprise, news, now);
    }
}

/// "2026-11" as "11/2026".
std::string month_text(std::string const& period) {
    return period.substr(5) + "/" + period.substr(0, 4);
}

void tell_invoice(store::Writer& writer, Needs const& needs, Names const& names, Line const& line,
                  Instant now) {
    auto const invoice = billing::find_invoice(writer, needs.facility, *line.issued);
    if (!invoice || invoice->total.poisha == 0) return;
    auto const month = month_text(invoice->period);
    needs.outbox.tell_enterprise(
        writer, needs.facility, invoice->enterprise,
        {.kind = "invoice_issued",
         .about = line.about,
         .occasion = std::to_string(line.sequence),
         .values = {{"number", {invoice->number_text, invoice->number_text}},
                    {"period", {month, bangla_digits(month)}},
                    {"amount",
                     {amount_text(invoice->total, Language::en),
                      amount_text(invoice->total, Language::bn)}},
                    {"facility", names.facility()}}},
        now);
}

void tell_care(store::Writer& writer, Needs const& needs, Names const& names, Line const& line,
               Instant now) {
    auto const& care = *line.care;
    auto reason = care.reason;
    if (auto const outage = care.set_aside
                                ? facility::find_outage(writer, needs.facility, *care.set_aside)
                                : std::nullopt) {
        auto const when = notify::span_words(names.zone(), outage->during);
        reason = {reason.en + "; " + when.en, reason.bn + "; " + when.bn};
    }
    needs.outbox.tell_staff(
        writer, needs.facility, "manager",
        {.kind = care.kind,
         .about = line.about,
         .occasion = std::to_string(line.sequence),
         .values = {{"machine", names.machine(care.machine)}, {"reason", reason}}},
        now);
}

}  // namespace

std::optional<Place> place_of(std::string_view text) {
    auto const object = object_of(text);
    if (!object) return std::nullopt;
    auto const machine = MachineId::parse(text_in(*object, "machine_id"));
    auto const during = during_in(*object);
    if (!machine || !during) return std::nullopt;
    return Place{*machine, *during};
}

std::optional<Seen> seen_of(std::string_view text) {
    auto const object = object_of(text);
    if (!object) return std::nullopt;
    auto const machine = MachineId::parse(text_in(*object, "machine_id"));
    auto const enterprise = EnterpriseId::parse(text_in(*object, "enterprise_id"));
    auto const during = during_in(*object);
    auto const state = booking::state_of(text_in(*object, "state"));
    if (!machine || !enterprise || !during || !state) return std::nullopt;
    Seen seen{*machine, *enterprise, *during, *state, {}, {}};
    seen.pending_for = booking::pending_for_of(text_in(*object, "pending_for"));
    if (auto const until = parse_rfc3339(text_in(*object, "hold_until"))) seen.hold_until = *until;
    return seen;
}

std::optional<SeriesAct> series_act_of(std::string_view text) {
    auto const object = object_of(text);
    if (!object) return std::nullopt;
    auto const number = [&](std::string_view key) {
        auto const* found = object->if_contains(key);
        return found != nullptr && found->is_int64() ? found->get_int64() : 0;
    };
    auto const span = [&](std::string_view key) -> std::optional<Interval> {
        auto const* found = object->if_contains(key);
        if (found == nullptr || !found->is_object()) return std::nullopt;
        return during_in(found->get_object());
    };
    auto const enterprise = EnterpriseId::parse(text_in(*object, "enterprise_id"));
    auto const machine = MachineId::parse(text_in(*object, "machine_id"));
    auto const first = span("first"), last = span("last");
    auto const* left = object->if_contains("left");
    if (!enterprise || !machine || !first || !last || left == nullptr || !left->is_array())
        return std::nullopt;
    SeriesAct act{.action = {},
                  .enterprise = *enterprise,
                  .machine = *machine,
                  .rule = std::string(text_in(*object, "rule")),
                  .dates = number("dates"),
                  .pending = number("pending"),
                  .first = *first,
                  .last = *last,
                  .reason = {}};
    if (auto const until = parse_rfc3339(text_in(*object, "hold_until"))) act.hold_until = *until;
    for (auto const& each : left->get_array())
        if (each.is_object())
            if (auto const start = parse_rfc3339(text_in(each.get_object(), "start")))
                act.left.push_back(*start);
    return act;
}

std::size_t tell_next(Needs const& needs) {
    bool const more =
        needs.store.read([&](store::Reader& reader) { return has_news(reader, needs.facility); });
    if (!more) return 0;
    auto const now = needs.clock.now();
    booking::make_secret(needs.store, needs.facility, booking::pin_secret);
    return needs.store.write([&](store::Writer& writer) {
        auto const lines =
            lines_after(writer, needs.facility, cursor_to_move(writer, needs.facility));
        if (lines.empty()) return lines.size();
        std::vector<EnterpriseId> parties;
        for (auto const& line : lines) collect(parties, line);
        Names const names{writer, needs.facility, parties};
        auto const bookings = bookings_of(writer, needs.facility, lines);
        for (auto const& line : lines) {
            if (line.change) tell_change(writer, needs, names, bookings, line, now);
            if (line.series) tell_series(writer, needs, names, line, now);
            if (line.issued) tell_invoice(writer, needs, names, line, now);
            if (line.care) tell_care(writer, needs, names, line, now);
        }
        move_cursor(writer, needs.facility, lines.back().sequence);
        return lines.size();
    });
}

}  // namespace karkhana::telling

#include "server/booking/calendar_entry.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace karkhana::booking {
namespace {

std::string const& in(facility::Name const& name, Language language) {
    return language == Language::bn ? name.bn : name.en;
}

bool is_given_up(State state) {
    return state == State::cancelled || state == State::late_cancelled || state == State::released;
}

ical::Status status_of(State state) {
    if (is_given_up(state)) return ical::Status::cancelled;
    return state == State::pending ? ical::Status::tentative : ical::Status::confirmed;
}

facility::Name words_of(State state) {
    switch (state) {
    case State::pending: return {"Not confirmed yet", "এখনো নিশ্চিত নয়"};
    case State::confirmed: return {"Confirmed", "নিশ্চিত"};
    case State::checked_in: return {"Checked in", "উপস্থিত"};
    case State::running: return {"Running", "চলছে"};
    case State::paused: return {"Paused", "থেমে আছে"};
    case State::completed: return {"Done", "শেষ"};
    case State::cancelled: return {"Cancelled", "বাতিল"};
    case State::late_cancelled: return {"Cancelled late", "দেরিতে বাতিল"};
    case State::missed: return {"Nobody came", "কেউ আসেনি"};
    case State::released: return {"Given back", "ছেড়ে দেওয়া"};
    case State::interrupted: return {"Broken off", "মাঝপথে বন্ধ"};
    }
    return {};
}

/// What is told of a booking to those whose it is.
std::string description_of(State state, std::optional<std::int64_t> quantity,
                           std::string const& note, Language language) {
    std::string text = in(words_of(state), language);
    if (quantity) {
        auto const number = std::to_string(*quantity);
        text += language == Language::bn ? "\nপরিমাণ: " + bangla_digits(number)
                                         : "\nQuantity: " + number;
    }
    if (!note.empty()) text += "\n" + note;
    return text;
}

std::string location_of(facility::Facility const& facility, Language language) {
    auto const& address = in(facility.address, language);
    return in(facility.name, language) + (address.empty() ? "" : ", " + address);
}

std::string uid_of(std::string const& id, facility::Facility const& facility) {
    return id + "@" + facility.slug;
}

std::string calendar_text(ical::Method method, std::vector<ical::Entry> entries,
                          std::optional<Zone> zone, Envelope const& envelope, Language language) {
    for (auto& entry : entries) {
        entry.organizer = envelope.organizer;
        entry.attendees = envelope.attendees;
    }
    return ical::write_calendar({.method = method,
                                 .name = {},
                                 .language = language,
                                 .entries = std::move(entries),
                                 .zone = std::move(zone)});
}

Zone zone_in(facility::Facility const& facility) { return Zone::find(facility.zone).value(); }

/// What a series is like where nothing else is said of a date.
struct Regular {
    MachineId machine;
    Duration length;
    ical::Status status = ical::Status::confirmed;

    bool is(Booking const& booking, Instant occurrence) const {
        return booking.machine == machine && status_of(booking.state) == status &&
               booking.during == Interval{occurrence, occurrence + length};
    }
};

/// What stands of the dates, in their order; null where nothing does.
std::vector<Booking const*> standing(SeriesEventOf const& of) {
    std::unordered_map<BookingId, Booking const*> known;
    for (auto const& booking : of.bookings) known.emplace(booking.id, &booking);
    std::vector<Booking const*> found;
    for (auto const& date : of.dates) {
        auto const* booking = date.booking ? known.at(*date.booking) : nullptr;
        bool const stands = booking != nullptr && booking->enterprise == of.series.enterprise &&
                            !is_given_up(booking->state);
        found.push_back(stands ? booking : nullptr);
    }
    return found;
}

ical::Entry series_entry(SeriesEventOf const& of, Regular const& regular, Language language) {
    auto const first = of.dates.front().occurrence;
    auto const state =
        regular.status == ical::Status::tentative ? State::pending : State::confirmed;
    auto const& series = of.series;
    return {.uid = uid_of(series.id.text(), of.facility),
            .sequence = sequence_of(of.bookings),
            .changed = of.changed,
            .during = {first, first + regular.length},
            .status = regular.status,
            .summary =
                in(of.machine_name(regular.machine), language) + ": " + in(of.party, language),
            .description = description_of(state, series.quantity, series.note, language),
            .location = location_of(of.facility, language),
            .organizer = {},
            .attendees = {}};
}

ical::Entry date_entry(SeriesEventOf const& of, Booking const& booking, Instant occurrence,
                       Language language) {
    auto const machine = of.machine_name(booking.machine);
    auto entry = calendar_entry({.booking = booking,
                                 .facility = of.facility,
                                 .machine = machine,
                                 .party = &of.party,
                                 .changed = of.changed},
                                language);
    entry.uid = uid_of(of.series.id.text(), of.facility);
    entry.sequence = sequence_of(of.bookings);
    entry.instead_of = occurrence;
    return entry;
}

}  // namespace

ical::Entry calendar_entry(EventOf const& of, Language language) {
    auto const& booking = of.booking;
    static facility::Name const taken{"booked", "বুক করা"};
    auto const& who = of.party != nullptr ? *of.party : taken;
    return {.uid = uid_of(booking.id.text(), of.facility),
            .sequence = booking.calendar_sequence,
            .changed = of.changed,
            .during = booking.during,
            .status = status_of(booking.state),
            .summary = in(of.machine, language) + ": " + in(who, language),
            .description = of.party != nullptr ? description_of(booking.state, booking.quantity,
                                                                booking.note, language)
                                               : "",
            .location = location_of(of.facility, language),
            .organizer = {},
            .attendees = {}};
}

std::string invitation(EventOf const& of, Envelope const& envelope, Language language) {
    auto entry = calendar_entry(of, language);
    std::optional<Zone> zone;
    if (of.series_sequence) {
        entry.uid = uid_of(of.booking.series.value().text(), of.facility);
        entry.sequence = *of.series_sequence;
        entry.instead_of = of.booking.occurrence;
        zone = zone_in(of.facility);
    }
    auto const method =
        is_given_up(of.booking.state) ? ical::Method::cancel : ical::Method::request;
    return calendar_text(method, {std::move(entry)}, std::move(zone), envelope, language);
}

std::int64_t sequence_of(std::vector<Booking> const& bookings) {
    return std::accumulate(
        bookings.begin(), bookings.end(), std::int64_t{0},
        [](std::int64_t sum, Booking const& each) { return sum + each.calendar_sequence; });
}

std::string series_invitation(SeriesEventOf const& of, Envelope const& envelope,
                              Language language) {
    auto const zone = zone_in(of.facility);
    auto const stands = standing(of);
    auto const is_there = [](Booking const* each) { return each != nullptr; };
    auto const is_settled = [](Booking const* each) {
        return each != nullptr && each->state != State::pending;
    };
    Regular regular{of.series.machine, std::chrono::minutes{of.series.length_minutes}};
    bool const over = std::ranges::none_of(stands, is_there);
    if (over)
        regular.status = ical::Status::cancelled;
    else if (std::ranges::none_of(stands, is_settled))
        regular.status = ical::Status::tentative;
    ical::Repeat repeat{ical::parse_rule(of.series.rule).value(), {}, of.dates.back().occurrence};
    std::vector<ical::Entry> entries{series_entry(of, regular, language)};
    for (std::size_t i = 0; i < stands.size(); ++i) {
        auto const occurrence = of.dates[i].occurrence;
        if (stands[i] == nullptr)
            repeat.except.push_back(occurrence);
        else if (!regular.is(*stands[i], occurrence))
            entries.push_back(date_entry(of, *stands[i], occurrence, language));
    }
    // Of what is gone no date need be said.
    if (over) repeat.except.clear();
    entries.front().repeat = std::move(repeat);
    auto const method = over ? ical::Method::cancel : ical::Method::request;
    return calendar_text(method, std::move(entries), zone, envelope, language);
}

}  // namespace karkhana::booking

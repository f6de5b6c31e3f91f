#include "server/telling/reminders.hpp"

#include <algorithm>

#include "server/booking/records.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/booking/secret_records.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/records.hpp"
#include "server/telling/names.hpp"
#include "server/telling/records.hpp"

namespace karkhana::telling {
namespace {

using namespace std::chrono_literals;

/// Who works longer than this over the end has been stopped long ago.
constexpr Duration looked_back = 12h;
/// The evening before the last minute of the next day, and a night that begins early.
constexpr Duration looked_ahead = 48h;

std::string key_of(Reminder const& reminder) {
    return std::string{reminder.kind} + " " + reminder.booking.text() + " " + reminder.occasion;
}

notify::News news_of(Names const& names, booking::Booking const& booking,
                     Reminder const& reminder) {
    notify::News news{.kind = reminder.kind,
                      .about = booking.id.text(),
                      .occasion = reminder.occasion,
                      .values = names.values(booking.machine, booking.during),
                      .secrets = names.secrets(booking.id),
                      .useful_until = reminder.useful_until};
    if (reminder.until) news.values["until"] = notify::time_words(names.zone(), *reminder.until);
    return news;
}

/// The bookings of the reminders that are still as they were looked at.
std::map<BookingId, booking::Booking> unchanged(store::Reader& reader, FacilityId const& facility,
                                                std::vector<Reminder> const& reminders) {
    std::vector<BookingId> ids;
    for (auto const& each : reminders) ids.push_back(each.booking);
    std::map<BookingId, booking::Booking> found;
    for (auto& booking : booking::find_bookings(reader, facility, ids)) {
        auto const looked = std::ranges::find(reminders, booking.id, &Reminder::booking);
        if (looked->version == booking.version) found.emplace(booking.id, std::move(booking));
    }
    return found;
}

}  // namespace

std::vector<Reminder> Reminders::due(Instant now) {
    return needs_.store.read([&](store::Reader& reader) {
        Interval const during{now - looked_back, now + looked_ahead};
        auto const live = booking::bookings_between(reader, needs_.facility, during, true);
        if (live.empty()) return std::vector<Reminder>{};
        auto const book = books_.get(reader, needs_.facility);
        auto const outages =
            facility::outages_between(reader, needs_.facility, {during.start, now});
        auto const machine = [&](MachineId const& id) -> facility::Machine const& {
            return *std::ranges::find(book->machines, id, &facility::Machine::id);
        };
        auto const memberships = booking::read_memberships(reader, needs_.facility);
        auto const reminding = [&](booking::Booking const& booking) {
            auto const start = booking.during.start;
            auto const day = local_day(book->zone, start);
            return reminding_of(*book, {.machine = booking.machine,
                                        .membership = memberships.at(booking.enterprise),
                                        .season = facility::profile_on(book->opening, day).slug,
                                        .at = start});
        };
        auto const excused = [&](MachineId const& id, Instant since) {
            return machine(id).out_of_order || std::ranges::any_of(outages, [&](auto const& each) {
                       return booking::concerns(each, id) && each.during.end > since;
                   });
        };
        return due_reminders(live, book->zone, now, reminding, excused);
    });
}

std::size_t Reminders::tell_of_bookings() {
    auto const now = needs_.clock.now();
    std::erase_if(told_, [&](auto const& each) { return each.second <= now; });
    auto reminders = due(now);
    std::erase_if(reminders, [&](auto const& each) { return told_.contains(key_of(each)); });
    if (reminders.empty()) return 0;
    booking::make_secret(needs_.store, needs_.facility, booking::pin_secret);
    auto const told = needs_.store.write([&](store::Writer& writer) {
        auto const bookings = unchanged(writer, needs_.facility, reminders);
        Names const names{writer, needs_.facility, {}};
        std::map<std::string, Instant> keys;
        for (auto const& each : reminders) {
            auto const found = bookings.find(each.booking);
            if (found == bookings.end()) continue;
            needs_.outbox.tell_enterprise(writer, needs_.facility, found->second.enterprise,
                                          news_of(names, found->second, each), now);
            keys.emplace(key_of(each), each.useful_until);
        }
        return keys;
    });
    told_.insert(told.begin(), told.end());
    return told.size();
}

std::size_t Reminders::tell_of_authorisations() {
    auto const now = needs_.clock.now();
    auto ending = needs_.store.read([&](store::Reader& reader) {
        return ending_authorisations(reader, needs_.facility, {now, now + authorisation_notice});
    });
    std::erase_if(ending, [&](auto const& each) { return told_.contains(each.id); });
    if (ending.empty()) return 0;
    needs_.store.write([&](store::Writer& writer) {
        Names const names{writer, needs_.facility, {}};
        for (auto const& each : ending) {
            notify::News news{.kind = "authorisation_ends",
                              .about = each.id,
                              .occasion = std::to_string(micros(each.expires_at)),
                              .useful_until = each.expires_at};
            news.values["machine"] = names.machine_of_kind(each.machine_kind);
            news.values["until"] = notify::time_words(names.zone(), each.expires_at);
            needs_.outbox.tell_person(writer, needs_.facility, each.person, news, now);
        }
        return true;
    });
    for (auto const& each : ending) told_.emplace(each.id, each.expires_at);
    return ending.size();
}

}  // namespace karkhana::telling

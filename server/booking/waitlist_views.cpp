#include "server/booking/waitlist_views.hpp"

#include <algorithm>
#include <map>

#include "server/booking/caller.hpp"
#include "server/booking/records.hpp"
#include "server/facility/json.hpp"
#include "server/http/json.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

/// Everything that is needed to show the queue, read once.
struct Board {
    std::shared_ptr<facility::Book const> book;
    std::vector<Waiter> waiters;  ///< in the public order
    std::map<WaitlistEntryId, WaitlistOffer> offers;
    std::map<BookingId, Booking> bookings;
    std::map<EnterpriseId, people::Enterprise> enterprises;
};

Board read_board(Services const& services, store::Reader& reader, FacilityId const& facility) {
    Board board{services.books->get(reader, facility), open_waiters(reader, facility), {}, {}, {}};
    put_in_order(*board.book, board.waiters);
    std::vector<BookingId> held;
    for (auto const& offer : open_offers(reader, facility)) {
        board.offers.emplace(offer.entry, offer);
        held.push_back(offer.booking);
    }
    for (auto& booking : find_bookings(reader, facility, held))
        board.bookings.emplace(booking.id, std::move(booking));
    std::vector<EnterpriseId> parties;
    for (auto const& waiter : board.waiters) parties.push_back(waiter.entry.enterprise);
    board.enterprises = people::find_enterprises(reader, facility, parties);
    return board;
}

json::value machine_json_of(facility::Book const& book, std::optional<MachineId> const& id) {
    auto const found = std::ranges::find_if(
        book.machines, [&](facility::Machine const& each) { return id && each.id == *id; });
    if (found == book.machines.end()) return nullptr;
    return facility::machine_ref_json(*found);
}

json::value group_json_of(facility::Book const& book, std::optional<GroupId> const& id) {
    auto const found = std::ranges::find_if(
        book.groups, [&](facility::Group const& each) { return id && each.id == *id; });
    if (found == book.groups.end()) return nullptr;
    return json::object{{"id", found->id.text()},
                        {"slug", found->slug},
                        {"name", facility::name_json(found->name)}};
}

/// What is not lent any more has no name.
json::array resources_json(facility::Book const& book, std::vector<ResourceId> const& ids) {
    json::array shown;
    for (auto const& resource : book.resources)
        if (std::ranges::find(ids, resource.id) != ids.end())
            shown.push_back(
                {{"id", resource.id.text()}, {"name", facility::name_json(resource.name)}});
    return shown;
}

json::array actions_of(WaitlistEntry const& entry, http::Principal const& who, bool own) {
    json::array actions;
    bool const open = entry.state == WaitlistEntry::State::waiting ||
                      entry.state == WaitlistEntry::State::offered;
    if (own && entry.state == WaitlistEntry::State::offered) {
        actions.emplace_back("take");
        actions.emplace_back("decline");
    }
    if (own && open) actions.emplace_back("leave");
    if (open && who.has("manager")) actions.emplace_back("skip");
    return actions;
}

/// Who is not of the party sees the place in the list and what is waited for, not whose it is.
json::object entry_json(Board const& board, Waiter const& waiter, std::int64_t number,
                        http::Principal const& who) {
    auto const& entry = waiter.entry;
    auto const& zone = board.book->zone;
    Caller const caller{who};
    bool const seen = caller.sees(entry.enterprise);
    json::object shown{
        {"number", number},
        {"state", name_of(entry.state)},
        {"mine", who.acts_for(entry.enterprise)},
        {"machine", machine_json_of(*board.book, entry.machine)},
        {"group", group_json_of(*board.book, entry.group)},
        {"joined_at", to_rfc3339(entry.joined_at, zone)},
        {"id", nullptr},
        {"enterprise", nullptr},
        {"offer", nullptr},
        {"actions", actions_of(entry, who, caller.actor_for(entry.enterprise).has_value())}};
    if (!seen) return shown;
    shown["id"] = entry.id.text();
    if (auto const party = board.enterprises.find(entry.enterprise);
        party != board.enterprises.end())
        shown["enterprise"] = json::object{{"id", party->second.id.text()},
                                           {"name", facility::name_json(party->second.name)}};
    shown["from"] = to_rfc3339(entry.wanted.start, zone);
    shown["until"] = to_rfc3339(entry.wanted.end, zone);
    shown["length_minutes"] = std::chrono::duration_cast<minutes>(entry.length).count();
    shown["assisted"] = entry.assisted;
    shown["people"] = entry.people;
    shown["kind"] = name_of(entry.kind);
    shown["resources"] = resources_json(*board.book, entry.resources);
    if (auto const offer = board.offers.find(entry.id); offer != board.offers.end()) {
        auto const& booking = board.bookings.at(offer->second.booking);
        shown["offer"] = json::object{{"booking_id", booking.id.text()},
                                      {"machine", machine_json_of(*board.book, booking.machine)},
                                      {"start", to_rfc3339(booking.during.start, zone)},
                                      {"end", to_rfc3339(booking.during.end, zone)},
                                      {"hold_until", to_rfc3339(offer->second.hold_until, zone)}};
    }
    return shown;
}

}  // namespace

boost::json::array queue_json(Services const& services, store::Reader& reader,
                              http::Principal const& who) {
    auto const board = read_board(services, reader, who.facility);
    json::array items;
    for (auto const& waiter : board.waiters)
        items.push_back(
            entry_json(board, waiter, static_cast<std::int64_t>(items.size()) + 1, who));
    return items;
}

http::Response entry_answer(Services const& services, store::Reader& reader,
                            http::Principal const& who, WaitlistEntryId const& id, int status) {
    auto board = read_board(services, reader, who.facility);
    auto const at =
        std::ranges::find(board.waiters, id, [](Waiter const& waiter) { return waiter.entry.id; });
    if (at != board.waiters.end())
        return http::json_response(status,
                                   entry_json(board, *at, at - board.waiters.begin() + 1, who));
    auto const entry = find_entry(reader, who.facility, id).value();
    board.enterprises = people::find_enterprises(reader, who.facility, {entry.enterprise});
    return http::json_response(status, entry_json(board, {entry, "", false}, 0, who));
}

}  // namespace karkhana::booking

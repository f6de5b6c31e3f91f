#include "server/metering/stop_wish.hpp"

namespace karkhana::metering {

void keep_wish(store::Writer& writer, FacilityId const& facility, StopWish const& wish) {
    drop_wish(writer, facility, wish.booking);
    writer.execute("INSERT INTO stop_wish (facility_id, booking_id, target, asked_at, asked_by, "
                   "quantity) VALUES ($1, $2, $3, $4, $5, $6)",
                   facility, wish.booking, booking::name_of(wish.target), wish.asked, wish.person,
                   wish.quantity);
}

void drop_wish(store::Writer& writer, FacilityId const& facility, BookingId const& booking) {
    writer.execute("DELETE FROM stop_wish WHERE facility_id = $1 AND booking_id = $2", facility,
                   booking);
}

std::optional<StopWish> find_wish(store::Reader& reader, FacilityId const& facility,
                                  BookingId const& booking) {
    auto const wishes = stop_wishes(reader, facility);
    auto const found = wishes.find(booking);
    return found == wishes.end() ? std::nullopt : std::optional{found->second};
}

std::map<BookingId, StopWish> stop_wishes(store::Reader& reader, FacilityId const& facility) {
    std::map<BookingId, StopWish> wishes;
    reader.each(
        "SELECT booking_id, target, asked_at, asked_by, quantity FROM stop_wish "
        "WHERE facility_id = $1",
        [&](store::Row const& row) {
            StopWish wish{.booking = row.id<BookingId>(0),
                          .target = row.text(1) == "paused" ? booking::State::paused
                                                            : booking::State::completed,
                          .asked = row.at(2),
                          .person = row.maybe_id<PersonId>(3),
                          .quantity = row.maybe_integer(4)};
            wishes.emplace(wish.booking, wish);
        },
        facility);
    return wishes;
}

}  // namespace karkhana::metering

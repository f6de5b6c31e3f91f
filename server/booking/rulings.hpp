#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "server/booking/api.hpp"
#include "server/booking/decide.hpp"
#include "server/booking/rules_reslot.hpp"

/// What the rules of booking say of new times for many bookings at once.
namespace karkhana::booking {

/// Says of each time what `speaks_against` says of it when it is taken, those before it having
/// taken theirs. The world is read once, in as many queries however many bookings there are; only
/// where a setting asks for credit, that of each ME and the price of what is proposed are asked
/// for one by one.
class Rulings {
public:
    /// `range` holds the bookings and the times that are asked for. The references outlive it.
    Rulings(Services const& services, store::Reader& reader, BookOf book,
            std::vector<Displaced> const& displaced, Interval range, Instant now);
    Rulings(Rulings const&) = delete;
    Rulings& operator=(Rulings const&) = delete;

    /// Lives no longer than this.
    Rulebook rulebook();
    /// Nothing: the booking may have the time.
    std::vector<Violation> against(Booking const& booking, Remedy remedy,
                                   facility::Machine const& machine, Interval during);

private:
    void give(Booking const& booking, Remedy remedy, facility::Machine const& machine,
              Interval during);
    /// From here on the booking is the one that is asked about.
    void turn_to(Booking const& booking, bool stays);
    void own_loads(std::vector<Displaced> const& displaced);
    void let_go();
    void hold_again();
    void hold(Held const& held);
    Ask ask_for(Booking const& booking, facility::Machine const& machine, Interval during) const;
    void look_around(Interval during);

    Services const& services_;
    store::Reader& reader_;
    World world_;
    std::map<EnterpriseId, Past> pasts_;
    std::map<PersonId, Licences> licences_;
    std::map<BookingId, std::vector<OwnHold>> own_;
    /// What is held on each day of the world's own time.
    std::unordered_map<std::int64_t, std::vector<Held>> held_on_;
    bool generator_matters_ = false;
    bool hands_matter_ = false;
    bool price_matters_ = false;
    std::optional<std::pair<BookingId, bool>> asked_;  ///< and whether it stays where it is
};

}  // namespace karkhana::booking

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/facility/rules.hpp"

namespace karkhana::recycling {

using MaterialId = Id<struct MaterialTag>;
using TicketId = Id<struct WeighTicketTag>;
using BatchId = Id<struct RecyclingBatchTag>;

enum class Direction { in, out, residue };
std::string_view name_of(Direction direction);
std::optional<Direction> direction_of(std::string_view name);

/// Who owes whom for what was weighed.
enum class Deal {
    none,
    scrap,    ///< we, for what came in
    tipping,  ///< who brought it
    sale,     ///< who took it
};
std::string_view name_of(Deal deal);
std::optional<Deal> deal_of(std::string_view name);

struct Material {
    MaterialId id;
    facility::Name name;
};

/// From its moment until the next of the same material and deal.
struct Price {
    MaterialId material;
    Deal deal = Deal::scrap;
    Instant from;
    Rate per_kg;
    std::string source;
};
/// Precondition: by time.
std::optional<Rate> price_at(std::span<Price const> prices, MaterialId const& material, Deal deal,
                             Instant at);

/// What the indicator said, in one frame.
struct Weighed {
    DeviceId device;
    Instant at;
    std::int64_t gross_g = 0;
    bool stable = false;
    std::string words;         ///< of the weight, as they came
    std::string status_words;  ///< of the flag that it is stable
};

/// A weighing. Another ticket may stand in its place, of the same moment.
struct Ticket {
    TicketId id;
    std::int64_t number = 0;  ///< without gaps in a facility
    Direction direction = Direction::in;
    std::optional<EnterpriseId> enterprise;
    MaterialId material;
    std::optional<BatchId> batch;
    Instant at;
    std::int64_t gross_g = 0;
    std::int64_t tare_g = 0;
    std::optional<Weighed> indicator;  ///< empty: entered by hand
    std::string reason;                ///< why by hand, or why it corrects
    Deal deal = Deal::none;
    Rate price;
    Money amount;
    std::optional<TicketId> corrects;
    std::optional<TicketId> corrected_by;  ///< then it counts no more
    Instant created_at;
    PersonId by;

    std::int64_t net_g() const { return gross_g - tare_g; }
};

/// Errors: `bad_tare` (above the gross weight), `bad_deal` (that direction has no such deal),
/// `enterprise_missing` (a deal needs somebody to deal with).
Result<Ticket> valid_ticket(Ticket ticket);
/// Price times net weight, rounded once. Error: `no_price`.
Result<Ticket> priced(Ticket ticket, std::span<Price const> prices);

struct Mass {
    std::int64_t in_g = 0;
    std::int64_t out_g = 0;
    std::int64_t residue_g = 0;

    std::int64_t loss_g() const { return in_g - out_g - residue_g; }
    bool operator==(Mass const&) const = default;
};
/// Of those that count.
Mass mass_of(std::span<Ticket const> tickets);
/// Whether more is lost, or more came out than went in, than the tolerance in 10^-4 of what went
/// in.
bool out_of_balance(Mass const& mass, std::int64_t tolerance_e4);

/// So much of something for a kilogram that came in, rounded half away from zero; nothing when
/// nothing came in.
std::optional<std::int64_t> per_kg(std::int64_t amount, std::int64_t in_g);

/// What went in and out with somebody, or of a material.
struct Partner {
    Mass mass;
    Money paid;     ///< for scrap
    Money charged;  ///< tipping fees and sales
};
std::map<EnterpriseId, Partner> by_enterprise(std::span<Ticket const> tickets);
std::map<MaterialId, Mass> by_material(std::span<Ticket const> tickets);

/// "2026" is January to December, "2026-27" July to June, in local time. Error: `bad_year`.
Result<Interval> year_interval(Zone const& zone, std::string_view year);

}  // namespace karkhana::recycling

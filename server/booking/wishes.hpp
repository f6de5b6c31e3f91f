#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "server/booking/decide.hpp"

/// What can be said of a wish without deciding: all that speaks against it, and what else could be
/// had. The same for a quote and for a refusal.
namespace karkhana::booking {

struct Assessment {
    World world;
    Place place;  ///< of the wished machine; of a group the first that is free, else the first
    Ask ask;
    std::vector<Violation> violations;
    std::vector<Rule> may_pass;       ///< of those, what the asker may override
    bool assisted = false;            ///< nothing would stand in the way of an operator doing it
    bool approval = false;            ///< it would have to be approved
    boost::json::array alternatives;  ///< Offers, when there are violations
};
/// Errors: `not_found` with the field.
Result<Assessment> assess(Services const& services, store::Reader& reader,
                          FacilityId const& facility, Wish const& wish, Asker const& asker,
                          Instant now);

/// The members of an answer that say what stands in the way: violations, alternatives, assisted.
boost::json::object assessment_json(Assessment const& assessment);

/// The answer to a wish that was refused: 409 `slot_taken` when that is the only reason, else 422
/// `policy_refused`, with all reasons and the alternatives, as they are after the refusal.
/// `known` are the reasons found in the transaction; none: the database refused an overlap.
http::Response refuse_wish(Services const& services, FacilityId const& facility, Wish const& wish,
                           Asker const& asker, std::vector<Violation> known, Instant now);

}  // namespace karkhana::booking

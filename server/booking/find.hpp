#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/booking/decide.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/rules_find.hpp"

/// Looking for times over many machines, in as many queries as over one.
namespace karkhana::booking {

/// For whom times are sought: nobody in particular when no ME is said and the caller has not just
/// one.
struct Seeker {
    FacilityId facility;
    std::optional<EnterpriseId> enterprise;
    Asker asker;
};
/// Errors: `bad_id`, those of Caller::party.
Result<Seeker> read_seeker(http::Request const& request);

/// Which machines; nothing said: all.
struct Which {
    std::vector<MachineId> machines{};
    std::optional<GroupId> group{};
    std::string kind{};
};
/// From machine_kind, group_id and machine_id of the query (several with commas). Errors: `bad_id`.
Result<Which> read_which(http::Request const& request);
/// duration_minutes of the query. Errors: `missing_parameter`, `bad_integer`.
Result<std::chrono::minutes> query_duration(http::Request const& request);

/// The world in which times are sought, and the machines that can do it, those out of reach of
/// their own hands with an operator.
struct Ground {
    World world;
    std::vector<Option> options;
};
using LengthOf = std::function<std::optional<Duration>(World const&, facility::Machine const&)>;
/// Errors: `not_found` with the field.
Result<Ground> look(Services const& services, store::Reader& reader, Seeker const& seeker,
                    Which const& which, Interval window, LengthOf const& length_of);

}  // namespace karkhana::booking

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"
#include "server/booking/booking.hpp"

/// The queue for machines ("serial"): who waits, what is offered to whom, and its log.
namespace karkhana::booking {

using WaitlistEntryId = Id<struct WaitlistEntryTag>;
using OfferId = Id<struct WaitlistOfferTag>;
using ProposalId = Id<struct ProposalTag>;
using ClosureId = Id<struct ClosureTag>;

/// What somebody waits for: one machine, or any of a group.
struct WaitlistEntry {
    FacilityId facility;
    WaitlistEntryId id;
    EnterpriseId enterprise;
    PersonId joined_by;
    std::optional<MachineId> machine;
    std::optional<GroupId> group;
    Interval wanted;  ///< the booking lies wholly in it
    Duration length{};
    std::optional<std::int64_t> quantity;
    int people = 1;         ///< of a room, how many seats
    bool assisted = false;  ///< run by an operator of the facility
    std::optional<PersonId> operated_by;
    Kind kind = Kind::job;
    std::vector<ResourceId> resources{};  ///< besides what the machine needs
    Instant joined_at;
    enum class State { waiting, offered, taken, left, expired } state = State::waiting;
    std::optional<Instant> passed_until;  ///< the manager passed it over
    std::string last_skip;
    std::int64_t version = 1;
};
std::string_view name_of(WaitlistEntry::State state);
std::optional<WaitlistEntry::State> waitlist_state_of(std::string_view name);

struct WaitlistOffer {
    OfferId id;
    WaitlistEntryId entry;
    BookingId booking;
    Instant offered_at;
    Instant hold_until;
};

/// One line of the log.
struct QueueEvent {
    std::int64_t sequence = 0;
    WaitlistEntryId entry;
    Instant at;
    /// joined, offered, skipped, passed_over, taken, declined, expired, withdrawn, left
    std::string what;
    std::string rules;  ///< codes, separated by spaces
    std::string slot;   ///< JSON, or empty
    std::optional<PersonId> person;
    std::string reason;
    std::string previous_hash;
    std::string hash;
};

}  // namespace karkhana::booking

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/booking/api.hpp"
#include "server/booking/queue.hpp"
#include "server/booking/quote_token.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/world_records.hpp"
#include "server/http/message.hpp"

/// The one door: whoever books, moves, offers or repeats asks here, in the transaction of the
/// change, and writes what was granted with `insert_granted` or `update_granted`.
namespace karkhana::booking {

/// What somebody wants.
struct Wish {
    EnterpriseId enterprise;
    std::optional<MachineId> machine{};
    /// Instead of a machine: any of the group, first the one that is least booked in that week.
    std::optional<GroupId> group{};
    Interval during;  ///< not empty
    std::optional<std::int64_t> quantity{};
    Kind kind = Kind::job;
    int people = 1;
    bool assisted = false;
    std::optional<PersonId> operated_by{};
    std::vector<ResourceId> resources{};
    std::vector<Override> overrides{};
    std::string quote{};               ///< token of a quote; empty: today's price
    std::optional<Booking> changes{};  ///< the booking that is changed, as it is
    /// The booking that it is the rest of, which does not count against it.
    std::optional<BookingId> follows{};
};

/// The wish for what the booking is, with the resources that were asked for: to be moved, offered
/// to another or made again. It changes the booking; clear `changes` to make another one.
Wish wish_of(store::Reader& reader, facility::Book const& book, Booking const& booking);

/// In whose name it is asked. Made without one: the daemon.
struct Asker {
    std::optional<PersonId> person{};
    bool party = false;  ///< acts for the ME, and runs the machine unless somebody else is named
    bool manager = false;
    bool operator_ = false;
};
Asker asker_of(http::Principal const& who, EnterpriseId const& enterprise);

struct Decision {
    World world;
    Place place;
    Ask ask;
    people::Enterprise enterprise;
    std::vector<Violation> violations;      ///< what stands in the way; none: granted
    std::vector<Override> overridden;       ///< what was let pass, and why
    std::optional<WaitlistEntryId> passed;  ///< whose turn it would have been, when that was
    std::vector<Held> holds;
    Money price;
    std::optional<RateCardId> quote_card;
    std::optional<PersonId> operated_by;
    State state = State::confirmed;  ///< or pending, where it must be approved
    std::optional<Instant> hold_until;

    bool granted() const { return violations.empty(); }
};

/// Locks the ME and the machines (PostgreSQL), looks, checks. Whether the slot of a single machine
/// is free is not asked: the database decides that when the booking goes in.
/// Errors: `not_found`, `bad_quote`, `quote_expired`, `quote_mismatch`, `needs_approval` (a move).
Result<Decision> decide(Services const& services, store::Writer& writer, FacilityId const& facility,
                        Wish const& wish, Asker const& asker, Instant now);

/// Writes a new booking as it was granted: the booking, its holds, overrides, history and audit.
/// `draft` says its id, who made it, by which door, and what it belongs to; the rest is filled in
/// from the decision. A draft that is pending stays so. Throws ConstraintViolated{overlap} when a
/// slot or a resource is taken.
Booking insert_granted(store::Writer& writer, Decision const& decision, Wish const& wish,
                       Booking draft, std::string_view action, Instant now);
/// The same of a change: `after` is `*wish.changes` as it shall be, and is as it is then. False
/// when somebody was faster. Throws ConstraintViolated{overlap}.
bool update_granted(store::Writer& writer, Decision const& decision, Wish const& wish,
                    Booking& after, std::optional<PersonId> person, std::string_view action,
                    std::string_view reason, Instant now);

/// The parts of a decision, for looking without deciding.
using BookOf = std::shared_ptr<facility::Book const>;

/// The world around `range`, of nobody in particular, in three queries at most.
World read_world(store::Reader& reader, BookOf book, Interval range, Instant now,
                 std::optional<BookingId> except = {});
/// Adds the ME with its past as far as the settings ask. Errors: `not_found`.
Result<people::Enterprise> add_party(Services const& services, store::Reader& reader, World& world,
                                     Wish const& wish, Interval range);
/// The machines that the wish may mean, in order. Errors: `not_found`, `resource_is_given`.
Result<std::vector<facility::Machine>> machines_of(store::Reader& reader,
                                                   facility::Book const& book, Wish const& wish);
/// The machines with what holds them in the range, in one query.
std::vector<Place> read_places(store::Reader& reader, FacilityId const& facility,
                               std::vector<facility::Machine> machines, Interval range,
                               std::optional<BookingId> except);
/// Who runs it: named, or the asker who acts for the ME; nobody yet when the desk books.
std::optional<PersonId> operator_of(Wish const& wish, Asker const& asker);
/// What they may run; one query where a setting asks for it.
Hand hand_of(store::Reader& reader, facility::Book const& book, Wish const& wish,
             Asker const& asker, std::string const& machine_kind);
/// What the rules are asked. The price is today's.
Ask ask_of(Services const& services, store::Reader& reader, facility::Book const& book,
           facility::Machine const& machine, Wish const& wish, Asker const& asker);
/// Whether the asker may let a booking pass the rule.
bool may_override(World const& world, facility::Machine const& machine, Instant start, Rule rule,
                  Asker const& asker);

}  // namespace karkhana::booking

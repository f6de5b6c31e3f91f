#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/booking/rules_policy.hpp"
#include "server/people/rules.hpp"
#include "server/store/store.hpp"

/// What the rules look at besides the book of the facility, as the database has it.
namespace karkhana::booking {

/// An ME with what the rules ask of it.
struct Known {
    people::Enterprise enterprise;  ///< without phone and place
    Party party;                    ///< without its past
};
std::optional<Known> find_party(store::Reader& reader, FacilityId const& facility,
                                EnterpriseId const& enterprise);

/// The class of an ME, of each ME of the facility.
std::optional<std::string> membership_of(store::Reader& reader, FacilityId const& facility,
                                         EnterpriseId const& enterprise);
using Memberships = std::unordered_map<EnterpriseId, std::string>;
Memberships read_memberships(store::Reader& reader, FacilityId const& facility);
/// PostgreSQL: what is counted of the ME, its quotas and fees, is counted by one at a time. After
/// the booking, before the machines. SQLite has one writer and needs nothing.
void lock_party(store::Writer& writer, FacilityId const& facility, EnterpriseId const& party);
/// PostgreSQL: what the generator carries is decided by one at a time. After the machines.
void lock_generator(store::Writer& writer, FacilityId const& facility);
bool is_person(store::Reader& reader, FacilityId const& facility, PersonId const& person);

/// The past and the future of an ME, as far as the settings of the book ask for it; where they ask
/// for nothing, nothing is read. `range` is where bookings of it are thought of, `except` the one
/// that is being changed.
struct PastOf {
    FacilityId facility;
    EnterpriseId enterprise;
    Interval range;
    std::optional<BookingId> except;
    Kind kind = Kind::job;
    Instant now;
};
void read_past(store::Reader& reader, facility::Book const& book, PastOf const& of, Party& party);
/// The same of many MEs, in as many queries as of one, and with the bookings that it comes of.
struct Past {
    Party party;  ///< without its account
    std::vector<BookingId> spent_by;
    std::vector<BookingId> tried_by;
};
std::map<EnterpriseId, Past> read_pasts(store::Reader& reader, facility::Book const& book,
                                        std::vector<EnterpriseId> const& enterprises,
                                        PastOf const& of);
/// Whether any setting of these names is set for anybody.
bool limits_any(facility::Book const& book, std::initializer_list<std::string_view> names);

std::vector<Held> held_between(store::Reader& reader, FacilityId const& facility, Interval range,
                               std::optional<BookingId> except);
/// What the booking holds, or held until it was over.
std::vector<Held> held_by(store::Reader& reader, FacilityId const& facility,
                          BookingId const& booking);
/// The same with the names, for people; in the order of the kinds.
struct NamedHold {
    Held held;
    std::string kind;  ///< of the resource
    facility::Name name;
};
std::vector<NamedHold> named_holds(store::Reader& reader, FacilityId const& facility,
                                   BookingId const& booking);
/// What each of them holds, or held before it was given up; one query.
struct OwnHold {
    Held held;
    bool live = true;
    bool asked = false;  ///< by name
};
std::map<BookingId, std::vector<OwnHold>> holds_of_each(store::Reader& reader,
                                                        FacilityId const& facility,
                                                        std::vector<BookingId> const& bookings);
std::vector<OnShift> shifts_between(store::Reader& reader, FacilityId const& facility,
                                    Interval range);

/// What a person may run; one query.
struct Licences {
    bool known = false;
    std::optional<std::chrono::local_days> born_on;
    std::map<std::string, std::optional<Instant>> kinds;  ///< until when; empty: for good

    Hand hand(std::string const& machine_kind, bool assisted) const;
};
Licences licences_of(store::Reader& reader, FacilityId const& facility, PersonId const& person);

/// Of many persons; one query.
std::map<PersonId, Licences> licences_of_each(store::Reader& reader, FacilityId const& facility,
                                              std::vector<PersonId> const& persons);

/// Minutes of the interval that each machine is booked for.
std::map<MachineId, std::int64_t> booked_minutes(store::Reader& reader, FacilityId const& facility,
                                                 Interval during);

/// Takes what the booking holds in place of what it held. Throws ConstraintViolated{overlap} when
/// somebody else was faster.
void replace_holds(store::Writer& writer, facility::Machine const& machine,
                   BookingId const& booking, std::vector<Held> const& holds);

/// A rule that was let pass, by whom and why.
struct Override {
    Rule rule = Rule::closed;
    std::string reason;
    std::string numbers;  ///< of the violation, as a JSON object
};
void insert_overrides(store::Writer& writer, FacilityId const& facility, BookingId const& booking,
                      PersonId const& person, std::vector<Override> const& overrides, Instant now);
/// One that stands: who let the booking pass, and when.
struct KeptOverride {
    Rule rule = Rule::closed;
    std::string reason;
    Instant at;
    facility::Name by;
};
/// Oldest first.
std::vector<KeptOverride> overrides_of(store::Reader& reader, FacilityId const& facility,
                                       BookingId const& booking);

}  // namespace karkhana::booking

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/booking/queue.hpp"
#include "server/booking/rules_fee.hpp"
#include "server/booking/rules_overrun.hpp"
#include "server/booking/rules_presence.hpp"
#include "server/booking/rules_reslot.hpp"
#include "server/store/store.hpp"

/// What comes of bookings besides their states: fees, proposals of new times, closures.
namespace karkhana::booking {

struct KeptFee {
    BookingId booking;
    std::int64_t number = 1;  ///< among those of its kind
    EnterpriseId enterprise;  ///< whose it is, whoever has the booking now
    Fee fee;
    Instant made_at;
    std::optional<Instant> withdrawn_at;
    std::string reason;  ///< why it was withdrawn or lowered
};

/// A fee of the ME that has the booking. False when there is one of the kind already; changes alone
/// are charged each by itself. One that costs nothing is settled.
bool insert_fee(store::Writer& writer, Booking const& booking, Fee const& fee, Instant now);
/// In the order in which they were made.
std::vector<KeptFee> fees_of(store::Reader& reader, FacilityId const& facility,
                             BookingId const& booking);
/// Those of the bookings that cost something; one query.
std::set<BookingId> owing(store::Reader& reader, FacilityId const& facility,
                          std::vector<BookingId> const& bookings);
/// Those of slots that are over and of which nobody has looked yet whether others used them.
std::vector<KeptFee> fees_to_settle(store::Reader& reader, FacilityId const& facility, Instant now);
/// Those, not withdrawn, of who did not come or gave up late when the machine could not have been
/// used: it stood still before they were missed, or at some time of the slot that was given up. Of
/// slots that began in the interval.
std::vector<KeptFee> fees_in_outages(store::Reader& reader, FacilityId const& facility,
                                     Interval started);
/// Withdraws it for the reason. False when it was withdrawn before.
bool forgive_fee(store::Writer& writer, FacilityId const& facility, KeptFee const& fee,
                 std::string_view reason, Instant now);
/// What becomes of a fee when it is known who used the time.
struct Settled {
    Money amount;
    bool withdrawn = false;
    std::string_view reason;
};
/// False when somebody was faster.
bool settle_fee(store::Writer& writer, FacilityId const& facility, KeptFee const& fee,
                Settled const& as, Instant now);
/// All that its ME owes for the booking; how many that were. What another owed before it was handed
/// over stays.
std::int64_t withdraw_fees(store::Writer& writer, Booking const& booking, PersonId const& person,
                           std::string_view reason, Instant now);
/// How many fees of the kind the ME was given since then, those withdrawn left out.
std::int64_t count_fees(store::Reader& reader, FacilityId const& facility,
                        EnterpriseId const& enterprise, FeeKind kind, Instant since);
/// What was occupied of a machine and not given up.
struct Occupation {
    BookingId booking;
    Interval occupied;
};
/// All of the interval, in one query.
std::unordered_map<MachineId, std::vector<Occupation>> used_between(store::Reader& reader,
                                                                    FacilityId const& facility,
                                                                    Interval during);
/// Of which the machine ran: ended a minute or more after their time, begun since then, without a
/// fee for it.
std::vector<Booking> overran_since(store::Reader& reader, FacilityId const& facility,
                                   Instant since);

/// When others stayed over their time on each machine since then, those who still do until now; one
/// query.
std::map<MachineId, std::vector<Interval>> overstays_since(store::Reader& reader,
                                                           FacilityId const& facility,
                                                           Instant since, Instant now);

/// What all but this one draw that are at work now.
std::int64_t watts_at_work(store::Reader& reader, FacilityId const& facility,
                           BookingId const& except);

struct Proposal {
    ProposalId id;
    Proposed what;
    bool open = true;  ///< not stale
    Instant created_at;
};
/// Those that an outage, not behind `since`, displaces and that have no open proposal for it: live
/// ones, those that it stopped, those that were cancelled for it. Who declined, or let the time
/// pass that was proposed for the rest, or to book again, is left alone. In one query.
std::vector<Displaced> displaced_bookings(store::Reader& reader, FacilityId const& facility,
                                          Instant since, Instant now);
/// What was proposed last to the bookings for each outage, whatever has become of it; one query.
std::vector<Proposed> last_proposed(store::Reader& reader, FacilityId const& facility,
                                    std::vector<BookingId> const& bookings);
/// Writes it, or makes the stale one of the same booking and outage anew, under the new id: who
/// taps on what was shown before gets no other time. False when there is one
/// that stands, or was declined.
bool put_proposal(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                  Proposed const& proposed, Booking const& booking, Instant now);
/// The time that the outage took, after it was withdrawn: also to who declined another one.
bool offer_back(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                Proposed const& proposed, Booking const& booking, Instant now);
/// By place; `outage` narrows to one.
std::vector<Proposal> open_proposals(store::Reader& reader, FacilityId const& facility,
                                     std::optional<OutageId> outage);
std::optional<Proposal> find_proposal(store::Reader& reader, FacilityId const& facility,
                                      ProposalId const& id);
/// False when it was open no longer.
bool close_proposal(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                    std::optional<BookingId> taken_as);
/// It is stale, and for this outage nothing is proposed to the booking any more. False when it was
/// open no longer.
bool decline_proposed(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                      PersonId const& person, Instant now);
/// Makes stale what can no longer be had: its time has come, or somebody else has it. How many.
std::int64_t drop_stale(store::Writer& writer, FacilityId const& facility, Instant now);
/// Whether drop_stale would find any.
bool any_stale(store::Reader& reader, FacilityId const& facility, Instant now);

/// False when it was told before.
bool insert_warning(store::Writer& writer, FacilityId const& facility, Warning const& warning,
                    Instant now);

/// What uses of machines have been found to say of bookings; one query.
std::set<std::pair<BookingId, SessionId>> uses_said(store::Reader& reader,
                                                    FacilityId const& facility,
                                                    std::vector<SessionId> const& uses);
/// False when it was said before. Precondition: theirs or others.
bool say_use(store::Writer& writer, FacilityId const& facility, BookingId const& booking,
             SessionId const& use, Whose whose, Instant now);

}  // namespace karkhana::booking

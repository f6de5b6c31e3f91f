#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/random.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/items.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/money_ids.hpp"
#include "server/billing/rating_period.hpp"

/// Time, energy or pieces that are paid beforehand. A pack is a line of the next bill; what its
/// price owes lies in liabilities:pack until sessions draw it down.
namespace karkhana::billing {

inline constexpr std::string_view kPackSource = "pack";
/// True of the line that takes off a bill what a pack pays of it.
bool is_draw(Item const& item);
/// Whose session the line is of. Precondition: is_draw.
SessionId drawn_session(Item const& item);

struct Pack {
    PackId id;
    EnterpriseId enterprise;  ///< for whom it counts: where records were merged, the one that stays
    ItemId item;
    RateCardId card;
    Component component;  ///< of the card, as it was sold
    std::int64_t quantity = 0;
    std::int64_t drawn = 0;
    Money price;
    Money cost;  ///< the price without the tax in it
    Instant sold_at;
    std::optional<Instant> expires_at;
    std::optional<Instant> ended_at;
    std::string end;  ///< expired, refunded or withdrawn; empty: not ended
    Money kept;       ///< of its cost, for nothing, when it ended
    bool billed = false;
    std::optional<InvoiceId> invoice;  ///< it is on, a draft too
    int line = 0;

    std::int64_t left() const { return ended_at ? 0 : quantity - drawn; }
    /// What of its cost so much of it is.
    Money cost_of(std::int64_t some) const {
        return {divide_half_away(Wide{cost.poisha} * some, quantity)};
    }
    bool good_for(Instant start) const {
        return !ended_at && sold_at <= start && (!expires_at || start < *expires_at);
    }
};
/// In the order in which they are drawn: by expiry, then by sale. Of one ME, with those of records
/// merged into it, or of all.
std::vector<Pack> list_packs(store::Reader& reader, FacilityId const& facility,
                             std::optional<EnterpriseId> const& enterprise);
std::optional<Pack> find_pack(store::Reader& reader, FacilityId const& facility, PackId const& id);

/// What of a charge a pack paid.
struct PackDraw {
    SessionId session;
    int sequence = 0;
    PackId pack;
    std::int64_t quantity = 0;
    Money amount;
    std::int64_t left_then = 0;
    Instant at;
};
std::vector<PackDraw> draws_of_pack(store::Reader& reader, FacilityId const& facility,
                                    PackId const& pack);
/// Of each of the sessions that has any, by sequence; one query.
std::map<SessionId, std::vector<PackDraw>> draws_of_sessions(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             std::vector<SessionId> const& ids);
/// What packs paid of each line of an invoice, less what was given back to them since.
std::map<int, Money> drawn_of_lines(store::Reader& reader, FacilityId const& facility,
                                    InvoiceId const& invoice);

/// Sells a pack of this card to an ME: a line of its next bill. Errors: `no_such_pack`.
Result<Pack> sell_pack(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       RateCard const& card, int component, EnterpriseId const& enterprise,
                       PersonId const& by, Instant now);
/// Ends it. One that is on no final bill and was not drawn is taken off; of one that was billed the
/// part of the rest that its card says waits for a credit note. Errors: `not_found`, `pack_ended`,
/// `pack_not_billed`.
Result<Pack> refund_pack(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                         PackId const& id, std::string const& reason, PersonId const& by,
                         Instant now);
/// Ends those whose time is over; returns how many.
int end_expired_packs(store::Store& store, FacilityId const& facility, IdSource& ids, Instant now);

/// Draws the packs of a facility for sessions that are being rated. Takes the lock of a billing run
/// where there are any: nothing is drawn twice.
class PackDrawing {
public:
    PackDrawing(store::Writer& writer, FacilityId const& facility);
    void draw(metering::UsageSession const& session, std::string const& machine_kind,
              std::vector<Term> const& terms, Instant now);

private:
    store::Writer& writer_;
    FacilityId facility_;
    std::vector<Pack> packs_;
};
/// What a session drew goes back; the lines of it too. Precondition: it is on no final bill.
void undo_draws(store::Writer& writer, FacilityId const& facility, SessionId const& session);

/// The lines that take off what packs pay of charges that are on no final bill and have none yet.
std::vector<Item> fresh_draws(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                              Instant now);
/// What a bill that has just become final earned of its packs. Precondition: lock_billing.
void earn_packs(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                InvoiceId const& invoice, Instant now);

/// A correction after the bill: of a charge only so much was used, for so much. What its packs paid
/// beyond that goes back to those that are not ended.
void return_to_packs(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                     Charge const& charged, std::int64_t used, Money due, Instant now);
/// What was given back to packs of a session, in money, by the sequence of its charges.
std::map<int, Money> returned_of(store::Reader& reader, FacilityId const& facility,
                                 SessionId const& session);

/// What the journal must hold for packs; without ids.
std::vector<JournalEntry> entries_of_packs(store::Reader& reader, FacilityId const& facility);
/// What does not hold of packs: more drawn than there is, draws that do not follow from their
/// charges, lines that are not their draws, earnings that are not theirs.
std::vector<std::string> verify_packs(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::billing

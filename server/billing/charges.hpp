#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/base/clock.hpp"
#include "server/billing/payers.hpp"
#include "server/billing/rate_cards.hpp"
#include "server/facility/records.hpp"
#include "server/metering/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// A priced term of a session as it is kept. On an invoice, which takes sessions whole, it is the
/// line `line`.
struct Charge {
    SessionId session;
    int sequence = 0;
    RateCardId rate_card;
    EnterpriseId enterprise;
    Instant stopped_at;  ///< of the session: decides the period
    Term term;
    std::optional<InvoiceId> invoice;
    int line = 0;
};

/// Why a session is not on a bill.
struct Skipped {
    SessionId session;
    std::string_view code;  ///< open, unattributed, questionable, no_rate_card, unsplit_usage,
                            ///< own_month
    MachineId machine;
    std::optional<EnterpriseId> enterprise;
    std::optional<Instant> stopped_at;
};

/// A session with what it is rated by besides its registers.
struct Rateable {
    metering::UsageSession const& session;
    std::string machine_kind;
    std::vector<Halt> halts;
    Payer payer = {};
};
/// The rate card that a session is charged by: the quoted one, else that of its start; where that
/// locks prices at the booking, the one of then. nullptr when there was none yet.
RateCard const* card_of(std::vector<RateCard> const& cards, Rateable const& one);
/// The session as the rates see it. Precondition: it has stopped.
Usage usage_of(Rateable const& one);

/// What a session costs, or why it cannot be said: the same arithmetic for the job, the dry run
/// and the proof. Errors: the codes of Skipped.
Result<std::vector<Term>> rate_session(std::vector<RateCard> const& cards, Zone const& zone,
                                       Rateable const& one);

/// The same of one session with what is known now: for a preview.
Result<std::vector<Term>> rate_now(store::Reader& reader, metering::UsageSession const& session);
/// And with what it was rated by, as it was then, but for its registers: for what is corrected
/// after its bill. Precondition: it was rated.
Result<std::vector<Term>> rate_as_rated(store::Reader& reader,
                                        metering::UsageSession const& session);

/// Rates the closed sessions of the last week that have a payer and were not rated yet, each once
/// and for all, however many ask at the same time. Returns how many. Cheap enough for every few
/// seconds: it does not look at what is older, which the run of its month catches up with.
int charge_closed_sessions(store::Store& store, FacilityId const& facility, Zone const& zone,
                           Instant now);
/// The same for all that ended in the interval or up to two months before it, whenever they began.
int charge_sessions_of(store::Store& store, FacilityId const& facility, Zone const& zone,
                       Interval during, Instant now);

/// Sessions that ended in the interval or up to two months before it and have no charges: those
/// that will have, and why others have none. Uses that cost nothing by their kind (own use, test,
/// maintenance) are neither.
struct Unrated {
    std::vector<Charge> charges;  ///< as charge_closed_sessions would keep them
    std::vector<Skipped> skipped;
};
Unrated unrated_sessions(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                         Interval during);

/// Charges of the interval (by the end of their session) that are on no invoice, and those of
/// before that were rated since it began: they came too late for the bill of their own month.
std::vector<Charge> waiting_charges(store::Reader& reader, FacilityId const& facility,
                                    Interval during);
std::vector<Charge> charges_of_invoice(store::Reader& reader, FacilityId const& facility,
                                       InvoiceId const& invoice);
/// By line, of each invoice that has any; two queries.
std::map<InvoiceId, std::vector<Charge>> charges_of_invoices(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             std::vector<InvoiceId> const& ids);
/// In order of their sequence, of each session that has any; two queries.
std::map<SessionId, std::vector<Charge>> charges_of_sessions(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             std::vector<SessionId> const& ids);

}  // namespace karkhana::billing

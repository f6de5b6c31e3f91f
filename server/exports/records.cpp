#include "server/exports/records.hpp"

#include <array>

#include "server/billing/ageing.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/payments.hpp"
#include "server/billing/settled_sql.hpp"
#include "server/facility/records.hpp"
#include "server/people/merged_sql.hpp"
#include "server/people/records.hpp"

namespace karkhana::exports {
namespace {

constexpr std::string_view kOpenBills =
    "SELECT i.number_text, i.issued_at, i.total_poisha, " KARKHANA_SETTLED
    " FROM invoice i WHERE i.facility_id = $1 AND i.enterprise_id IN " KARKHANA_MERGED_INTO
    "AND i.state = 'final' AND i.kind = 'invoice' UNION ALL "
    "SELECT NULL, o.at, o.amount_poisha, " KARKHANA_OPENING_SETTLED " FROM opening_due o "
    "WHERE o.facility_id = $1 AND o.enterprise_id IN " KARKHANA_MERGED_INTO "ORDER BY 2, 1";
constexpr std::string_view kEarlierJobs =
    "SELECT session_id, start_at, stop_at, energy_wh, quantity FROM usage_session "
    "WHERE facility_id = $1 AND machine_id = $2 AND enterprise_id = $3 AND state = 'closed' "
    "AND quantity > 0 AND start_at < $4 ORDER BY start_at DESC LIMIT 3";

struct Named {
    std::string_view name;
    std::string_view en, bn;
};
constexpr std::array<Named, 8> kMethodWords{{{"cash", "Cash", "নগদ"},
                                             {"bkash", "bKash", "বিকাশ"},
                                             {"nagad", "Nagad", "নগদ (মোবাইল)"},
                                             {"rocket", "Rocket", "রকেট"},
                                             {"bank", "Bank", "ব্যাংক"},
                                             {"card", "Card", "কার্ড"},
                                             {"wallet", "Wallet", "ওয়ালেট"},
                                             {"vds", "VAT withheld", "উৎসে কর্তিত ভ্যাট"}}};
constexpr std::array<Named, 8> kKindWords{{{"invoice", "Bill", "বিল"},
                                           {"payment", "Payment", "পরিশোধ"},
                                           {"credit_note", "Credit note", "ক্রেডিট নোট"},
                                           {"wallet_move", "Wallet", "ওয়ালেট"},
                                           {"wallet_refund", "Paid back", "ফেরত"},
                                           {"reversal", "Taken back", "বাতিল"},
                                           {"waiver", "Waived", "মওকুফ"},
                                           {"opening", "Opening balance", "প্রারম্ভিক জের"}}};

/// A word that nobody has translated yet stays as it is.
template <std::size_t Count>
Text word_for(std::array<Named, Count> const& words, std::string const& name) {
    for (auto const& one : words)
        if (one.name == name) return {std::string{one.en}, std::string{one.bn}};
    return {name, name};
}

std::int64_t seconds_of(Interval during) {
    return std::chrono::duration_cast<std::chrono::seconds>(during.end - during.start).count();
}

struct EarlierJob {
    SessionId session;
    Interval during;
    Energy energy;
    std::int64_t pieces;
};

EarlierJob read_earlier(store::Row const& row) {
    return {row.id<SessionId>(0),
            {row.at(1), row.at(2)},
            {row.maybe_integer(3).value_or(0)},
            row.integer(4)};
}

std::vector<MeterPair> pairs_of(metering::UsageSession const& session) {
    std::vector<MeterPair> pairs;
    for (auto const channel : metering::channels_of(session)) {
        auto const registers = metering::registers_of(session, channel);
        pairs.push_back({registers.front().value, registers.back().value});
    }
    return pairs;
}

/// Adds the job to what its enterprise has done before.
void add_earlier(JobSlip& slip, EarlierJob const& job, std::vector<billing::Charge> const& terms) {
    ++slip.earlier_jobs;
    slip.earlier_pieces += job.pieces;
    slip.earlier.energy += job.energy;
    slip.earlier.seconds += seconds_of(job.during);
    for (auto const& charge : terms) slip.earlier.money += charge.term.amount;
}

}  // namespace

std::optional<KeptReceipt> find_receipt(store::Reader& reader, facility::Facility const& facility,
                                        PaymentId const& id) {
    auto const payment = billing::find_payment(reader, facility.id, id);
    if (!payment) return std::nullopt;
    Receipt receipt{billing::receipt_text(facility, *payment),
                    payment->received_at,
                    payment->amount,
                    word_for(kMethodWords, payment->method),
                    payment->reference.value_or(""),
                    "",
                    false};
    for (auto const& part : payment->allocations)
        if (!part.opening) receipt.invoice += (receipt.invoice.empty() ? "" : ", ") + part.number;
    for (auto const& one : billing::list_reversals(reader, facility.id))
        if (one.payment == id) receipt.taken_back = true;
    return KeptReceipt{std::move(receipt), payment->enterprise};
}

Statement read_statement(store::Reader& reader, FacilityId const& facility,
                         EnterpriseId const& enterprise, std::string const& period,
                         Interval during) {
    auto const account = billing::statement_of(reader, facility, enterprise, during);
    std::vector<Movement> movements;
    for (auto const& line : account.lines)
        movements.push_back({line.at, word_for(kKindWords, line.kind), line.memo, line.amount});
    return {period, during.end, account.opening, std::move(movements)};
}

std::vector<OpenBill> open_bills(store::Reader& reader, FacilityId const& facility,
                                 EnterpriseId const& enterprise) {
    auto bills = reader.all(
        kOpenBills,
        [](store::Row const& row) {
            return OpenBill{row.maybe_text(0).value_or(""), row.at(1), row.money(2), row.money(3)};
        },
        facility, enterprise);
    std::erase_if(bills, [](OpenBill const& bill) { return bill.paid >= bill.total; });
    return bills;
}

JobSlip read_slip(store::Reader& reader, metering::UsageSession const& session) {
    auto facility = facility::find_facility(reader, session.facility).value();
    auto const machine = facility::find_machine(reader, session.facility, session.machine).value();
    auto const zone = Zone::find(facility.zone).value();
    JobSlip slip{.facility = std::move(facility),
                 .zone = zone,
                 .id = session.id.text(),
                 .machine = machine.name,
                 .enterprise = {},
                 .during = {session.start, session.stop.value()},
                 .meters = pairs_of(session),
                 .spent = {{}, session.energy.value_or(Energy{}), 0},
                 .pieces = session.quantity,
                 .unit = machine.piece_unit,
                 .earlier = {}};
    slip.spent.seconds = seconds_of(slip.during);
    std::vector<EarlierJob> earlier;
    if (session.enterprise) {
        auto const whose =
            people::find_enterprise(reader, session.facility, *session.enterprise).value();
        slip.enterprise = {whose.name.en, whose.name.bn};
        earlier = reader.all(kEarlierJobs, read_earlier, session.facility, session.machine,
                             *session.enterprise, session.start);
    }
    std::vector<SessionId> ids{session.id};
    for (auto const& job : earlier) ids.push_back(job.session);
    auto charges = billing::charges_of_sessions(reader, session.facility, ids);
    for (auto const& charge : charges[session.id]) {
        slip.priced = true;
        slip.spent.money += charge.term.amount;
    }
    for (auto const& job : earlier) add_earlier(slip, job, charges[job.session]);
    return slip;
}

Parties parties_of(facility::Facility const& facility, people::Enterprise const& enterprise) {
    return {facility,
            {enterprise.name.en, enterprise.name.bn},
            enterprise.place.value_or(""),
            Zone::find(facility.zone).value()};
}

}  // namespace karkhana::exports

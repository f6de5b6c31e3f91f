#include "server/billing/correction_records.hpp"

#include <algorithm>

#include "server/billing/items.hpp"
#include "server/billing/packs.hpp"
#include "server/facility/records.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::billing {

using metering::Edge;
using metering::UsageSession;

namespace {

constexpr std::string_view kBefore =
    "SELECT value_wh FROM current_register WHERE facility_id = $1 AND channel = $2 "
    "AND session_id <> $3 AND at <= $4 ORDER BY at DESC, value_wh DESC LIMIT 1";
constexpr std::string_view kAfter =
    "SELECT value_wh FROM current_register WHERE facility_id = $1 AND channel = $2 "
    "AND session_id <> $3 AND at >= $4 ORDER BY at, value_wh LIMIT 1";
constexpr std::string_view kInvoice =
    "SELECT i.invoice_id, i.state FROM invoice_session n JOIN invoice i "
    "ON i.facility_id = n.facility_id AND i.invoice_id = n.invoice_id "
    "WHERE n.facility_id = $1 AND n.session_id = $2";
constexpr std::string_view kCorrectSession =
    "UPDATE usage_session SET energy_wh = $3, quality = $4, version = version + 1 "
    "WHERE facility_id = $1 AND session_id = $2 AND version = $5";

/// As the counter rules have it: a fifth more than the machine is rated for, two seconds more than
/// it lasted, and the steps of a coarse register. What its meter said itself it has used in any
/// case.
std::optional<Energy> can_use(store::Reader& reader, UsageSession const& session) {
    auto const machine = facility::find_machine(reader, session.facility, session.machine);
    if (!machine || machine->rated_w == 0 || !session.stop) return std::nullopt;
    constexpr Wide micros_an_hour = 3'600'000'000;
    constexpr std::int64_t coarse_wh = 2000;
    auto const lasted = *session.stop - session.start + std::chrono::seconds(2);
    auto const wh = Wide{machine->rated_w} * lasted.count() * 6 / (5 * micros_an_hour);
    return std::max(Energy{static_cast<std::int64_t>(wh) + coarse_wh},
                    session.energy.value_or(Energy{}));
}

}  // namespace

std::optional<InvoiceOf> invoice_of(store::Reader& reader, FacilityId const& facility,
                                    SessionId const& session) {
    return reader.first(
        kInvoice,
        [](store::Row const& row) {
            return InvoiceOf{row.id<InvoiceId>(0), row.text(1) == "final"};
        },
        facility, session);
}

Neighbours neighbours_of(store::Reader& reader, UsageSession const& session,
                         Correction const& correction) {
    auto const value = [](store::Row const& row) { return row.integer(0); };
    if (session.registers.empty()) return {};
    auto const channel = correction.channel.value_or(session.registers.front().channel);
    auto const registers = metering::registers_of(session, channel);
    if (registers.empty()) return {};
    return {
        reader.first(kBefore, value, session.facility, channel, session.id, registers.front().at),
        reader.first(kAfter, value, session.facility, channel, session.id, registers.back().at),
        can_use(reader, session)};
}

void take_off(store::Writer& writer, FacilityId const& facility, SessionId const& session,
              std::optional<InvoiceId> const& draft) {
    if (draft) {
        take_items_off(writer, facility, *draft);
        writer.execute("DELETE FROM invoice_session WHERE facility_id = $1 AND invoice_id = $2",
                       facility, *draft);
        writer.execute("UPDATE invoice SET total_poisha = 0, tax_poisha = 0, version = version + 1 "
                       "WHERE facility_id = $1 AND invoice_id = $2",
                       facility, *draft);
    }
    undo_draws(writer, facility, session);
    writer.execute("DELETE FROM charge WHERE facility_id = $1 AND session_id = $2", facility,
                   session);
    writer.execute("DELETE FROM rated_halt WHERE facility_id = $1 AND session_id = $2", facility,
                   session);
    writer.execute("DELETE FROM rated_session WHERE facility_id = $1 AND session_id = $2", facility,
                   session);
}

void keep_correction(store::Writer& writer, UsageSession const& session,
                     Correction const& correction) {
    auto const corrected = std::ranges::find_if(session.registers, [&](auto const& reg) {
        return reg.edge == correction.edge && reg.version == correction.replaces + 1 &&
               (!correction.channel || reg.channel == *correction.channel) &&
               (reg.edge != Edge::boundary || reg.at == correction.at);
    });
    metering::add_register(writer, session.facility, session.id, *corrected);
    writer.execute(kCorrectSession, session.facility, session.id, *session.energy,
                   name_of(session.quality), session.version);
}

}  // namespace karkhana::billing

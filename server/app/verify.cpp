#include "server/app/verify.hpp"

#include <fmt/format.h>
#include <limits>

#include "server/app/verify_exchanges.hpp"
#include "server/app/verify_registers.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/verify.hpp"
#include "server/booking/queue_records.hpp"
#include "server/metering/records.hpp"
#include "server/people/audit.hpp"
#include "server/recycling/money.hpp"

namespace karkhana::app {
namespace {

using metering::UsageSession;

constexpr Interval kEver{instant(0), instant(std::numeric_limits<std::int64_t>::max() / 2)};

void check_session(UsageSession const& session, std::vector<std::string>& findings) {
    auto const say = [&](std::string_view what) {
        findings.push_back(fmt::format("session {}: {}", session.id.text(), what));
    };
    for (std::size_t i = 1; i < session.registers.size(); ++i)
        if (session.registers[i].channel == session.registers[i - 1].channel &&
            session.registers[i].value < session.registers[i - 1].value)
            say("its registers fall");
    for (std::size_t i = 0; i < session.registers.size(); ++i) {
        if (session.registers[i].edge != metering::Edge::final) continue;
        bool const goes_on = i + 1 < session.registers.size() &&
                             session.registers[i + 1].edge == metering::Edge::initial &&
                             session.registers[i + 1].channel == session.registers[i].channel &&
                             session.registers[i + 1].at == session.registers[i].at &&
                             session.registers[i + 1].value == session.registers[i].value;
        if (!goes_on) say("its register does not go on where a meter ended");
    }
    if (session.state != metering::SessionState::closed || session.registers.empty()) return;
    Energy sum;
    for (auto const& segment : metering::segments_of(session)) sum += segment.energy;
    if (session.energy != sum) say("its energy is not what its registers say");
}

}  // namespace

Verified verify_facility(store::Store& ledger, store::Store* series,
                         facility::Facility const& facility) {
    auto const zone = Zone::find(facility.zone).value();
    auto of_registers = verify_registers(ledger, series, facility.id);
    return ledger.read([&](store::Reader& reader) {
        Verified verified;
        auto& findings = verified.findings;
        findings = std::move(of_registers);
        for (auto const& session : metering::sessions_between(reader, facility.id, kEver)) {
            check_session(session, findings);
            ++verified.sessions;
        }
        auto const add = [&](std::vector<billing::Finding> const& more) {
            findings.insert(findings.end(), more.begin(), more.end());
        };
        for (auto& finding : verify_exchanges(reader, facility.id))
            findings.push_back(std::move(finding));
        add(billing::verify_charges(reader, facility.id, zone));
        add(billing::verify_invoices(reader, facility));
        add(billing::verify_ledger(reader, facility.id,
                                   recycling::scrap_entries(reader, facility.id)));
        if (auto const broken = people::first_broken_audit(reader, facility.id))
            findings.push_back(fmt::format("audit event {}: its hash does not follow", *broken));
        if (auto const broken = booking::first_broken_queue(reader, facility.id))
            findings.push_back(fmt::format("queue event {}: its hash does not follow", *broken));
        verified.invoices = std::ssize(billing::final_invoices(reader, facility.id));
        verified.entries = std::ssize(
            billing::list_entries(reader, facility.id, kEver, 0, std::numeric_limits<int>::max()));
        return verified;
    });
}

}  // namespace karkhana::app

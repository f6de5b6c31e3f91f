#include "server/people/roles.hpp"

#include <algorithm>
#include <array>

namespace karkhana::people {
namespace {

constexpr bool yes = true;
constexpr bool no = false;

/// What a member may do is narrowed further by the handlers to what is the member's own.
// clang-format off
constexpr std::array kTable{
    // operation                       manager operator member accountant
    OperationRow{"createSession",      yes,    yes,     yes,   yes},
    OperationRow{"deleteSession",      yes,    yes,     yes,   yes},
    OperationRow{"getMe",              yes,    yes,     yes,   yes},
    OperationRow{"getOpenApi",         yes,    yes,     yes,   yes},
    OperationRow{"getHealth",          yes,    yes,     yes,   yes},
    OperationRow{"getReadiness",       yes,    yes,     yes,   yes},
    OperationRow{"getMetrics",         yes,    yes,     yes,   yes},
    OperationRow{"streamEvents",       yes,    yes,     yes,   yes},

    OperationRow{"listFacilities",     yes,    yes,     yes,   yes},
    OperationRow{"listMachines",       yes,    yes,     yes,   yes},
    OperationRow{"getMachine",         yes,    yes,     yes,   yes},

    OperationRow{"getAvailability",    yes,    yes,     yes,   yes},
    OperationRow{"getCalendar",        yes,    yes,     yes,   yes},
    OperationRow{"findTime",           yes,    yes,     yes,   yes},
    OperationRow{"createQuote",        yes,    yes,     yes,   yes},
    OperationRow{"createBooking",      yes,    yes,     yes,   no},
    OperationRow{"listBookings",       yes,    yes,     yes,   yes},
    OperationRow{"getBooking",         yes,    yes,     yes,   yes},
    OperationRow{"changeBooking",      yes,    yes,     yes,   no},
    OperationRow{"cancelBooking",      yes,    yes,     yes,   no},
    OperationRow{"checkInBooking",     yes,    yes,     yes,   no},
    OperationRow{"startBooking",       yes,    yes,     yes,   no},
    OperationRow{"pauseBooking",       yes,    yes,     yes,   no},
    OperationRow{"stopBooking",        yes,    yes,     yes,   no},
    OperationRow{"withdrawStop",       yes,    yes,     yes,   no},

    OperationRow{"listUsageSessions",  yes,    yes,     yes,   yes},
    OperationRow{"getUsageSession",    yes,    yes,     yes,   yes},
    OperationRow{"assignUsageSession", yes,    yes,     no,    no},
    OperationRow{"previewCorrection",  yes,    no,      no,    yes},
    OperationRow{"correctRegister",    yes,    no,      no,    no},
    OperationRow{"listPoints",         yes,    yes,     yes,   yes},
    OperationRow{"listReadings",       yes,    yes,     yes,   yes},
    OperationRow{"exportReadings",     yes,    yes,     yes,   yes},
    OperationRow{"getMeterBalance",    yes,    yes,     no,    yes},
    OperationRow{"getFacilityBalance", yes,    no,      no,    yes},
    OperationRow{"listDevices",        yes,    yes,     no,    yes},
    OperationRow{"listLines",          yes,    yes,     no,    yes},
    OperationRow{"listLineFrames",     yes,    yes,     no,    yes},
    OperationRow{"scanLine",           yes,    no,      no,    no},
    OperationRow{"identifyUnit",       yes,    no,      no,    no},
    OperationRow{"readUnit",           yes,    no,      no,    no},
    OperationRow{"writeCoil",          yes,    no,      no,    no},
    OperationRow{"listAlarms",         yes,    yes,     no,    yes},
    OperationRow{"acknowledgeAlarm",   yes,    yes,     no,    no},
    OperationRow{"exchangeMeter",      yes,    no,      no,    no},

    OperationRow{"listEnterprises",    yes,    yes,     no,    yes},
    OperationRow{"createEnterprise",   yes,    no,      no,    yes},
    OperationRow{"listPeople",         yes,    no,      no,    yes},
    OperationRow{"createPerson",       yes,    no,      no,    no},
    OperationRow{"listAudit",          yes,    no,      no,    yes},

    OperationRow{"listRateCards",      yes,    no,      yes,   yes},
    OperationRow{"createRateCard",     yes,    no,      no,    yes},
    OperationRow{"createBillingRun",   yes,    no,      no,    yes},
    OperationRow{"listInvoices",       yes,    no,      yes,   yes},
    OperationRow{"getInvoice",         yes,    no,      yes,   yes},
    OperationRow{"getLineProof",       yes,    no,      yes,   yes},
    OperationRow{"getInvoicePdf",      yes,    no,      yes,   yes},
    OperationRow{"finalizeInvoice",    yes,    no,      no,    yes},
    OperationRow{"createPayment",      yes,    no,      no,    yes},
    OperationRow{"listPayments",       yes,    no,      no,    yes},
    OperationRow{"getLedger",          yes,    no,      no,    yes},
    OperationRow{"exportCsv",          yes,    no,      no,    yes},
    OperationRow{"exportGreenButton",  yes,    no,      yes,   yes},
};
// clang-format on

bool grants(OperationRow const& row, std::string_view role) {
    if (role == "manager") return row.manager;
    if (role == "operator") return row.operator_;
    if (role == "member") return row.member;
    if (role == "accountant") return row.accountant;
    return false;
}

}  // namespace

std::span<OperationRow const> role_table() { return kTable; }

bool may_call(http::Principal const& principal, std::string_view operation_id) {
    auto const row = std::ranges::find(kTable, operation_id, &OperationRow::operation_id);
    return row != kTable.end() && std::ranges::any_of(principal.roles, [&](auto const& role) {
               return grants(*row, role);
           });
}

std::vector<std::string_view> operations_of(std::span<std::string const> roles) {
    std::vector<std::string_view> found;
    for (auto const& row : kTable)
        if (std::ranges::any_of(roles, [&](auto const& role) { return grants(row, role); }))
            found.push_back(row.operation_id);
    return found;
}

bool is_staff(http::Principal const& principal) {
    return principal.has("manager") || principal.has("operator") || principal.has("accountant");
}

}  // namespace karkhana::people

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
    OperationRow{"getMyAccess",           yes, yes, yes, yes},
    OperationRow{"changePassword",        yes, yes, yes, yes},
    OperationRow{"listSessions",          yes, yes, yes, yes},
    OperationRow{"endSession",            yes, yes, yes, yes},
    OperationRow{"endOtherSessions",      yes, yes, yes, yes},
    OperationRow{"listTokens",            yes, yes, yes, yes},
    OperationRow{"createToken",           yes, yes, yes, yes},
    OperationRow{"revokeToken",           yes, yes, yes, yes},
    OperationRow{"beginSecondFactor",     yes, yes, yes, yes},
    OperationRow{"confirmSecondFactor",   yes, yes, yes, yes},
    OperationRow{"removeSecondFactor",    yes, yes, yes, yes},
    OperationRow{"getAccessSettings",     yes, yes, no, yes},
    OperationRow{"changeAccessSettings",  yes, no, no, no},
    OperationRow{"resetPassword",         yes, no, no, no},
    OperationRow{"listRecoveries",        yes, yes, no, yes},
    OperationRow{"askRecovery",           yes, yes, no, yes},
    OperationRow{"approveRecovery",       yes, yes, no, yes},
    OperationRow{"getSetUp",              yes, yes, yes, yes},
    OperationRow{"setUp",                 yes, yes, yes, yes},
    OperationRow{"createPinSession",      yes, yes, yes, yes},
    OperationRow{"changePin",             yes, yes, yes, yes},
    OperationRow{"issuePin",              yes, yes, no, no},

    OperationRow{"getOpenApi",         yes,    yes,     yes,   yes},
    OperationRow{"getHealth",          yes,    yes,     yes,   yes},
    OperationRow{"getReadiness",       yes,    yes,     yes,   yes},
    OperationRow{"getMetrics",         yes,    yes,     yes,   yes},
    OperationRow{"streamEvents",       yes,    yes,     yes,   yes},

    OperationRow{"listFacilities",     yes,    yes,     yes,   yes},
    OperationRow{"listMachines",       yes,    yes,     yes,   yes},
    OperationRow{"getMachine",         yes,    yes,     yes,   yes},

    OperationRow{"getAvailability",    yes,    yes,     yes,   yes},
    OperationRow{"listAvailability",   yes,    yes,     yes,   yes},
    OperationRow{"getCalendar",        yes,    yes,     yes,   yes},
    OperationRow{"findTime",           yes,    yes,     yes,   yes},
    OperationRow{"createQuote",        yes,    yes,     yes,   yes},
    OperationRow{"createBooking",      yes,    yes,     yes,   no},
    OperationRow{"listBookings",       yes,    yes,     yes,   yes},
    OperationRow{"getBooking",         yes,    yes,     yes,   yes},
    OperationRow{"changeBooking",      yes,    yes,     yes,   no},
    OperationRow{"cancelBooking",      yes,    yes,     yes,   no},
    OperationRow{"checkInBooking",     yes,    yes,     yes,   no},
    OperationRow{"checkInByPin",       yes,    yes,     yes,   no},
    OperationRow{"startBooking",       yes,    yes,     yes,   no},
    OperationRow{"pauseBooking",       yes,    yes,     yes,   no},
    OperationRow{"stopBooking",        yes,    yes,     yes,   no},
    OperationRow{"withdrawStop",       yes,    yes,     yes,   no},

    OperationRow{"undoBooking",        yes,    yes,     yes,   no},
    OperationRow{"releaseBooking",     yes,    yes,     no,    no},
    OperationRow{"approveBooking",     yes,    no,      no,    no},
    OperationRow{"refuseBooking",      yes,    no,      no,    no},
    OperationRow{"excuseBooking",      yes,    no,      no,    no},
    OperationRow{"handOverBooking",    yes,    yes,     yes,   no},
    OperationRow{"joinWaitlist",       yes,    yes,     yes,   no},
    OperationRow{"listWaitlist",       yes,    yes,     yes,   yes},
    OperationRow{"leaveWaitlist",      yes,    yes,     yes,   no},
    OperationRow{"takeOffer",          yes,    yes,     yes,   no},
    OperationRow{"declineOffer",       yes,    yes,     yes,   no},
    OperationRow{"skipWaiting",        yes,    no,      no,    no},
    OperationRow{"getQueueLog",        yes,    yes,     yes,   yes},
    OperationRow{"listProposals",      yes,    yes,     yes,   yes},
    OperationRow{"takeProposal",       yes,    yes,     yes,   no},
    OperationRow{"takeAllProposals",   yes,    yes,     no,    no},
    OperationRow{"declineProposal",    yes,    yes,     yes,   no},
    OperationRow{"previewClosure",     yes,    no,      no,    no},
    OperationRow{"createClosure",      yes,    no,      no,    no},
    OperationRow{"previewSeries",      yes,    yes,     yes,   no},
    OperationRow{"createSeries",       yes,    yes,     yes,   no},
    OperationRow{"getSeries",          yes,    yes,     yes,   yes},
    OperationRow{"changeSeries",       yes,    yes,     yes,   no},
    OperationRow{"cancelSeries",       yes,    yes,     yes,   no},
    OperationRow{"approveSeries",      yes,    no,      no,    no},
    OperationRow{"refuseSeries",       yes,    no,      no,    no},
    OperationRow{"createFeed",         yes,    yes,     yes,   yes},
    OperationRow{"listFeeds",          yes,    yes,     yes,   yes},
    OperationRow{"revokeFeed",         yes,    yes,     yes,   yes},
    OperationRow{"readFeed",           yes,    yes,     yes,   yes},
    OperationRow{"createTimetable",    yes,    no,      no,    no},
    OperationRow{"listTimetables",     yes,    yes,     no,    yes},
    OperationRow{"endTimetable",       yes,    no,      no,    no},

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

    OperationRow{"listNotices",        yes,    yes,     yes,   yes},
    OperationRow{"readNotice",         yes,    yes,     yes,   yes},
    OperationRow{"readNotices",        yes,    yes,     yes,   yes},
    OperationRow{"getContact",         yes,    yes,     yes,   yes},
    OperationRow{"changeContact",      yes,    yes,     yes,   yes},
    OperationRow{"listMessages",       yes,    yes,     no,    yes},
    OperationRow{"retryMessage",       yes,    no,      no,    no},
    OperationRow{"testMessage",        yes,    no,      no,    no},
    OperationRow{"listContacts",       yes,    yes,     yes,   yes},
    OperationRow{"changeEnterpriseContact", yes, yes,   yes,   no},
    OperationRow{"changePersonContact", yes,   no,      no,    no},
    OperationRow{"getQuietHours",      yes,    yes,     no,    yes},
    OperationRow{"changeQuietHours",   yes,    no,      no,    no},
    OperationRow{"listWebhooks",       yes,    no,      no,    yes},
    OperationRow{"createWebhook",      yes,    no,      no,    no},
    OperationRow{"deleteWebhook",      yes,    no,      no,    no},

    OperationRow{"listPlans",          yes,    yes,     no,    yes},
    OperationRow{"createPlan",         yes,    no,      no,    no},
    OperationRow{"completePlan",       yes,    yes,     no,    no},
    OperationRow{"retirePlan",         yes,    no,      no,    no},
    OperationRow{"listTickets",        yes,    yes,     no,    yes},
    OperationRow{"openTicket",         yes,    yes,     no,    no},
    OperationRow{"getTicket",          yes,    yes,     no,    yes},
    OperationRow{"changeTicket",       yes,    yes,     no,    no},
    OperationRow{"closeTicket",        yes,    yes,     no,    no},
    OperationRow{"addPhoto",           yes,    yes,     no,    no},
    OperationRow{"getPhoto",           yes,    yes,     no,    yes},
    OperationRow{"getReliability",     yes,    yes,     no,    yes},
    OperationRow{"getOpening",         yes,    yes,     yes,   yes},
    OperationRow{"saveProfile",        yes,    no,      no,    no},
    OperationRow{"savePeriods",        yes,    no,      no,    no},
    OperationRow{"saveSpecialDays",    yes,    no,      no,    no},
    OperationRow{"importSpecialDays",  yes,    no,      no,    no},
    OperationRow{"saveWeek",           yes,    no,      no,    no},
    OperationRow{"listGroups",         yes,    yes,     yes,   yes},
    OperationRow{"saveGroup",          yes,    no,      no,    no},
    OperationRow{"listReserved",       yes,    yes,     yes,   yes},
    OperationRow{"saveReserved",       yes,    no,      no,    no},
    OperationRow{"listResources",      yes,    yes,     yes,   yes},
    OperationRow{"saveResource",       yes,    no,      no,    no},
    OperationRow{"retireResource",     yes,    no,      no,    no},
    OperationRow{"saveNeeds",          yes,    no,      no,    no},
    OperationRow{"listShifts",         yes,    yes,     no,    yes},
    OperationRow{"saveShifts",         yes,    no,      no,    no},
    OperationRow{"listAuthorisations", yes,    yes,     yes,   yes},
    OperationRow{"grantAuthorisation", yes,    no,      no,    no},
    OperationRow{"revokeAuthorisation", yes,   no,      no,    no},
    OperationRow{"listOutages",        yes,    yes,     yes,   yes},
    OperationRow{"createOutage",       yes,    no,      no,    no},
    OperationRow{"withdrawOutage",     yes,    no,      no,    no},
    OperationRow{"listSettings",       yes,    yes,     yes,   yes},
    OperationRow{"addSetting",         yes,    no,      no,    no},
    OperationRow{"explainLimits",      yes,    yes,     yes,   yes},
    OperationRow{"getShares",          yes,    no,      yes,   yes},

    OperationRow{"listEnterprises",    yes,    yes,     no,    yes},
    OperationRow{"createEnterprise",   yes,    yes,     no,    yes},
    OperationRow{"getEnterprise",      yes,    yes,     no,    yes},
    OperationRow{"addPhone",           yes,    yes,     no,    yes},
    OperationRow{"removePhone",        yes,    no,      no,    yes},
    OperationRow{"issueCard",          yes,    yes,     no,    no},
    OperationRow{"revokeCard",         yes,    yes,     no,    no},
    OperationRow{"changeMembership",   yes,    no,      no,    no},
    OperationRow{"listDuplicates",     yes,    yes,     no,    yes},
    OperationRow{"mergeEnterprises",   yes,    no,      no,    no},
    OperationRow{"undoMerge",          yes,    no,      no,    no},
    OperationRow{"listTrainings",      yes,    yes,     no,    yes},
    OperationRow{"recordAttendance",   yes,    yes,     no,    no},
    OperationRow{"listPeople",         yes,    no,      no,    yes},
    OperationRow{"createPerson",       yes,    no,      no,    no},
    OperationRow{"changeBirth",        yes,    no,      no,    no},
    OperationRow{"listAudit",          yes,    no,      no,    yes},

    OperationRow{"listRateCards",      yes,    no,      yes,   yes},
    OperationRow{"listServices",       yes,    yes,     yes,   yes},
    OperationRow{"createService",      yes,    no,      no,    yes},
    OperationRow{"sellService",        yes,    yes,     no,    yes},
    OperationRow{"createUsageEvent",   yes,    yes,     no,    yes},
    OperationRow{"listItems",          yes,    no,      no,    yes},
    OperationRow{"withdrawItem",       yes,    no,      no,    yes},
    OperationRow{"listTaxes",          yes,    yes,     no,    yes},
    OperationRow{"setTaxRegime",       yes,    no,      no,    yes},
    OperationRow{"setTaxCode",         yes,    no,      no,    yes},
    OperationRow{"createCreditNote",   yes,    no,      no,    yes},
    OperationRow{"createRateCard",     yes,    no,      no,    yes},
    OperationRow{"createBillingRun",   yes,    no,      no,    yes},
    OperationRow{"listInvoices",       yes,    no,      yes,   yes},
    OperationRow{"getInvoice",         yes,    no,      yes,   yes},
    OperationRow{"getLineProof",       yes,    no,      yes,   yes},
    OperationRow{"getInvoiceEvidence", yes,    no,      yes,   yes},
    OperationRow{"getInvoicePdf",      yes,    no,      yes,   yes},
    OperationRow{"finalizeBillingRun", yes,    no,      no,    yes},
    OperationRow{"finalizeInvoice",    yes,    no,      no,    yes},
    OperationRow{"createPayment",      yes,    no,      no,    yes},
    OperationRow{"listPayments",       yes,    no,      no,    yes},
    OperationRow{"receivePayment", yes,    no,      no,    yes},
    OperationRow{"reversePayment", yes,    no,      no,    yes},
    OperationRow{"createWaiver",   yes,    no,      no,    yes},
    OperationRow{"listWaivers",    yes,    no,      no,    yes},
    OperationRow{"decideWaiver",   yes,    no,      no,    yes},
    OperationRow{"getMoneySettings", yes,    no,      no,    yes},
    OperationRow{"saveMoneySettings", yes,    no,      no,    no},
    OperationRow{"getBanglaQr",    yes,    no,      yes,   yes},
    OperationRow{"listClaims",     yes,    no,      yes,   yes},
    OperationRow{"createClaim",    yes,    no,      yes,   yes},
    OperationRow{"matchClaim",     yes,    no,      no,    yes},
    OperationRow{"applyClaim",     yes,    no,      no,    yes},
    OperationRow{"rejectClaim",    yes,    no,      no,    yes},
    OperationRow{"listStatementLines", yes,    no,      no,    yes},
    OperationRow{"importStatement", yes,    no,      no,    yes},
    OperationRow{"getWallet",      yes,    no,      yes,   yes},
    OperationRow{"holdWallet",     yes,    no,      no,    yes},
    OperationRow{"refundWallet",   yes,    no,      no,    yes},
    OperationRow{"endHold",        yes,    no,      no,    yes},
    OperationRow{"getAccountStatement", yes,    no,      yes,   yes},
    OperationRow{"getAgeing",      yes,    no,      no,    yes},
    OperationRow{"listDisputes",   yes,    no,      yes,   yes},
    OperationRow{"createDispute",  yes,    no,      yes,   yes},
    OperationRow{"answerDispute",  yes,    no,      no,    yes},
    OperationRow{"settleDispute",  yes,    no,      no,    yes},
    OperationRow{"listCashDays",   yes,    no,      no,    yes},
    OperationRow{"closeCashDay",   yes,    no,      no,    yes},
    OperationRow{"getPeriodClose", yes,    no,      no,    yes},
    OperationRow{"closePeriod",    yes,    no,      no,    yes},
    OperationRow{"reopenPeriod",   yes,    no,      no,    yes},
    OperationRow{"getLedger",          yes,    no,      no,    yes},
    OperationRow{"getReceiptPdf",      yes,    no,      yes,   yes},
    OperationRow{"getStatementPdf",    yes,    no,      yes,   yes},
    OperationRow{"getReminderPdf",     yes,    no,      yes,   yes},
    OperationRow{"getQuotationPdf",    yes,    yes,     yes,   yes},
    OperationRow{"getJobSlip",         yes,    yes,     yes,   yes},
    OperationRow{"getJobSlipText",     yes,    yes,     yes,   yes},
    OperationRow{"getJobSlipPdf",      yes,    yes,     yes,   yes},
    OperationRow{"verifyDocument",     yes,    yes,     yes,   yes},
    OperationRow{"exportFile",         yes,    no,      no,    yes},
    OperationRow{"importTable",        yes,    no,      no,    no},
    OperationRow{"getInvoiceUbl",      yes,    no,      yes,   yes},
    OperationRow{"exportGreenButton",  yes,    no,      yes,   yes},

    OperationRow{"listUtilityBills",   yes,    no,      no,    yes},
    OperationRow{"createUtilityBill",  yes,    no,      no,    yes},
    OperationRow{"getUtilityBill",     yes,    no,      no,    yes},
    OperationRow{"correctUtilityBill", yes,    no,      no,    yes},
    OperationRow{"listCosts",          yes,    no,      no,    yes},
    OperationRow{"createCost",         yes,    no,      no,    yes},
    OperationRow{"correctCost",        yes,    no,      no,    yes},
    OperationRow{"listCostSettings",   yes,    no,      no,    yes},
    OperationRow{"addCostSetting",     yes,    no,      no,    no},
    OperationRow{"listFacilityModes",  yes,    no,      no,    yes},
    OperationRow{"switchFacilityMode", yes,    no,      no,    no},
    OperationRow{"getCostRecovery",    yes,    no,      no,    yes},

    OperationRow{"listMaterials",      yes,    yes,     no,    yes},
    OperationRow{"createMaterial",     yes,    no,      no,    no},
    OperationRow{"addMaterialPrice",   yes,    no,      no,    yes},
    OperationRow{"listRecyclingSettings", yes,    yes,     no,    yes},
    OperationRow{"addRecyclingSetting", yes,    no,      no,    no},
    OperationRow{"listWeighTickets",   yes,    yes,     no,    yes},
    OperationRow{"createWeighTicket",  yes,    yes,     no,    no},
    OperationRow{"correctWeighTicket", yes,    no,      no,    yes},
    OperationRow{"listRecyclingBatches", yes,    yes,     no,    yes},
    OperationRow{"beginRecyclingBatch", yes,    yes,     no,    no},
    OperationRow{"endRecyclingBatch",  yes,    yes,     no,    no},
    OperationRow{"getRecyclingReport", yes,    yes,     no,    yes},
    OperationRow{"exportWeighTickets", yes,    no,      no,    yes},
};
// clang-format on

/// What is open to who first has to choose a password or to set up a second factor.
constexpr std::array<std::string_view, 6> kFirstSteps{
    "getMe",       "deleteSession",     "changePassword",
    "getMyAccess", "beginSecondFactor", "confirmSecondFactor"};

bool grants(OperationRow const& row, std::string_view role) {
    if (role.starts_with("must_"))
        return std::ranges::find(kFirstSteps, row.operation_id) != kFirstSteps.end();
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

bool keeps_books(http::Principal const& principal) {
    return principal.has("manager") || principal.has("accountant");
}

}  // namespace karkhana::people

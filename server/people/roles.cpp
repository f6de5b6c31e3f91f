#include "server/people/roles.hpp"

#include <algorithm>

namespace karkhana::people {
/// The words that the table is written in.
namespace role_words {

/// In the order of all_roles().
constexpr RoleSet manager = RoleSet::of(0);
constexpr RoleSet operator_ = RoleSet::of(1);
constexpr RoleSet desk = RoleSet::of(2);
constexpr RoleSet owner = RoleSet::of(3);
constexpr RoleSet member = RoleSet::of(4);
constexpr RoleSet accountant = RoleSet::of(5);
constexpr RoleSet committee = RoleSet::of(6);
constexpr RoleSet trainer = RoleSet::of(7);
constexpr RoleSet mechanic = RoleSet::of(8);
constexpr RoleSet partner = RoleSet::of(9);
constexpr RoleSet programme = RoleSet::of(10);
constexpr RoleSet auditor = RoleSet::of(11);
constexpr RoleSet technician = RoleSet::of(12);
constexpr RoleSet administrator = RoleSet::of(13);

constexpr RoleSet floor = manager | operator_ | desk;
constexpr RoleSet books = manager | accountant;
constexpr RoleSet readers = floor | accountant | auditor;
constexpr RoleSet registry = floor | accountant;
constexpr RoleSet staff = readers | committee | trainer | mechanic | technician | administrator;
constexpr RoleSet payers = books | owner;
constexpr RoleSet doers = floor | owner | member;
constexpr RoleSet users = staff | owner | member;
constexpr RoleSet viewers = users | partner;
constexpr RoleSet everyone = viewers | programme;
constexpr RoleSet commissioners = manager | technician;

/// What owners, members and officers of a partner may do is narrowed further by the handlers to
/// what is theirs.
constexpr OperationRow table[]{
    {"createSession", everyone},
    {"deleteSession", everyone},
    {"getMe", everyone},
    {"getMyAccess", everyone},
    {"changePassword", everyone},
    {"listSessions", everyone},
    {"endSession", everyone},
    {"endOtherSessions", everyone},
    {"listTokens", everyone},
    {"createToken", everyone},
    {"revokeToken", everyone},
    {"beginSecondFactor", everyone},
    {"confirmSecondFactor", everyone},
    {"removeSecondFactor", everyone},
    {"getAccessSettings", registry | administrator},
    {"changeAccessSettings", manager | administrator},
    {"resetPassword", manager | administrator},
    {"listRecoveries", registry | administrator},
    {"askRecovery", registry | administrator},
    {"approveRecovery", registry | administrator},
    {"getSetUp", everyone},
    {"setUp", everyone},
    {"createPinSession", everyone},
    {"changePin", everyone},
    {"issuePin", floor},
    {"getOpenApi", everyone},
    {"getHealth", everyone},
    {"getReadiness", everyone},
    {"getMetrics", everyone},
    {"streamEvents", everyone},

    {"listFacilities", everyone},
    {"listMachines", everyone},
    {"getMachine", everyone},

    {"getAvailability", viewers},
    {"listAvailability", viewers},
    {"getCalendar", viewers},
    {"findTime", users},
    {"createQuote", users},
    {"createBooking", doers},
    {"listBookings", viewers},
    {"getBooking", viewers},
    {"changeBooking", doers},
    {"cancelBooking", doers},
    {"checkInBooking", doers},
    {"checkInByPin", doers},
    {"startBooking", doers},
    {"pauseBooking", doers},
    {"stopBooking", doers},
    {"withdrawStop", doers},

    {"undoBooking", doers},
    {"releaseBooking", floor},
    {"approveBooking", manager},
    {"refuseBooking", manager},
    {"excuseBooking", manager},
    {"handOverBooking", doers},
    {"joinWaitlist", doers},
    {"listWaitlist", users},
    {"leaveWaitlist", doers},
    {"takeOffer", doers},
    {"declineOffer", doers},
    {"skipWaiting", manager},
    {"getQueueLog", users},
    {"listProposals", users},
    {"takeProposal", doers},
    {"takeAllProposals", floor},
    {"declineProposal", doers},
    {"previewClosure", manager},
    {"createClosure", manager},
    {"previewSeries", doers},
    {"createSeries", doers},
    {"getSeries", users},
    {"changeSeries", doers},
    {"cancelSeries", doers},
    {"approveSeries", manager},
    {"refuseSeries", manager},
    {"createFeed", users},
    {"listFeeds", users},
    {"revokeFeed", users},
    {"readFeed", everyone},
    {"createTimetable", manager},
    {"listTimetables", staff},
    {"endTimetable", manager},

    {"listUsageSessions", viewers},
    {"getUsageSession", viewers},
    {"assignUsageSession", floor},
    {"previewCorrection", books | auditor},
    {"correctRegister", manager},
    {"listPoints", users},
    {"listReadings", users},
    {"exportReadings", users},
    {"getMeterBalance", staff},
    {"getFacilityBalance", books | auditor | committee},
    {"listDevices", staff},
    {"listLines", staff},
    {"listLineFrames", staff},
    {"scanLine", commissioners},
    {"identifyUnit", commissioners},
    {"readUnit", commissioners},
    {"writeCoil", commissioners},
    {"listAlarms", staff},
    {"acknowledgeAlarm", floor | mechanic | technician},
    {"exchangeMeter", commissioners},

    {"listNotices", everyone},
    {"readNotice", everyone},
    {"readNotices", everyone},
    {"getContact", everyone},
    {"changeContact", everyone},
    {"listMessages", readers | technician | administrator},
    {"retryMessage", manager | administrator | technician},
    {"testMessage", manager | administrator | technician},
    {"listContacts", users},
    {"changeEnterpriseContact", doers},
    {"changePersonContact", manager | administrator},
    {"getQuietHours", staff},
    {"changeQuietHours", manager | administrator},
    {"listWebhooks", manager | accountant | auditor | administrator},
    {"createWebhook", manager | administrator},
    {"deleteWebhook", manager | administrator},

    {"listPlans", staff},
    {"createPlan", manager},
    {"completePlan", floor | mechanic},
    {"retirePlan", manager},
    {"listTickets", staff},
    {"openTicket", floor | mechanic},
    {"getTicket", staff},
    {"changeTicket", floor | mechanic},
    {"closeTicket", floor | mechanic},
    {"addPhoto", floor | mechanic},
    {"getPhoto", staff},
    {"getReliability", staff},
    {"getOpening", everyone},
    {"saveProfile", manager},
    {"savePeriods", manager},
    {"saveSpecialDays", manager},
    {"importSpecialDays", manager},
    {"saveWeek", manager},
    {"listGroups", everyone},
    {"saveGroup", manager},
    {"listReserved", users},
    {"saveReserved", manager},
    {"listResources", users},
    {"saveResource", manager},
    {"retireResource", manager},
    {"saveNeeds", manager},
    {"listShifts", staff},
    {"saveShifts", manager},
    {"listAuthorisations", users},
    {"grantAuthorisation", manager | trainer},
    {"revokeAuthorisation", manager | trainer},
    {"listOutages", users},
    {"createOutage", manager},
    {"withdrawOutage", manager},
    {"listSettings", users},
    {"addSetting", manager},
    {"explainLimits", users},
    {"getShares", books | owner | member | auditor | committee},

    {"listEnterprises", registry | auditor | trainer | partner},
    {"createEnterprise", registry},
    {"getEnterprise", registry | auditor | trainer | partner},
    {"addPhone", registry},
    {"removePhone", books},
    {"changeBin", registry},
    {"issueCard", floor},
    {"revokeCard", floor},
    {"changeMembership", manager},
    {"listDuplicates", registry | auditor},
    {"mergeEnterprises", manager},
    {"undoMerge", manager},
    {"listTrainings", staff},
    {"listCourses", users},
    {"createCourse", manager | trainer},
    {"retireCourse", manager | trainer},
    {"passCourse", manager | trainer},
    {"listCompetences", users},
    {"recordAttendance", floor | trainer},
    {"listPeople", manager | accountant | auditor | administrator | trainer},
    {"createPerson", manager | administrator},
    {"changeBirth", manager | administrator | desk},
    {"grantRole", manager | administrator},
    {"revokeRole", manager | administrator},
    {"listRoleRequests", manager | accountant | auditor | administrator},
    {"decideRole", manager | administrator},
    {"listComments", books | auditor | committee},
    {"addComment", books | auditor},
    {"getProgrammeReport", books | auditor | committee | programme},
    {"listPartners", staff | partner},
    {"createPartner", manager | administrator},
    {"listSectors", staff | partner},
    {"changeEnterprise", registry},
    {"attestWomenLed", manager | desk},
    {"listAudit", manager | accountant | auditor | administrator},

    {"listRateCards", books | owner | member | auditor | committee},
    {"listServices", users},
    {"createService", books},
    {"sellService", floor | accountant},
    {"createUsageEvent", floor | accountant},
    {"listItems", books | auditor},
    {"withdrawItem", books},
    {"listTaxes", staff},
    {"setTaxRegime", books},
    {"setTaxCode", books},
    {"createCreditNote", books},
    {"createRateCard", books},
    {"createBillingRun", books},
    {"listInvoices", payers | auditor},
    {"getInvoice", payers | auditor},
    {"getLineProof", payers | auditor},
    {"getInvoiceEvidence", payers | auditor},
    {"getInvoicePdf", payers | auditor},
    {"finalizeBillingRun", books},
    {"listNumberBlocks", books | auditor},
    {"reserveNumbers", manager},
    {"holdNumbers", manager},
    {"returnNumbers", manager},
    {"listPacks", payers | auditor},
    {"listPackDraws", payers | auditor},
    {"sellPack", books},
    {"refundPack", books},
    {"listHeldBills", books},
    {"askRelease", books},
    {"decideRelease", books},
    {"finalizeInvoice", books},
    {"createPayment", books},
    {"listPayments", books | auditor},
    {"receivePayment", books},
    {"reversePayment", books},
    {"createWaiver", books},
    {"listWaivers", books | auditor | committee},
    {"decideWaiver", books},
    {"getMoneySettings", books | auditor},
    {"saveMoneySettings", manager},
    {"getBanglaQr", payers | auditor},
    {"listClaims", payers | auditor},
    {"createClaim", payers},
    {"matchClaim", books},
    {"applyClaim", books},
    {"rejectClaim", books},
    {"listStatementLines", books | auditor},
    {"importStatement", books},
    {"getWallet", payers | auditor},
    {"holdWallet", books},
    {"refundWallet", books},
    {"endHold", books},
    {"getAccountStatement", payers | auditor},
    {"getAgeing", books | auditor},
    {"listDisputes", payers | auditor},
    {"createDispute", payers},
    {"answerDispute", books},
    {"settleDispute", books},
    {"listCashDays", books | auditor},
    {"closeCashDay", books},
    {"getPeriodClose", books | auditor},
    {"closePeriod", books},
    {"reopenPeriod", books},
    {"getLedger", books | auditor},
    {"getReceiptPdf", payers | auditor},
    {"getStatementPdf", payers | auditor},
    {"getReminderPdf", payers | auditor},
    {"getQuotationPdf", users},
    {"getJobSlip", users},
    {"getJobSlipText", users},
    {"getJobSlipPdf", users},
    {"verifyDocument", everyone},
    {"exportFile", books | auditor},
    {"importTable", manager},
    {"getInvoiceUbl", payers | auditor},
    {"exportGreenButton", payers | auditor},

    {"listUtilityBills", books | auditor | committee},
    {"createUtilityBill", books},
    {"getUtilityBill", books | auditor | committee},
    {"correctUtilityBill", books},
    {"listCosts", books | auditor | committee},
    {"createCost", books},
    {"correctCost", books},
    {"listCostSettings", books | auditor | committee},
    {"addCostSetting", manager},
    {"listFacilityModes", books | auditor | committee},
    {"switchFacilityMode", manager},
    {"getCostRecovery", books | auditor | committee},

    {"listMaterials", staff},
    {"createMaterial", manager},
    {"addMaterialPrice", books},
    {"listRecyclingSettings", staff},
    {"addRecyclingSetting", manager},
    {"listWeighTickets", staff},
    {"createWeighTicket", floor},
    {"correctWeighTicket", books},
    {"listRecyclingBatches", staff},
    {"beginRecyclingBatch", floor},
    {"endRecyclingBatch", floor},
    {"getRecyclingReport", staff},
    {"exportWeighTickets", books | auditor},
};

}  // namespace role_words

namespace {

/// What is open to who first has to choose a password or to set up a second factor.
constexpr std::array<std::string_view, 6> kFirstSteps{
    "getMe",       "deleteSession",     "changePassword",
    "getMyAccess", "beginSecondFactor", "confirmSecondFactor"};

bool grants(OperationRow const& row, std::span<std::string const> names) {
    auto const first = [](std::string const& name) { return name.starts_with("must_"); };
    if (std::ranges::any_of(names, first))
        return std::ranges::find(kFirstSteps, row.operation_id) != kFirstSteps.end();
    return row.roles.meets(set_of(names));
}

}  // namespace

std::span<OperationRow const> role_table() { return role_words::table; }

std::string role_table_markdown() {
    std::string out = "| Operation |";
    std::string line = "|---|";
    for (auto const& role : all_roles()) {
        out += ' ' + std::string{role.name} + " |";
        line += ":-:|";
    }
    out += '\n' + line + '\n';
    for (auto const& row : role_words::table) {
        out += "| " + std::string{row.operation_id} + " |";
        for (auto const& role : all_roles()) out += row.roles.meets(role.bit) ? " x |" : "  |";
        out += '\n';
    }
    return out;
}

bool may_call(http::Principal const& principal, std::string_view operation_id) {
    auto const row =
        std::ranges::find(role_words::table, operation_id, &OperationRow::operation_id);
    return row != std::end(role_words::table) && grants(*row, principal.roles);
}

std::vector<std::string_view> operations_of(std::span<std::string const> names) {
    std::vector<std::string_view> found;
    for (auto const& row : role_words::table)
        if (grants(row, names)) found.push_back(row.operation_id);
    return found;
}

bool is_staff(http::Principal const& principal) {
    return set_of(principal.roles).meets(role_words::staff);
}

bool serves(http::Principal const& principal) {
    return set_of(principal.roles).meets(role_words::floor);
}

bool keeps_books(http::Principal const& principal) {
    return set_of(principal.roles).meets(role_words::books | role_words::auditor);
}

}  // namespace karkhana::people

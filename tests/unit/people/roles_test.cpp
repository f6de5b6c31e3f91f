#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <set>
#include <string>

#include "server/people/roles.hpp"

namespace karkhana::people {
namespace {

/// operationId and whether it is open, of every operation of the contract.
std::map<std::string, bool> contract() {
    auto const root = std::filesystem::path(__FILE__).parent_path() / "../../..";
    std::ifstream file(root / "schema/openapi.yaml");
    std::map<std::string, bool> found;
    std::string last;
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view kKey = "operationId: ";
        auto const at = line.find(kKey);
        if (at != std::string::npos) found[last = line.substr(at + kKey.size())] = false;
        if (line.find("      security: []") == 0) found[last] = true;
    }
    return found;
}

http::Principal with(std::vector<std::string> roles) { return {.roles = std::move(roles)}; }

TEST(RoleTable, HasARowForEachOperationOfTheContract) {
    std::set<std::string> rows, operations;
    for (auto const& row : role_table())
        EXPECT_TRUE(rows.insert(std::string{row.operation_id}).second) << row.operation_id;
    for (auto const& [operation, open] : contract()) operations.insert(operation);
    EXPECT_GT(operations.size(), 40u);
    EXPECT_EQ(rows, operations);
}

TEST(RoleTable, WhatIsOpenIsForEveryRole) {
    auto const operations = contract();
    for (auto const& row : role_table())
        for (auto const& role : all_roles())
            EXPECT_TRUE(!operations.at(std::string{row.operation_id}) || row.roles.meets(role.bit))
                << row.operation_id << ' ' << role.name;
}

TEST(RoleTable, AManagerMayDoEverything) {
    for (auto const& row : role_table())
        EXPECT_TRUE(may_call(with({"manager"}), row.operation_id)) << row.operation_id;
}

TEST(RoleTable, EveryRoleHasItsOwnName) {
    std::set<std::string_view> names;
    for (auto const& role : all_roles()) {
        EXPECT_TRUE(names.insert(role.name).second) << role.name;
        EXPECT_EQ(find_role(role.name), &role);
        EXPECT_TRUE(may_call(with({std::string{role.name}}), "getMe")) << role.name;
    }
    EXPECT_EQ(names.size(), 14u);
    EXPECT_EQ(find_role("root"), nullptr);
}

/// What is only read: no role of those that look may change anything but its own things.
TEST(RoleTable, WhoOnlyLooksChangesNothing) {
    std::set<std::string_view> const own{
        "createSession",       "deleteSession",     "readNotice",  "readNotices",
        "changeContact",       "createFeed",        "revokeFeed",  "changePassword",
        "endSession",          "endOtherSessions",  "createToken", "revokeToken",
        "changePin",           "createPinSession",  "setUp",       "beginSecondFactor",
        "confirmSecondFactor", "removeSecondFactor"};
    for (auto const role : {"committee", "auditor", "partner", "programme"})
        for (auto const& operation : operations_of(std::vector<std::string>{role})) {
            bool const reads = operation.starts_with("get") || operation.starts_with("list") ||
                               operation.starts_with("export") || operation.starts_with("stream") ||
                               operation.starts_with("find") || operation.starts_with("preview") ||
                               operation == "readFeed" || operation == "explainLimits" ||
                               operation == "createQuote" || operation == "verifyDocument";
            bool const comments = operation == "addComment" && std::string_view{role} == "auditor";
            EXPECT_TRUE(reads || comments || own.contains(operation)) << role << ' ' << operation;
        }
}

TEST(RoleTable, OnlyManagerAccountantAndAdministratorNeedASecondPerson) {
    std::set<std::string_view> powerful;
    for (auto const& role : all_roles())
        if (role.powerful) powerful.insert(role.name);
    EXPECT_EQ(powerful, (std::set<std::string_view>{"manager", "accountant", "administrator"}));
}

TEST(RoleTable, AMemberBooksAndAnOwnerSeesTheBillsToo) {
    for (auto const operation : {"createBooking", "listBookings", "startBooking"}) {
        EXPECT_TRUE(may_call(with({"member"}), operation)) << operation;
        EXPECT_TRUE(may_call(with({"owner"}), operation)) << operation;
    }
    for (auto const operation :
         {"listInvoices", "getInvoicePdf", "createDispute", "getAccountStatement", "getWallet"}) {
        EXPECT_FALSE(may_call(with({"member"}), operation)) << operation;
        EXPECT_TRUE(may_call(with({"owner"}), operation)) << operation;
    }
}

TEST(RoleTable, AProgrammeOfficerSeesReportsAlone) {
    for (auto const operation : {"listBookings", "listEnterprises", "getEnterprise", "listPeople",
                                 "listUsageSessions", "listInvoices", "exportFile"})
        EXPECT_FALSE(may_call(with({"programme"}), operation)) << operation;
    EXPECT_TRUE(may_call(with({"programme"}), "getProgrammeReport"));
}

TEST(RoleTable, TheDocumentationSaysTheSame) {
    auto const root = std::filesystem::path(__FILE__).parent_path() / "../../..";
    std::ifstream file(root / "schema/roles.md");
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_THAT(text, ::testing::EndsWith(role_table_markdown()))
        << "build/release/karkhana roles prints the table of schema/roles.md";
}

TEST(RoleTable, NobodyMayDoNothing) {
    for (auto const& row : role_table()) {
        EXPECT_FALSE(may_call(with({}), row.operation_id));
        EXPECT_FALSE(may_call(with({"root"}), row.operation_id));
    }
    EXPECT_FALSE(may_call(with({"manager"}), "dropTables"));
}

TEST(RoleTable, MoneyIsForAccountantAndManager) {
    for (auto const operation :
         {"finalizeInvoice", "createPayment", "createBillingRun", "createRateCard", "getLedger",
          "exportFile", "receivePayment", "reversePayment", "applyClaim", "importStatement",
          "decideWaiver", "refundWallet", "closeCashDay", "closePeriod"}) {
        EXPECT_TRUE(may_call(with({"accountant"}), operation)) << operation;
        EXPECT_FALSE(may_call(with({"operator"}), operation)) << operation;
        EXPECT_FALSE(may_call(with({"member"}), operation)) << operation;
    }
}

TEST(RoleTable, AMemberSeesNeitherOthersNorTheTrail) {
    for (auto const operation :
         {"listEnterprises", "listPeople", "listAudit", "listPayments", "listDevices", "listLines",
          "listLineFrames", "createPerson", "assignUsageSession"})
        EXPECT_FALSE(may_call(with({"member"}), operation)) << operation;
}

TEST(RoleTable, OnlyManagerAndTechnicianLookForDevices) {
    for (auto const operation : {"scanLine", "identifyUnit", "readUnit", "writeCoil"}) {
        for (auto const& role : all_roles())
            EXPECT_EQ(may_call(with({std::string{role.name}}), operation),
                      role.name == "manager" || role.name == "technician")
                << operation << ' ' << role.name;
    }
}

TEST(RoleTable, AnAccountantReadsEverythingAndBooksNothing) {
    for (auto const& row : role_table()) {
        bool const reads =
            row.operation_id.starts_with("list") || row.operation_id.starts_with("get");
        bool const books = row.operation_id.ends_with("Booking") && !reads;
        EXPECT_TRUE(may_call(with({"accountant"}), row.operation_id) || !reads) << row.operation_id;
        EXPECT_FALSE(may_call(with({"accountant"}), row.operation_id) && books) << row.operation_id;
    }
}

TEST(RoleTable, WhatComesFirstLetsInToNothingElse) {
    std::set<std::string_view> const first{
        "getMe",          "deleteSession",     "getMyAccess",
        "changePassword", "beginSecondFactor", "confirmSecondFactor"};
    for (auto const role : {"must_change_password", "must_set_up_code"})
        for (auto const& row : role_table())
            EXPECT_EQ(may_call(with({role}), row.operation_id), first.contains(row.operation_id))
                << role << row.operation_id;
}

TEST(RoleTable, RolesAddUp) {
    EXPECT_FALSE(may_call(with({"operator"}), "listInvoices"));
    EXPECT_TRUE(may_call(with({"operator", "accountant"}), "listInvoices"));
    std::vector<std::string> const roles{"operator", "accountant"};
    auto const both = operations_of(roles);
    EXPECT_THAT(both, ::testing::IsSupersetOf({"createBooking", "createPayment"}));
    EXPECT_THAT(both, ::testing::Not(::testing::Contains("createPerson")));
    EXPECT_EQ(std::set(both.begin(), both.end()).size(), both.size());
}

TEST(Staff, IsWhoIsHereForTheFacility) {
    for (auto const& role : all_roles())
        EXPECT_EQ(is_staff(with({std::string{role.name}})), role.scope == Scope::facility)
            << role.name;
    EXPECT_TRUE(is_staff(with({"member", "operator"})));
    EXPECT_FALSE(is_staff(with({})));
}

TEST(Staff, AnOperatorWhoIsAMemberDoesNotKeepTheBooks) {
    EXPECT_TRUE(keeps_books(with({"manager"})));
    EXPECT_TRUE(keeps_books(with({"auditor"})));
    EXPECT_FALSE(keeps_books(with({"committee"})));
    EXPECT_FALSE(keeps_books(with({"owner"})));
    EXPECT_TRUE(keeps_books(with({"member", "accountant"})));
    EXPECT_FALSE(keeps_books(with({"member", "operator"})));
}

}  // namespace
}  // namespace karkhana::people

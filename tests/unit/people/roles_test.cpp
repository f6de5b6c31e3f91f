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
    for (auto const& row : role_table())
        EXPECT_TRUE(!contract().at(std::string{row.operation_id}) ||
                    (row.manager && row.operator_ && row.member && row.accountant))
            << row.operation_id;
}

TEST(RoleTable, AManagerMayDoEverything) {
    for (auto const& row : role_table()) EXPECT_TRUE(row.manager) << row.operation_id;
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

TEST(RoleTable, OnlyAManagerLooksForDevices) {
    for (auto const operation : {"scanLine", "identifyUnit", "readUnit", "writeCoil"}) {
        EXPECT_TRUE(may_call(with({"manager"}), operation)) << operation;
        EXPECT_FALSE(may_call(with({"operator", "accountant", "member"}), operation)) << operation;
    }
}

TEST(RoleTable, AnAccountantReadsEverythingAndBooksNothing) {
    for (auto const& row : role_table()) {
        bool const reads =
            row.operation_id.starts_with("list") || row.operation_id.starts_with("get");
        bool const books = row.operation_id.ends_with("Booking") && !reads;
        EXPECT_TRUE(row.accountant || !reads) << row.operation_id;
        EXPECT_FALSE(row.accountant && books) << row.operation_id;
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

TEST(Staff, IsEverybodyButMembers) {
    for (auto const role : {"manager", "operator", "accountant"})
        EXPECT_TRUE(is_staff(with({role}))) << role;
    EXPECT_FALSE(is_staff(with({"member"})));
    EXPECT_TRUE(is_staff(with({"member", "operator"})));
    EXPECT_FALSE(is_staff(with({})));
}

TEST(Staff, AnOperatorWhoIsAMemberDoesNotKeepTheBooks) {
    EXPECT_TRUE(keeps_books(with({"manager"})));
    EXPECT_TRUE(keeps_books(with({"member", "accountant"})));
    EXPECT_FALSE(keeps_books(with({"member", "operator"})));
}

}  // namespace
}  // namespace karkhana::people

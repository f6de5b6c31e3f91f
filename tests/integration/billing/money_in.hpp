#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "server/billing/claims.hpp"
#include "server/billing/items.hpp"
#include "server/billing/tax_records.hpp"
#include "server/billing/wallet.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {

/// A centre with one ME, two people who handle money, and the ways in which money comes in.
class MoneyIn : public tests::StoreTest {
protected:
    MoneyIn() { centre.add_usual_rates(); }

    /// A final invoice of so much: 10 Tk a kWh off-peak, so a watt-hour is a poisha.
    InvoiceId billed(std::string const& who, std::int64_t poisha) {
        centre.half_an_hour(who, fmt::format("2026-11-{:02}", ++day), poisha);
        auto const id = centre.run("2026-11").at(0);
        EXPECT_TRUE(centre.finalise(id));
        return id;
    }
    Item service(std::string source_id, std::int64_t poisha) {
        Item made;
        made.id = centre.ids.make<ItemId>();
        made.enterprise = lakshmi;
        made.source = "service";
        made.source_id = std::move(source_id);
        made.happened_at = dhaka("2026-11-20 15:00");
        made.label = {"Design", "নকশা"};
        made.unit = "file";
        made.price = {poisha * 10'000};
        made.amount = {poisha};
        made.income = "income:service";
        made.tax_code = std::string{kStandardTax};
        made.created_at = centre.clock.now();
        return made;
    }
    void add(Item const& item) {
        EXPECT_TRUE(ledger().write(
            [&](store::Writer& writer) { return add_item(writer, facility, item); }));
    }
    /// A final invoice of a service of so much, and what tax there is.
    InvoiceId served(std::int64_t poisha) {
        add(service("file " + std::to_string(++day), poisha));
        auto const id = centre.run("2026-11").at(0);
        EXPECT_TRUE(centre.finalise(id));
        return id;
    }
    void take_vat(bool advance) {
        ledger().write([&](store::Writer& writer) {
            auto const now = centre.clock.now();
            auto const since = dhaka("2026-11-01 00:00");
            insert_tax_setting(
                writer, facility,
                {since, Regime::vat, TaxRounding::line, false, "000000001-0101", "registered"},
                clerk, now);
            insert_tax_code(writer, facility,
                            {"standard", since, 1500, {"VAT", "ভ্যাট"}, "S099.20", "s.15"}, clerk,
                            now);
            return add_money_settings(writer, facility, {.wallet_is_advance = advance}, checker,
                                      now);
        });
    }
    Result<Payment> take(Receipt const& receipt) {
        return ledger().write([&](store::Writer& writer) {
            return receive(writer, facility, centre.ids, receipt, clerk, centre.clock.now());
        });
    }
    Result<Payment> cash(InvoiceId const& id, std::int64_t poisha) {
        return ledger().write([&](store::Writer& writer) {
            return receive_cash(writer, facility, centre.ids, id, {poisha}, std::nullopt, clerk,
                                centre.clock.now());
        });
    }
    Result<Payment> top_up(std::int64_t poisha) {
        return take({.enterprise = lakshmi,
                     .method = "cash",
                     .amount = {poisha},
                     .invoices = std::vector<InvoiceId>{}});
    }
    Result<Claim> claim(std::string trx_id, InvoiceId const& invoice, std::int64_t poisha) {
        Claim claim;
        claim.id = centre.ids.make<ClaimId>();
        claim.channel = "bkash";
        claim.trx_id = std::move(trx_id);
        claim.enterprise = lakshmi;
        claim.invoice = invoice;
        claim.amount = {poisha};
        claim.paid_at = centre.clock.now();
        claim.claimed_by = clerk;
        return ledger().write([&](store::Writer& writer) {
            return make_claim(writer, facility, claim, centre.clock.now());
        });
    }
    template <class Act>
    auto act(Act&& work) {
        return ledger().write(
            [&](store::Writer& writer) { return work(writer, centre.clock.now()); });
    }
    Money balance(std::string const& account) {
        return ledger().read(
            [&](store::Reader& reader) { return balance_of(reader, facility, account); });
    }
    Money due(InvoiceId const& id) {
        return ledger().read(
            [&](store::Reader& reader) { return find_invoice(reader, facility, id)->due(); });
    }
    Result<Imported> import(std::vector<Seen> lines) {
        StatementFile file;
        for (auto& line : lines) {
            line.channel = "bkash";
            line.paid_at = centre.clock.now();
            file.lines.push_back(line);
            file.file_lines.push_back(static_cast<int>(file.lines.size()) + 1);
        }
        return act([&](store::Writer& writer, Instant now) {
            return import_statement(writer, facility, centre.ids, file, "bkash",
                                    std::string(64, 'a'), clerk, now);
        });
    }

    int day = 0;
    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    PersonId clerk = centre.person("accountant", {}).person;
    PersonId checker = centre.person("manager", {}).person;
    EnterpriseId lakshmi = centre.enterprise("Lakshmi");
    std::string wallet = account::wallet(lakshmi);
    std::string receivable = account::receivable(lakshmi);
    std::string const vat{account::vat_output};
    std::string const bkash = account::bank("bkash");
    std::string const unmatched{account::unmatched};
};

}  // namespace karkhana::billing

#include <cctype>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <random>

#include "server/billing/closing.hpp"
#include "server/billing/items.hpp"
#include "server/billing/payments.hpp"
#include "server/billing/tax_records.hpp"
#include "server/billing/waivers.hpp"
#include "tests/integration/billing/damage.hpp"

namespace karkhana::billing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A ledger of everything that money rests on: what was owed before, October billed with VAT and a
/// part of it given back, paid and waived, then closed, opened again and closed; November closed.
class Flips : public tests::StoreTest {
protected:
    Flips() {
        centre.add_usual_rates();
        register_for_vat();
        centre.clock.set(dhaka("2026-10-20 09:00"));
        act([&](store::Writer& writer, Instant now) {
            open_account(writer, facility, centre.ids, {lakshmi, {12'345}, "as of the book", now});
            return true;
        });
        centre.clock.set(dhaka("2026-11-02 09:00"));
        centre.half_an_hour("Lakshmi", "2026-10-05", 70'000);
        centre.half_an_hour("Rahim", "2026-10-06", 8'000);
        add("service", 30'000);
        for (auto const& id : centre.run("2026-10")) {
            auto const bill = centre.finalise(id).value();
            if (bill.enterprise == lakshmi) bill_ = id;
        }
        pay(5'000);
        add("adjustment", -10'000);
        for (auto const& id : centre.run("2026-11")) EXPECT_TRUE(centre.finalise(id));
        act([&](store::Writer& writer, Instant now) {
            return ask_waiver(writer, facility, centre.ids, bill_, {100}, "goodwill", clerk, now);
        });
        centre.clock.advance(std::chrono::minutes{1});
        count("2026-11-02");
        close("2026-10");
        centre.clock.advance(std::chrono::minutes{1});
        for (auto const& who : {clerk, manager})
            act([&](store::Writer& writer, Instant now) {
                return reopen_period(writer, facility, centre.zone, "2026-10", "late", who, now);
            });
        centre.clock.advance(std::chrono::minutes{1});
        close("2026-10");
        centre.clock.set(dhaka("2026-12-02 09:00"));
        close("2026-11");
        centre.clock.set(dhaka("2026-12-03 09:00"));
        pay(700);
    }

    template <class Act>
    void act(Act&& work) {
        auto const done =
            ledger().write([&](store::Writer& writer) { return work(writer, centre.clock.now()); });
        EXPECT_TRUE(done);
    }
    void register_for_vat() {
        auto const from = dhaka("2026-10-01 00:00");
        act([&](store::Writer& writer, Instant) {
            insert_tax_setting(writer, facility,
                               {from, Regime::vat, TaxRounding::line, false, "1-1", "registered"},
                               clerk, from);
            insert_tax_code(writer, facility,
                            {"standard", from, 1500, {"VAT", "ভ্যাট"}, "S099.20", "Act"}, clerk,
                            from);
            return true;
        });
    }
    void add(std::string source, std::int64_t poisha) {
        Item item;
        item.id = centre.ids.make<ItemId>();
        item.enterprise = lakshmi;
        item.source_id = item.id.text();
        item.happened_at = dhaka("2026-10-20 15:00");
        item.label = {"Design file", "নকশার ফাইল"};
        item.unit = "file";
        item.price = {poisha * 10'000};
        item.amount = {poisha};
        item.income = "income:service";
        item.tax_code = std::string{kStandardTax};
        item.note = "said so";
        item.created_at = centre.clock.now();
        if (source == "adjustment") {
            item.refers_invoice = bill_;
            item.refers_line = 1;
        }
        item.source = std::move(source);
        act([&](store::Writer& writer, Instant) {
            return add_item(writer, facility, item).has_value();
        });
    }
    void pay(std::int64_t poisha) {
        act([&](store::Writer& writer, Instant now) {
            return receive_cash(writer, facility, centre.ids, bill_, Money{poisha}, std::nullopt,
                                clerk, now);
        });
    }
    void count(std::string const& day) {
        act([&](store::Writer& writer, Instant now) {
            return close_cash_day(writer, facility, centre.zone, centre.ids,
                                  parse_date(day).value(), {4'900}, "", "a note was torn", clerk,
                                  now);
        });
    }
    void close(std::string const& period) {
        act([&](store::Writer& writer, Instant now) {
            return close_period(writer, facility, centre.zone, period, clerk, now);
        });
    }
    std::vector<std::string> after(std::string const& sql) {
        return found_after(centre, [&](store::Writer& writer) {
            EXPECT_GT(writer.execute(sql), 0) << "did no damage: " << sql;
        });
    }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    PersonId clerk = centre.person("accountant", {}).person;
    PersonId manager = centre.person("manager", {}).person;
    EnterpriseId lakshmi = centre.enterprise("Lakshmi");
    InvoiceId bill_;
};
KARKHANA_ON_BOTH_ENGINES(Flips);

/// One row of a table, by an order that both engines have, and its bits.
struct Place {
    std::string_view table;
    std::string_view key;
    std::vector<std::string_view> numbers;
    std::vector<std::string_view> texts;
    std::string_view which = "1 = 1";
};

std::vector<Place> const kPlaces = {
    {"billable_item",
     "item_id",
     {"amount_poisha", "price_e4", "quantity", "happened_at"},
     {"label_en", "unit", "income", "note", "source_id", "tax_code"}},
    {"billable_item", "item_id", {"refers_line"}, {}, "refers_line IS NOT NULL"},
    {"invoice_item", "line", {"line"}, {}},
    {"journal_posting", "sequence", {"amount_poisha"}, {"account"}},
    {"journal_entry", "sequence", {"booked_at"}, {"memo", "kind"}},
    {"payment", "sequence", {"amount_poisha", "received_at", "sequence"}, {}},
    {"allocation", "amount_poisha", {"amount_poisha"}, {}},
    {"usage_register", "value_wh", {"value_wh"}, {"words"}},
    {"rate_component", "sequence", {"price_e4"}, {"label_en"}, "sequence = 1"},
    {"charge", "session_id", {"amount_poisha", "quantity", "price_e4"}, {}},
    {"rated_session", "session_id", {"stopped_at"}, {}},
    {"invoice",
     "number_text",
     {"total_poisha", "tax_poisha", "issued_at"},
     {"canonical", "hash", "number_text"},
     "state = 'final'"},
    {"invoice_series", "series", {"last_number"}, {"last_hash"}},
    {"opening_balance", "amount_poisha", {"amount_poisha", "at"}, {"note"}},
    {"waiver", "waiver_id", {"amount_poisha"}, {}},
    {"cash_day", "day", {"counted_poisha", "expected_poisha"}, {"day"}},
    {"period_act", "sequence", {}, {"snapshot", "sha256"}, "action = 'close'"},
    {"tax_setting", "effective_from", {}, {"bin"}},
    {"tax_code", "effective_from", {"rate_e4"}, {}},
};

/// The text with one bit of one plain letter turned over.
std::string turned(std::string text, std::mt19937& chance) {
    std::vector<std::size_t> plain;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (std::isalnum(static_cast<unsigned char>(text[i])) != 0) plain.push_back(i);
    auto& letter = text.at(plain.at(chance() % plain.size()));
    letter = static_cast<char>(letter ^ 1);
    return text;
}

TEST_P(Flips, ABitThatTurnsOverAnywhereIsFound) {
    ASSERT_THAT(centre.findings(), IsEmpty());
    std::mt19937 chance{20261124};
    for (auto const& place : kPlaces) {
        auto const flip = [&](std::string_view column, bool number) {
            std::string said;
            auto const found = found_after(centre, [&](store::Writer& writer) {
                auto const rows =
                    writer.all(fmt::format("SELECT CAST({} AS text) FROM {} WHERE {} ORDER BY {}",
                                           column, place.table, place.which, place.key),
                               [](store::Row const& row) { return row.text(0); });
                auto const was = rows.at(chance() % rows.size());
                auto const now = number ? std::to_string(std::stoll(was) ^ (1 << (chance() % 8)))
                                        : "'" + turned(was, chance) + "'";
                said =
                    fmt::format("UPDATE {} SET {} = {} WHERE {} = {} AND {}", place.table, column,
                                now, column, number ? was : "'" + was + "'", place.which);
                EXPECT_GT(writer.execute(said), 0) << said;
            });
            EXPECT_FALSE(found.empty()) << said;
        };
        for (auto const column : place.numbers)
            for (int round = 0; round < 2; ++round) flip(column, true);
        for (auto const column : place.texts)
            for (int round = 0; round < 2; ++round) flip(column, false);
    }
}

TEST_P(Flips, TheFirstMonthIsStillHeldAgainstItsSnapshotWhenALaterOneIsClosed) {
    // An entry slipped into October, in balance, with a number and all.
    auto const found = found_after(centre, [&](store::Writer& writer) {
        JournalEntry entry;
        entry.id = centre.ids.make<EntryId>();
        entry.kind = "opening";
        entry.document = entry.id.text();
        entry.booked_at = dhaka("2026-12-03 09:00");
        entry.postings = {{"assets:cash", {500}}, {"income:rounding", {-500}}};
        auto const sequence = book(writer, facility, entry);
        writer.execute("UPDATE journal_entry SET effective_at = $1 WHERE sequence = $2",
                       dhaka("2026-10-15 09:00"), sequence);
    });
    EXPECT_THAT(found, Contains(HasSubstr("month 2026-10: the ledger is not what it was closed")));
    EXPECT_THAT(found, Contains(HasSubstr("month 2026-11: the ledger is not what it was closed")));
}

TEST_P(Flips, AMonthThatWasOpenedAgainIsHeldAgainstWhatItWasClosedWith) {
    auto const found = after("UPDATE period_act SET snapshot = REPLACE(snapshot, '1', '2') "
                             "WHERE sequence = (SELECT MIN(sequence) FROM period_act)");
    EXPECT_THAT(found, Contains(HasSubstr("month 2026-10: its snapshot was changed")));
    EXPECT_THAT(found, Contains(HasSubstr("month 2026-10: the ledger is not what it was closed")));
}

TEST_P(Flips, WhatWasOwedBeforeIsWhatTheImportedTableSaid) {
    EXPECT_THAT(after("UPDATE journal_posting SET amount_poisha = 2 * amount_poisha WHERE sequence "
                      "= (SELECT sequence FROM journal_entry WHERE kind = 'opening')"),
                Contains(HasSubstr("does not follow from its document")));
    EXPECT_THAT(after("DELETE FROM opening_balance"),
                Contains(HasSubstr("does not follow from its document")));
    EXPECT_THAT(after("DELETE FROM journal_entry WHERE kind = 'opening'"),
                Contains(HasSubstr("is not booked")));
}

/// What no other test plants.
constexpr std::pair<std::string_view, std::string_view> kPlanted[] = {
    {"UPDATE invoice SET tax_poisha = tax_poisha + 1 WHERE state = 'final'", "its tax is not what"},
    {"DELETE FROM usage_register WHERE 1 = 1", "do not follow"},
    {"DELETE FROM invoice WHERE kind = 'invoice' AND state = 'final'",
     "it is on an invoice that is not there"},
    {"DELETE FROM usage_session", "it is rated but not there"},
    {"UPDATE journal_entry SET document_id = entry_id WHERE kind = 'payment'", "is not booked"},
    {"UPDATE billable_item SET enterprise_id = (SELECT MAX(CAST(e.enterprise_id AS TEXT)) "
     "FROM enterprise e WHERE e.name_en = 'Rahim')",
     "a line is not what was issued"},
};

TEST_P(Flips, EachFaultIsNamed) {
    for (auto const& [damage, finding] : kPlanted) {
        std::string sql{damage};
        if (auto const cast = sql.find("(SELECT MAX("); is_postgres() && cast != std::string::npos)
            sql = sql.substr(0, cast) + "CAST(" + sql.substr(cast) + " AS uuid)";
        EXPECT_THAT(after(sql), Contains(HasSubstr(finding))) << sql;
    }
}

}  // namespace
}  // namespace karkhana::billing

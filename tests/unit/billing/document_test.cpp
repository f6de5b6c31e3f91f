#include <gtest/gtest.h>

#include "server/billing/document.hpp"

namespace karkhana::billing {
namespace {

template <class AnyId>
AnyId id(std::uint8_t number) {
    AnyId made;
    made.uuid.bytes[15] = number;
    return made;
}

InvoiceDocument document() {
    InvoiceDocument made;
    made.number = "BHAIRAB/2026-27/000001";
    made.issued_at = instant(1'796'000'000'000'001);
    made.period = "2026-11";
    made.seller = {
        id<FacilityId>(1), {"A \"quoted\" name\\", "ভৈরব"}, {"Road\n2", ""}, "Asia/Dhaka"};
    made.buyer = {id<EnterpriseId>(2), {"Lakshmi", "লক্ষ্মী"}, ""};
    made.rate_cards = {{id<RateCardId>(3), "Prices", 2}};
    made.sessions = {{id<SessionId>(4),
                      {"Laser", "লেজার"},
                      "pair",
                      {instant(5), instant(6)},
                      {{metering::Edge::start, instant(5), Energy{7}, "0000 0007", "SN",
                        Quality::good, metering::Method::read},
                       {metering::Edge::stop, instant(6), Energy{8}, "", "SN", Quality::estimated,
                        metering::Method::last_good}}}};
    made.lines = {
        {1,
         id<SessionId>(4),
         id<RateCardId>(3),
         {1, Basis::kwh, Window::peak, {"E", "বি"}, 1, Rate{-9}, Money{-1}, Quality::estimated}}};
    made.total = Money{-1};
    return made;
}

TEST(InvoiceDocument, IsReadBackFromItsText) {
    auto const text = canonical_text(document());
    auto const read = read_document(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(canonical_text(*read), text);
    EXPECT_EQ(read->seller.name, document().seller.name);
    EXPECT_EQ(read->sessions, document().sessions);
    EXPECT_EQ(read->rate_cards, document().rate_cards);
    EXPECT_EQ(read->lines[0].term.amount, Money{-1});
    EXPECT_EQ(read->issued_at, document().issued_at);
}

TEST(InvoiceDocument, SaysWhatElseWasBilledAndHowItWasTaxed) {
    for (auto const word : {"items", "\"tax\"", "kind", "refers_to"})
        EXPECT_EQ(canonical_text(document()).find(word), std::string::npos) << word;
    auto note = document();
    note.kind = DocumentKind::credit_note;
    note.refers_to = {"BHAIRAB/2026-27/000001", instant(7), 0};
    note.reason = "Said \"twice\"";
    note.lines.clear();
    note.items = {{1,
                   id<ItemId>(9),
                   "adjustment",
                   "register/1",
                   instant(8),
                   {"E", "বি"},
                   2,
                   "kWh",
                   1000,
                   Rate{3},
                   Money{4},
                   "income:electricity",
                   "commercial",
                   Money{5},
                   "why",
                   IssuedReference{"BHAIRAB/2026-27/000001", instant(7), 1}}};
    note.tax = {Regime::vat, TaxRounding::invoice, true, "1-1", {{"standard", 1500, Money{6}}}};
    auto const read = read_document(canonical_text(note));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->kind, note.kind);
    EXPECT_EQ(read->refers_to, note.refers_to);
    EXPECT_EQ(read->reason, note.reason);
    EXPECT_EQ(read->items, note.items);
    EXPECT_EQ(read->tax, note.tax);
}

TEST(InvoiceDocument, SaysWhatPartWasSharedOutAndNothingWhereNoneWas) {
    EXPECT_EQ(canonical_text(document()).find("part_wh"), std::string::npos);
    auto shared = document();
    shared.sessions[0].registers[1].share =
        metering::Share{Energy{1}, Energy{0}, Energy{1}, metering::Split::equal, 1, 2};
    auto const read = read_document(canonical_text(shared));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->sessions, shared.sessions);
}

TEST(InvoiceDocument, TellsEveryRegisterOfAMeterThatWasSharedOut) {
    metering::UsageSession session;
    auto const add = [&](Channel channel, metering::Edge edge, bool share) {
        metering::Register reg;
        reg.channel = channel;
        reg.edge = edge;
        if (share) reg.share.emplace();
        session.registers.push_back(reg);
    };
    add(1, metering::Edge::start, false);
    add(1, metering::Edge::boundary, false);
    add(1, metering::Edge::stop, true);
    add(2, metering::Edge::start, false);
    add(2, metering::Edge::boundary, false);
    add(2, metering::Edge::stop, false);
    EXPECT_EQ(told_registers(session).size(), 5U);
}

TEST(InvoiceDocument, IsNoOtherText) {
    auto const text = canonical_text(document());
    auto const bad = [](std::string const& damaged) {
        return !read_document(damaged) && read_document(damaged).error().code == "bad_document";
    };
    EXPECT_TRUE(bad(""));
    EXPECT_TRUE(bad("{}"));
    EXPECT_TRUE(bad("[" + text + "]"));
    EXPECT_TRUE(bad(text + " ")) << "spaces are not hashed away";
    EXPECT_TRUE(bad(text.substr(0, text.size() - 1)));
    auto more = text;
    more.insert(1, "\"number\":\"X\",");
    EXPECT_TRUE(bad(more)) << "a key that comes twice says two things";
    for (auto const& [from, to] : {std::pair{"\"kwh\"", "\"kWh\""},
                                   {"-9", "-9.0"},
                                   {"\"BDT\"", "\"USD\""},
                                   {"\"stop\"", "\"end\""}}) {
        auto other = text;
        other.replace(other.find(from), std::string_view{from}.size(), to);
        EXPECT_TRUE(bad(other)) << to;
    }
}

TEST(ChainHash, TakesInBothTheTextAndWhatCameBefore) {
    // printf '\na' | sha256sum
    EXPECT_EQ(chain_hash("", "a"),
              "7361a6f4b374745deaf896ac72887d55e04107d1a1ff14e5e4d829fb47e82426");
    EXPECT_NE(chain_hash("x", "a"), chain_hash("", "a"));
    EXPECT_NE(chain_hash("", "b"), chain_hash("", "a"));
}

}  // namespace
}  // namespace karkhana::billing

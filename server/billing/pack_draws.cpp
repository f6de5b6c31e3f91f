#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "server/billing/document.hpp"
#include "server/billing/pack_words.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/words.hpp"
#include "server/facility/mode.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

#define KARKHANA_DRAWS                                                                             \
    "SELECT session_id, sequence, pack_id, quantity, amount_poisha, left_then, drawn_at "          \
    "FROM pack_draw WHERE facility_id = $1 "
constexpr std::string_view kDrawsOfPack =
    KARKHANA_DRAWS "AND pack_id = $2 ORDER BY drawn_at, session_id, sequence";
constexpr std::string_view kDrawsOfSqlite = KARKHANA_DRAWS
    "AND session_id IN (SELECT value FROM json_each($2)) ORDER BY session_id, sequence, left_then";
constexpr std::string_view kDrawsOfPostgres = KARKHANA_DRAWS
    "AND session_id = ANY(CAST($2 AS uuid[])) ORDER BY session_id, sequence, left_then";
constexpr std::string_view kAllDraws = KARKHANA_DRAWS "ORDER BY session_id, sequence";
#undef KARKHANA_DRAWS
#define KARKHANA_DRAWN_ON                                                                          \
    "FROM pack_draw d LEFT JOIN invoice_session n ON n.facility_id = d.facility_id "               \
    "AND n.session_id = d.session_id LEFT JOIN invoice v ON v.facility_id = n.facility_id "        \
    "AND v.invoice_id = n.invoice_id WHERE d.facility_id = $1 "
constexpr std::string_view kNotIssued =
    "SELECT DISTINCT d.session_id " KARKHANA_DRAWN_ON "AND (v.state IS NULL OR v.state = 'draft')";
constexpr std::string_view kPacksOn =
    "SELECT DISTINCT d.pack_id " KARKHANA_DRAWN_ON "AND n.invoice_id = $2 ORDER BY d.pack_id";
constexpr std::string_view kLinesOn =
    "SELECT n.first_line + d.sequence - 1, CAST(SUM(d.amount_poisha) AS BIGINT) - "
    "CAST(COALESCE((SELECT SUM(r.amount_poisha) FROM pack_return r "
    "WHERE r.facility_id = $1 AND r.session_id = d.session_id AND r.sequence = d.sequence), 0) "
    "AS BIGINT) " KARKHANA_DRAWN_ON
    "AND n.invoice_id = $2 GROUP BY n.first_line, d.session_id, d.sequence";
constexpr std::string_view kIssuedOf =
    "SELECT CAST(COALESCE(SUM(d.quantity), 0) AS BIGINT) " KARKHANA_DRAWN_ON
    "AND d.pack_id = $2 AND v.state = 'final'";
#undef KARKHANA_DRAWN_ON
constexpr std::string_view kReturnedOf =
    "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM pack_return "
    "WHERE facility_id = $1 AND pack_id = $2";
constexpr std::string_view kEarnedOf =
    "SELECT CAST(COALESCE(SUM(cost_poisha), 0) AS BIGINT) FROM pack_earned "
    "WHERE facility_id = $1 AND pack_id = $2";
constexpr std::string_view kReturns =
    "SELECT sequence, CAST(SUM(amount_poisha) AS BIGINT) FROM pack_return "
    "WHERE facility_id = $1 AND session_id = $2 GROUP BY sequence";
constexpr std::string_view kReturnedDraws =
    "SELECT pack_id, CAST(SUM(quantity) AS BIGINT), CAST(SUM(amount_poisha) AS BIGINT) "
    "FROM pack_return WHERE facility_id = $1 AND session_id = $2 AND sequence = $3 "
    "GROUP BY pack_id";
constexpr std::string_view kInsertDraw =
    "INSERT INTO pack_draw (facility_id, session_id, sequence, pack_id, quantity, amount_poisha, "
    "left_then, drawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kDeleteDraws =
    "DELETE FROM pack_draw WHERE facility_id = $1 AND session_id = $2";
constexpr std::string_view kInsertReturn =
    "INSERT INTO pack_return (facility_id, return_id, session_id, sequence, pack_id, quantity, "
    "amount_poisha, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kInsertEarned =
    "INSERT INTO pack_earned (facility_id, pack_id, document_id, cost_poisha, at) "
    "VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kAnyPack = "SELECT 1 FROM pack WHERE facility_id = $1 LIMIT 1";

PackDraw read_draw(store::Row const& row) {
    return {row.id<SessionId>(0),
            static_cast<int>(row.integer(1)),
            row.id<PackId>(2),
            row.integer(3),
            row.money(4),
            row.integer(5),
            row.at(6)};
}

std::string source_of(PackDraw const& draw) {
    return fmt::format("pack/{}/{}/{}/{}", draw.session.text(), draw.sequence, draw.pack.text(),
                       micros(draw.at));
}

Item draw_item(PackDraw const& draw, Pack const& pack, Charge const& charge, IdSource& ids,
               Instant now) {
    Item item;
    item.id = ids.make<ItemId>();
    item.enterprise = charge.enterprise;
    item.source = "adjustment";
    item.source_id = source_of(draw);
    item.happened_at = charge.stopped_at;
    item.label = draw_label(pack, draw.quantity, draw.left_then);
    item.unit = "pack_draw";
    item.price = {-draw.amount.poisha * 10'000};
    item.amount = -draw.amount;
    item.income = kPackPaid;
    item.tax_code = tax_code_of(charge.term);
    item.created_at = now;
    return item;
}

std::int64_t one_number(store::Reader& reader, std::string_view sql, FacilityId const& facility,
                        PackId const& pack) {
    return reader.first(
                     sql, [](store::Row const& row) { return row.integer(0); }, facility, pack)
        .value();
}

/// Of its cost, what final bills have earned.
Money earned_by_bills(store::Reader& reader, FacilityId const& facility, Pack const& pack) {
    return pack.cost_of(one_number(reader, kIssuedOf, facility, pack.id) -
                        one_number(reader, kReturnedOf, facility, pack.id));
}

/// Books what was earned since of some packs, with the document that brought it.
void earn(store::Writer& writer, FacilityId const& facility, IdSource& ids,
          std::vector<PackId> const& packs, Uuid const& document, Instant now) {
    Money sum;
    for (auto const& id : packs) {
        auto const pack = find_pack(writer, facility, id).value();
        auto const more = earned_by_bills(writer, facility, pack) -
                          Money{one_number(writer, kEarnedOf, facility, id)};
        if (more == Money{}) continue;
        writer.execute(kInsertEarned, facility, id, document.text(), more, now);
        sum += more;
    }
    if (sum == Money{}) return;
    auto entry = earned_entry(document.text(), sum, now);
    entry.id = ids.make<EntryId>();
    book(writer, facility, std::move(entry));
}

}  // namespace

Label amount_label(Basis basis, std::int64_t quantity) {
    Term term;
    term.basis = basis;
    term.quantity = quantity;
    if (!is_time(basis) || quantity < 3600)
        return {quantity_text(term, "", Language::en), quantity_text(term, "", Language::bn)};
    auto const hours = quantity / 3600;
    term.quantity = quantity % 3600;
    Label label{grouped(hours, Language::en) + " h", grouped(hours, Language::bn) + " ঘণ্টা"};
    if (term.quantity == 0) return label;
    return {label.en + " " + quantity_text(term, "", Language::en),
            label.bn + " " + quantity_text(term, "", Language::bn)};
}

Label draw_label(Pack const& pack, std::int64_t drawn, std::int64_t left) {
    auto const taken = amount_label(pack.component.covers, drawn);
    auto const rest = amount_label(pack.component.covers, left);
    return {pack.component.label.en + ": " + taken.en + " drawn, " + rest.en + " left",
            pack.component.label.bn + ": " + taken.bn + " নেওয়া হলো, বাকি " + rest.bn};
}

std::vector<PackDraw> draws_of_pack(store::Reader& reader, FacilityId const& facility,
                                    PackId const& pack) {
    return reader.all(kDrawsOfPack, read_draw, facility, pack);
}

std::map<SessionId, std::vector<PackDraw>> draws_of_sessions(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             std::vector<SessionId> const& ids) {
    std::map<SessionId, std::vector<PackDraw>> found;
    reader.each(
        reader.is_postgres() ? kDrawsOfPostgres : kDrawsOfSqlite,
        [&](store::Row const& row) {
            auto draw = read_draw(row);
            found[draw.session].push_back(std::move(draw));
        },
        facility, store::id_list(reader, ids));
    return found;
}

std::map<int, Money> drawn_of_lines(store::Reader& reader, FacilityId const& facility,
                                    InvoiceId const& invoice) {
    std::map<int, Money> found;
    reader.each(
        kLinesOn,
        [&](store::Row const& row) { found[static_cast<int>(row.integer(0))] = row.money(1); },
        facility, invoice);
    return found;
}

PackDrawing::PackDrawing(store::Writer& writer, FacilityId const& facility)
    : writer_(writer), facility_(facility) {
    if (!writer.exists(kAnyPack, facility)) return;
    lock_billing(writer, facility);
    packs_ = list_packs(writer, facility, std::nullopt);
    std::erase_if(packs_, [](Pack const& pack) { return pack.left() <= 0; });
}

void PackDrawing::draw(metering::UsageSession const& session, std::string const& machine_kind,
                       std::vector<Term> const& terms, Instant now) {
    std::vector<Pack*> mine;
    std::vector<PackLeft> left;
    for (auto& pack : packs_) {
        auto const& kind = pack.component.machine_kind;
        if (pack.enterprise != session.enterprise || pack.left() <= 0 ||
            !pack.good_for(session.start) || (!kind.empty() && kind != machine_kind))
            continue;
        mine.push_back(&pack);
        left.push_back({pack.component.covers, pack.left()});
    }
    // What is free needs no pack.
    if (mine.empty() ||
        facility::mode_at(writer_, facility_, *session.stop) != facility::Mode::revenue)
        return;
    for (auto const& drawn : draw_down(left, terms)) {
        if (drawn.amount == Money{}) continue;
        auto& pack = *mine[drawn.pack];
        pack.drawn += drawn.quantity;
        writer_.execute(kInsertDraw, facility_, session.id,
                        static_cast<std::int64_t>(drawn.term) + 1, pack.id, drawn.quantity,
                        drawn.amount, pack.left(), now);
    }
}

void undo_draws(store::Writer& writer, FacilityId const& facility, SessionId const& session) {
    for (auto const& item :
         items_with_prefix(writer, facility, "adjustment", "pack/" + session.text() + "/"))
        if (item.state == "waiting") drop_item(writer, facility, item.id);
    writer.execute(kDeleteDraws, facility, session);
}

std::vector<Item> fresh_draws(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                              Instant now) {
    auto const sessions = reader.all(
        kNotIssued, [](store::Row const& row) { return row.id<SessionId>(0); }, facility);
    if (sessions.empty()) return {};
    std::map<PackId, Pack> packs;
    for (auto& pack : list_packs(reader, facility, std::nullopt)) packs.emplace(pack.id, pack);
    auto const draws = draws_of_sessions(reader, facility, sessions);
    std::vector<std::string> said;
    for (auto const& [session, some] : draws)
        for (auto const& draw : some) said.push_back(source_of(draw));
    auto const there = items_of_source(reader, facility, "adjustment", said);
    auto const charges = charges_of_sessions(reader, facility, sessions);
    std::vector<Item> fresh;
    for (auto const& [session, some] : draws)
        for (auto const& draw : some)
            if (!there.contains(source_of(draw)))
                fresh.push_back(draw_item(
                    draw, packs.at(draw.pack),
                    charges.at(session).at(static_cast<std::size_t>(draw.sequence) - 1), ids, now));
    return fresh;
}

void earn_packs(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                InvoiceId const& invoice, Instant now) {
    auto const packs = writer.all(
        kPacksOn, [](store::Row const& row) { return row.id<PackId>(0); }, facility, invoice);
    earn(writer, facility, ids, packs, invoice.uuid, now);
}

void return_to_packs(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                     Charge const& charged, std::int64_t used, Money due, Instant now) {
    std::map<PackId, std::pair<std::int64_t, Money>> back;
    writer.each(
        kReturnedDraws,
        [&](store::Row const& row) { back[row.id<PackId>(0)] = {row.integer(1), row.money(2)}; },
        facility, charged.session, charged.sequence);
    auto draws = draws_of_sessions(writer, facility, {charged.session})[charged.session];
    std::erase_if(draws, [&](auto const& draw) { return draw.sequence != charged.sequence; });
    std::int64_t drawn = 0;
    Money paid;
    for (auto& draw : draws) {
        draw.quantity -= back[draw.pack].first;
        draw.amount = draw.amount - back[draw.pack].second;
        drawn += draw.quantity;
        paid += draw.amount;
    }
    auto rest = drawn - used;
    auto money = std::max(paid - due, Money{});
    // What was drawn last goes back first.
    for (auto draw = draws.rbegin(); draw != draws.rend() && rest > 0; ++draw) {
        auto const pack = find_pack(writer, facility, draw->pack).value();
        auto const some = std::min(rest, draw->quantity);
        auto const worth = std::min(money, draw->amount);
        rest -= some;
        money = money - worth;
        if (some == 0 || pack.ended_at) continue;
        auto const id = ids.make<PackReturnId>();
        writer.execute(kInsertReturn, facility, id, charged.session, charged.sequence, draw->pack,
                       some, worth, now);
        earn(writer, facility, ids, {draw->pack}, id.uuid, now);
    }
}

std::map<int, Money> returned_of(store::Reader& reader, FacilityId const& facility,
                                 SessionId const& session) {
    std::map<int, Money> found;
    reader.each(
        kReturns,
        [&](store::Row const& row) { found[static_cast<int>(row.integer(0))] = row.money(1); },
        facility, session);
    return found;
}

namespace {

/// What packs with so much left would have drawn of the session, as they are drawn.
bool follows(std::vector<PackDraw> const& draws, std::vector<Charge> const& charges,
             std::map<PackId, Pack> const& packs, std::vector<PackId> const& order) {
    std::vector<Term> terms;
    for (auto const& charge : charges) terms.push_back(charge.term);
    std::map<PackId, std::int64_t> taken;
    for (auto const& draw : draws) taken[draw.pack] += draw.quantity;
    std::vector<PackLeft> left;
    std::vector<PackId> which;
    for (auto const& id : order)
        if (auto const some = taken.find(id); some != taken.end()) {
            left.push_back({packs.at(id).component.covers, some->second});
            which.push_back(id);
        }
    auto again = draw_down(left, terms);
    std::erase_if(again, [](Drawn const& drawn) { return drawn.amount == Money{}; });
    auto const same = [&](Drawn const& drawn) {
        return std::ranges::any_of(draws, [&](PackDraw const& draw) {
            return draw.sequence == static_cast<int>(drawn.term) + 1 &&
                   draw.pack == which[drawn.pack] && draw.quantity == drawn.quantity &&
                   draw.amount == drawn.amount;
        });
    };
    return again.size() == draws.size() && std::ranges::all_of(again, same);
}

}  // namespace

std::vector<std::string> verify_packs(store::Reader& reader, FacilityId const& facility) {
    std::vector<std::string> findings;
    std::map<PackId, Pack> packs;
    std::vector<PackId> order;
    for (auto& pack : list_packs(reader, facility, std::nullopt)) {
        order.push_back(pack.id);
        if (pack.drawn > pack.quantity)
            findings.push_back(fmt::format("pack {}: more is drawn than it held", pack.id.text()));
        if (Money{one_number(reader, kEarnedOf, facility, pack.id)} !=
            earned_by_bills(reader, facility, pack))
            findings.push_back(
                fmt::format("pack {}: what it earned is not what was billed", pack.id.text()));
        packs.emplace(pack.id, std::move(pack));
    }
    std::map<SessionId, std::vector<PackDraw>> draws;
    reader.each(
        kAllDraws,
        [&](store::Row const& row) {
            auto draw = read_draw(row);
            draws[draw.session].push_back(std::move(draw));
        },
        facility);
    std::vector<SessionId> sessions;
    std::vector<std::string> said;
    for (auto const& [session, some] : draws) {
        sessions.push_back(session);
        for (auto const& draw : some) said.push_back(source_of(draw));
    }
    auto const charges = charges_of_sessions(reader, facility, sessions);
    auto const items = items_of_source(reader, facility, "adjustment", said);
    for (auto const& [session, some] : draws) {
        auto const rated = charges.find(session);
        if (rated == charges.end() || !follows(some, rated->second, packs, order))
            findings.push_back(fmt::format("session {}: what it drew of packs does not follow "
                                           "from its charges",
                                           session.text()));
        for (auto const& draw : some) {
            auto const item = items.find(source_of(draw));
            if (item != items.end() && item->second.amount != -draw.amount)
                findings.push_back(
                    fmt::format("session {}: its bill does not say what it drew", session.text()));
        }
    }
    return findings;
}

}  // namespace karkhana::billing

#include "server/billing/bill_evidence.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>
#include <stdexcept>

#include "server/billing/credits.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/items.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/tariff_json.hpp"
#include "server/facility/json.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;

#define KARKHANA_REGISTERS                                                                         \
    "SELECT session_id, channel, edge, at, value_wh, carried_wh, words, form, quality, method, "   \
    "part_wh, least_wh, most_wh FROM current_register WHERE facility_id = $1 AND session_id "
constexpr std::string_view kRegistersSqlite =
    KARKHANA_REGISTERS "IN (SELECT value FROM json_each($2))";
constexpr std::string_view kRegistersPostgres = KARKHANA_REGISTERS "= ANY(CAST($2 AS uuid[]))";
#undef KARKHANA_REGISTERS
#define KARKHANA_RATED_BY                                                                          \
    "SELECT session_id, machine_kind, classes, booked_from, booked_to, assisted, busy_above_w "    \
    "FROM rated_session WHERE facility_id = $1 AND session_id "
constexpr std::string_view kRatedBySqlite =
    KARKHANA_RATED_BY "IN (SELECT value FROM json_each($2))";
constexpr std::string_view kRatedByPostgres = KARKHANA_RATED_BY "= ANY(CAST($2 AS uuid[]))";
#undef KARKHANA_RATED_BY

struct Evidence {
    std::map<SessionId, json::array> registers;
    std::map<SessionId, json::object> rated_by;  ///< what was frozen besides registers and halts
    HaltsOf halts;
};

/// As they are kept; whoever reads them puts them in order.
json::object shown_register(store::Row const& row) {
    json::object shown{
        {"channel", row.integer(1)},  {"edge", row.text(2)},          {"at", row.integer(3)},
        {"value_wh", row.integer(4)}, {"carried_wh", row.integer(5)}, {"words", row.text(6)},
        {"form", row.text(7)},        {"quality", row.text(8)},       {"method", row.text(9)}};
    if (row.is_null(10)) return shown;
    shown["part_wh"] = row.integer(10);
    shown["least_wh"] = row.integer(11);
    shown["most_wh"] = row.integer(12);
    return shown;
}

json::object shown_rated(store::Row const& row) {
    auto const number = [&](int column) {
        return row.is_null(column) ? json::value(nullptr) : json::value(row.integer(column));
    };
    return {{"id", row.id<SessionId>(0).text()},
            {"machine_kind", row.text(1)},
            {"classes", row.text(2)},
            {"booked_from", number(3)},
            {"booked_to", number(4)},
            {"assisted", row.flag(5)},
            {"busy_above_w", row.integer(6)}};
}

Evidence read_evidence(store::Reader& reader, FacilityId const& facility,
                       std::vector<SessionId> const& ids) {
    Evidence found;
    auto const list = store::id_list(reader, ids);
    reader.each(
        reader.is_postgres() ? kRegistersPostgres : kRegistersSqlite,
        [&](store::Row const& row) {
            found.registers[row.id<SessionId>(0)].push_back(shown_register(row));
        },
        facility, list);
    reader.each(
        reader.is_postgres() ? kRatedByPostgres : kRatedBySqlite,
        [&](store::Row const& row) {
            found.rated_by.emplace(row.id<SessionId>(0), shown_rated(row));
        },
        facility, list);
    found.halts = kept_halts(reader, facility, ids);
    return found;
}

json::array halts_shown(std::vector<Halt> const& halts) {
    json::array shown;
    for (auto const& halt : halts)
        shown.push_back(json::object{{"from", micros(halt.during.start)},
                                     {"to", micros(halt.during.end)},
                                     {"reason", name_of(halt.reason)}});
    return shown;
}

json::array sessions_shown(std::vector<SessionId> const& order, Evidence& evidence,
                           Names const& names) {
    json::array shown;
    for (auto const& id : order) {
        auto const& quantity = names.sessions.at(id).quantity;
        auto one = std::move(evidence.rated_by.at(id));
        one["pieces"] = quantity ? json::value(*quantity) : json::value(nullptr);
        one["halts"] = halts_shown(evidence.halts[id]);
        one["registers"] = std::move(evidence.registers[id]);
        shown.push_back(std::move(one));
    }
    return shown;
}

/// Those of the lines, and where prices are those of their use every version that held during a
/// session: that one charges nothing is to be proven too.
json::array cards_shown(store::Reader& reader, std::vector<Charge> const& lines,
                        Names const& names) {
    auto const cards = list_rate_cards(reader, names.facility.id);
    std::vector<metering::UsageSession> sessions;
    std::set<RateCardId> wanted;
    for (auto const& line : lines) {
        wanted.insert(line.rate_card);
        if (sessions.empty() || sessions.back().id != line.session)
            sessions.push_back(names.sessions.at(line.session));
    }
    auto const payers = find_payers(reader, names.facility.id, sessions);
    for (auto const& session : sessions) {
        auto const* first = card_at(cards, session.start);
        bool const quoted = payers.at(session.id).quoted.has_value();
        if (quoted || first == nullptr || first->price_lock != PriceLock::at_use) continue;
        wanted.insert(first->id);
        for (auto const& later : cards)
            if (session.start < later.effective_from && later.effective_from < *session.stop)
                wanted.insert(later.id);
    }
    json::array shown;
    for (auto const& card : cards)
        if (wanted.contains(card.id)) shown.push_back(rate_card_json(card, names.zone));
    return shown;
}

/// The arithmetic in words; the line is the text's.
json::array sums_shown(Invoice const& invoice, std::vector<Charge> const& lines,
                       std::vector<Item> const& items, Names const& names) {
    json::array shown;
    for (auto const& line : lines) {
        auto const& machine = names.machines.at(names.sessions.at(line.session).machine);
        shown.push_back(
            json::object{{"line", line.line},
                         {"formula", facility::name_json(formula_of(line, machine.piece_unit))}});
    }
    for (auto const& item : items)
        shown.push_back(
            json::object{{"line", item.line},
                         {"formula", facility::name_json(formula_of(as_told(item, invoice)))}});
    return shown;
}

/// What packs paid of lines, each with what its pack held and what was left of it then.
json::array draws_shown(store::Reader& reader, FacilityId const& facility,
                        std::vector<SessionId> const& order, std::vector<Charge> const& lines) {
    json::array shown;
    std::map<PackId, Pack> packs;
    for (auto const& [session, draws] : draws_of_sessions(reader, facility, order))
        for (auto const& draw : draws) {
            if (packs.empty())
                for (auto& pack : list_packs(reader, facility, std::nullopt))
                    packs.emplace(pack.id, std::move(pack));
            auto const& pack = packs.at(draw.pack);
            auto const line = std::ranges::find_if(lines, [&](Charge const& charge) {
                return charge.session == session && charge.sequence == draw.sequence;
            });
            shown.push_back(json::object{{"line", line->line},
                                         {"pack", draw.pack.text()},
                                         {"basis", name_of(pack.component.covers)},
                                         {"held", pack.quantity},
                                         {"quantity", draw.quantity},
                                         {"left", draw.left_then},
                                         {"amount", draw.amount.poisha},
                                         {"drawn_at", micros(draw.at)}});
        }
    return shown;
}

json::object head_shown(store::Reader& reader, Invoice const& invoice, FacilityId const& facility) {
    for (auto const& head : series_heads(reader, facility))
        if (head.series == invoice.series && head.fiscal_year == invoice.fiscal_year)
            return {
                {"series", head.series},
                {"fiscal_year", head.fiscal_year},
                // Beyond it may be numbers that are reserved for a box.
                {"last_number", head.last_hash == invoice.hash ? invoice.number : head.last_number},
                {"last_hash", head.last_hash}};
    throw std::runtime_error("nobody counts the series of a final invoice");
}

json::object text_shown(IssuedText const& issued) {
    return {
        {"text", issued.canonical}, {"previous_hash", issued.previous_hash}, {"hash", issued.hash}};
}

}  // namespace

json::object bill_evidence(store::Reader& reader, Invoice const& invoice, Names& names) {
    auto const facility = names.facility.id;
    auto const lines = charges_of_invoice(reader, facility, invoice.id);
    read_sessions(reader, names, lines);
    std::vector<SessionId> order;
    for (auto const& line : lines)
        if (order.empty() || order.back() != line.session) order.push_back(line.session);
    auto evidence = read_evidence(reader, facility, order);
    json::object shown{
        {"format", "karkhana-bill-evidence"},
        {"version", 1},
        {"number", invoice.number_text},
        {"series_number", invoice.number},
        {"total_poisha", invoice.total.poisha},
        {"text", find_canonical(reader, facility, invoice.id).value()},
        {"previous_hash", invoice.previous_hash},
        {"hash", invoice.hash},
        {"chain", head_shown(reader, invoice, facility)},
        {"rate_cards", cards_shown(reader, lines, names)},
        {"sessions", sessions_shown(order, evidence, names)},
        {"arithmetic",
         sums_shown(invoice, lines, items_of_invoice(reader, facility, invoice.id), names)}};
    if (invoice.refers_to) {
        shown["original"] = text_shown(issued_text(reader, facility, *invoice.refers_to).value());
        json::array earlier;
        for (auto const& note : notes_of(reader, facility, *invoice.refers_to)) {
            if (note.hash == invoice.hash) break;
            earlier.push_back(text_shown(note));
        }
        shown["earlier"] = std::move(earlier);
    }
    if (auto draws = draws_shown(reader, facility, order, lines); !draws.empty())
        shown["draws"] = std::move(draws);
    return shown;
}

}  // namespace karkhana::billing

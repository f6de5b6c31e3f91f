#include "server/billing/late_corrections.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <stdexcept>

#include "server/billing/document.hpp"
#include "server/billing/packs.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kLateCorrections =
    "SELECT sequence, channel, edge, at, value_wh, reason, said_by FROM late_correction "
    "WHERE facility_id = $1 AND session_id = $2 ORDER BY sequence";
constexpr std::string_view kInsertLate =
    "INSERT INTO late_correction (facility_id, session_id, sequence, channel, edge, at, value_wh, "
    "reason, said_by, said_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kCorrectedLate =
    "SELECT DISTINCT session_id FROM late_correction WHERE facility_id = $1 ORDER BY session_id";

metering::Edge late_edge_of(std::string_view name) {
    for (auto const edge : {metering::Edge::start, metering::Edge::boundary, metering::Edge::stop})
        if (name == name_of(edge)) return edge;
    throw std::runtime_error("a stored edge is unreadable");
}

/// What of a term was said to be wrong already.
std::map<int, Money> adjusted(std::vector<Item> const& adjustments) {
    std::map<int, Money> sums;
    for (auto const& item : adjustments)
        if (item.source_id.starts_with("register/")) sums[item.refers_line.value()] += item.amount;
    return sums;
}

Item difference_item(Charge const& first, LineDifference const& difference, Money amount,
                     Correction const& correction, std::size_t sequence, IdSource& ids,
                     Instant now) {
    Item item;
    item.id = ids.make<ItemId>();
    item.enterprise = first.enterprise;
    item.source = "adjustment";
    item.source_id =
        fmt::format("register/{}/{}/{}", correction.session.text(), sequence, difference.line);
    item.happened_at = first.stopped_at;
    item.label = difference.term.label;
    item.unit = "correction";
    item.price = {amount.poisha * 10'000};
    item.amount = amount;
    item.income = difference.term.account();
    item.tax_code = tax_code_of(difference.term);
    item.refers_invoice = first.invoice;
    item.refers_line = difference.line;
    item.note = correction.reason;
    item.created_by = correction.said_by;
    item.created_at = now;
    return item;
}

}  // namespace

metering::UsageSession with_late(metering::UsageSession session,
                                 std::vector<Correction> const& corrections) {
    for (auto correction : corrections) {
        auto const* meant = meant_by(session, correction);
        if (meant == nullptr) throw std::logic_error("a corrected register is not there");
        correction.replaces = meant->version;
        session = correct(std::move(session), correction, {}).value();
    }
    return session;
}

std::vector<LineDifference> differences(std::vector<Charge> const& charged,
                                        std::vector<Term> const& corrected) {
    auto const same = [](Term const& a, Term const& b) {
        return a.card == b.card && a.component == b.component && a.window == b.window &&
               a.price == b.price;
    };
    std::vector<LineDifference> found;
    for (auto const& charge : charged) {
        auto const now = std::ranges::find_if(
            corrected, [&](Term const& term) { return same(term, charge.term); });
        auto const due = now == corrected.end() ? Money{} : now->amount;
        found.push_back(
            {charge.line, now == corrected.end() ? charge.term : *now, due - charge.term.amount});
    }
    for (auto const& term : corrected) {
        auto const had = [&](Charge const& charge) { return same(term, charge.term); };
        if (std::ranges::none_of(charged, had))
            found.push_back({charged.front().line, term, term.amount});
    }
    return found;
}

std::vector<Correction> late_corrections_of(store::Reader& reader, FacilityId const& facility,
                                            SessionId const& session) {
    return reader.all(
        kLateCorrections,
        [&](store::Row const& row) {
            return Correction{.session = session,
                              .channel = static_cast<Channel>(row.integer(1)),
                              .edge = late_edge_of(row.text(2)),
                              .at = row.at(3),
                              .value = row.energy(4),
                              .reason = row.text(5),
                              .said_by = row.id<PersonId>(6)};
        },
        facility, session);
}

void keep_late(store::Writer& writer, FacilityId const& facility, IdSource& ids,
               Correction const& correction, std::vector<Charge> const& charged,
               std::vector<Term> const& due, Instant now) {
    auto const sequence = late_corrections_of(writer, facility, correction.session).size() + 1;
    writer.execute(kInsertLate, facility, correction.session, sequence, correction.channel.value(),
                   name_of(correction.edge), correction.at.value(), correction.value,
                   correction.reason, correction.said_by, now);
    auto const others = adjustments_of(writer, facility, charged.front().invoice.value());
    auto const before = adjusted(others);
    auto const found = differences(charged, due);
    for (std::size_t i = 0; i < charged.size(); ++i) {
        auto const is_due = charged[i].term.amount + found[i].amount;
        return_to_packs(writer, facility, ids, charged[i],
                        is_due == Money{} ? 0 : found[i].term.quantity, is_due, now);
    }
    auto const invoice = charged.front().invoice.value();
    auto const drawn = drawn_of_lines(writer, facility, invoice);
    auto const returned = returned_of(writer, facility, correction.session);
    std::map<int, Money> issued;
    for (auto const& charge : charged) {
        auto const paid = drawn.find(charge.line);
        issued[charge.line] = charge.term.amount - (paid == drawn.end() ? Money{} : paid->second);
    }
    std::map<int, LineDifference> lines;  // several terms may refer to the first line
    for (auto const& difference : found) {
        auto const [place, fresh] = lines.emplace(difference.line, difference);
        if (!fresh) place->second.amount += difference.amount;
    }
    // What went back to a pack is not given back in money.
    for (auto const& charge : charged)
        if (auto const back = returned.find(charge.sequence); back != returned.end())
            lines.at(charge.line).amount += back->second;
    for (auto const& [line, difference] : lines) {
        auto const there = before.find(line);
        auto amount = difference.amount - (there == before.end() ? Money{} : there->second);
        // Somebody may have given a part of it back already.
        amount = std::max(amount, -left_of(issued[line], line, others));
        if (amount == Money{}) continue;
        add_item(
            writer, facility,
            difference_item(charged.front(), difference, amount, correction, sequence, ids, now))
            .value();
    }
}

std::vector<SessionId> sessions_corrected_late(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kCorrectedLate, [](store::Row const& row) { return row.id<SessionId>(0); }, facility);
}

}  // namespace karkhana::billing

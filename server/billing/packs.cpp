#include "server/billing/packs.hpp"

#include <algorithm>

#include "server/billing/pack_words.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/tax_records.hpp"
#include "server/people/merged_sql.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kDrawPrefix = "pack/";
constexpr std::size_t kIdLength = 36;
#define KARKHANA_PACKS                                                                             \
    "SELECT p.pack_id, COALESCE(m.merged_into, p.enterprise_id), p.item_id, p.rate_card_id, "      \
    "p.component, p.quantity, "                                                                    \
    "CAST(COALESCE((SELECT SUM(d.quantity) FROM pack_draw d WHERE d.facility_id = p.facility_id "  \
    "AND d.pack_id = p.pack_id), 0) AS BIGINT) - "                                                 \
    "CAST(COALESCE((SELECT SUM(r.quantity) FROM pack_return r "                                    \
    "WHERE r.facility_id = p.facility_id AND r.pack_id = p.pack_id), 0) AS BIGINT), "              \
    "b.amount_poisha, p.cost_poisha, p.sold_at, p.expires_at, e.at, e.kind, e.kept_poisha, "       \
    "b.state, n.invoice_id, n.line, k.machine_kind, k.label_en, k.label_bn, k.covers, "            \
    "k.covers_quantity, k.valid_days, k.refund_e4, k.tax_code "                                    \
    "FROM pack p JOIN enterprise m ON m.facility_id = p.facility_id "                              \
    "AND m.enterprise_id = p.enterprise_id JOIN billable_item b "                                  \
    "ON b.facility_id = p.facility_id AND b.item_id = p.item_id JOIN rate_component k "            \
    "ON k.facility_id = p.facility_id AND k.rate_card_id = p.rate_card_id "                        \
    "AND k.sequence = p.component LEFT JOIN invoice_item n ON n.facility_id = p.facility_id "      \
    "AND n.item_id = p.item_id LEFT JOIN pack_end e ON e.facility_id = p.facility_id "             \
    "AND e.pack_id = p.pack_id WHERE p.facility_id = $1 "
#define KARKHANA_AS_DRAWN                                                                          \
    "ORDER BY CASE WHEN p.expires_at IS NULL THEN 1 ELSE 0 END, p.expires_at, p.sold_at, p.pack_id"
constexpr std::string_view kAllPacks = KARKHANA_PACKS KARKHANA_AS_DRAWN;
constexpr std::string_view kPacksOf =
    KARKHANA_PACKS "AND p.enterprise_id IN " KARKHANA_MERGED_INTO KARKHANA_AS_DRAWN;
constexpr std::string_view kFindPack = KARKHANA_PACKS "AND p.pack_id = $2";
#undef KARKHANA_AS_DRAWN
#undef KARKHANA_PACKS
constexpr std::string_view kInsertPack =
    "INSERT INTO pack (facility_id, pack_id, enterprise_id, item_id, rate_card_id, component, "
    "quantity, cost_poisha, sold_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kInsertEnd =
    "INSERT INTO pack_end (facility_id, pack_id, kind, quantity, kept_poisha, reason, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kOver =
    "SELECT p.pack_id FROM pack p LEFT JOIN pack_end e ON e.facility_id = p.facility_id "
    "AND e.pack_id = p.pack_id WHERE p.facility_id = $1 AND p.expires_at <= $2 "
    "AND e.pack_id IS NULL ORDER BY p.pack_id";
/// A session that began in time may be rated a little later.
constexpr std::chrono::days kRatedBy{7};

Pack read_pack(store::Row const& row) {
    Pack pack;
    pack.id = row.id<PackId>(0);
    pack.enterprise = row.id<EnterpriseId>(1);
    pack.item = row.id<ItemId>(2);
    pack.card = row.id<RateCardId>(3);
    pack.quantity = row.integer(5);
    pack.drawn = row.integer(6);
    pack.price = row.money(7);
    pack.cost = row.money(8);
    pack.sold_at = row.at(9);
    pack.expires_at = row.maybe_at(10);
    pack.ended_at = row.maybe_at(11);
    pack.end = row.maybe_text(12).value_or("");
    pack.kept = {row.maybe_integer(13).value_or(0)};
    pack.billed = row.text(14) == "billed";
    pack.invoice = row.maybe_id<InvoiceId>(15);
    pack.line = static_cast<int>(row.maybe_integer(16).value_or(0));
    auto& of = pack.component;
    of.sequence = static_cast<int>(row.integer(4));
    of.basis = Basis::pack;
    of.machine_kind = row.text(17);
    of.label = {row.text(18), row.text(19)};
    of.covers = basis_of(row.text(20)).value();
    of.covers_quantity = row.integer(21);
    of.valid_days = row.integer(22);
    of.refund_e4 = row.integer(23);
    of.tax_code = row.text(24);
    return pack;
}

/// What of it is not in the price's tax.
Result<Money> without_tax(store::Reader& reader, FacilityId const& facility, Item const& item,
                          Instant now) {
    auto const taxes = read_taxes(reader, facility);
    auto const lines = taxes_of(taxes, now, {{item.amount, item.tax_code}});
    if (!lines) return tl::make_unexpected(lines.error());
    bool const within = setting_at(taxes, now).inclusive && !lines->empty();
    return within ? item.amount - lines->front().tax : item.amount;
}

JournalEntry end_entry(PackId const& id, Money kept, Instant at) {
    JournalEntry entry;
    entry.kind = "pack_end";
    entry.document = id.text();
    entry.booked_at = at;
    entry.postings = {{std::string{kPackOwed}, kept}, {std::string{kPackUnused}, -kept}};
    return entry;
}

void end_pack(store::Writer& writer, FacilityId const& facility, IdSource& ids, Pack& pack,
              std::string const& kind, Money kept, std::string const& reason, Instant now) {
    writer.execute(kInsertEnd, facility, pack.id, kind, pack.left(), kept, reason, now);
    if (kept != Money{}) {
        auto entry = end_entry(pack.id, kept, now);
        entry.id = ids.make<EntryId>();
        book(writer, facility, std::move(entry));
    }
    pack.ended_at = now;
    pack.end = kind;
    pack.kept = kept;
}

/// What of the price of the rest is given back, as its card says.
Money refund_of(Pack const& pack, Money at_most) {
    auto const part =
        divide_half_away(Wide{pack.price.poisha} * pack.left() * pack.component.refund_e4,
                         Wide{pack.quantity} * 10'000);
    return std::min(Money{part}, at_most);
}

Item refund_item(Pack const& pack, Item const& sold, Money amount, std::string const& reason,
                 IdSource& ids, PersonId const& by, Instant now) {
    Item item = sold;
    item.id = ids.make<ItemId>();
    item.source = "adjustment";
    item.source_id = "credit/pack/" + pack.id.text();
    item.happened_at = now;
    item.unit = "correction";
    item.price = {-amount.poisha * 10'000};
    item.amount = -amount;
    item.refers_invoice = sold.invoice;
    item.refers_line = sold.line;
    item.note = reason;
    item.created_by = by;
    item.created_at = now;
    item.state = "waiting";
    item.invoice.reset();
    return item;
}

}  // namespace

bool is_draw(Item const& item) {
    return item.source == "adjustment" && item.source_id.starts_with(kDrawPrefix);
}

SessionId drawn_session(Item const& item) {
    return SessionId::parse(item.source_id.substr(kDrawPrefix.size(), kIdLength)).value();
}

std::vector<Pack> list_packs(store::Reader& reader, FacilityId const& facility,
                             std::optional<EnterpriseId> const& enterprise) {
    return enterprise ? reader.all(kPacksOf, read_pack, facility, *enterprise)
                      : reader.all(kAllPacks, read_pack, facility);
}

std::optional<Pack> find_pack(store::Reader& reader, FacilityId const& facility, PackId const& id) {
    return reader.first(kFindPack, read_pack, facility, id);
}

Result<Pack> sell_pack(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       RateCard const& card, int component, EnterpriseId const& enterprise,
                       PersonId const& by, Instant now) {
    auto const of = std::ranges::find(card.components, component, &Component::sequence);
    if (of == card.components.end() || of->basis != Basis::pack)
        return refuse(ErrorKind::not_found, "no_such_pack", "not sold now", "/component");
    auto const id = ids.make<PackId>();
    Item item;
    item.id = ids.make<ItemId>();
    item.enterprise = enterprise;
    item.source = kPackSource;
    item.source_id = id.text();
    item.happened_at = now;
    item.label = of->label;
    item.unit = "pack";
    item.price = of->price;
    item.amount = price_of(of->price, 1, 1);
    item.income = kPackOwed;
    item.tax_code = of->tax_code.empty() ? std::string{kStandardTax} : of->tax_code;
    item.created_by = by;
    item.created_at = now;
    auto const cost = without_tax(writer, facility, item, now);
    if (!cost) return tl::make_unexpected(cost.error());
    auto const kept = add_item(writer, facility, item);
    if (!kept) return tl::make_unexpected(kept.error());
    auto const expires =
        of->valid_days > 0 ? std::optional{now + std::chrono::days{of->valid_days}} : std::nullopt;
    writer.execute(kInsertPack, facility, id, enterprise, item.id, card.id, component,
                   of->covers_quantity, *cost, now, expires);
    return find_pack(writer, facility, id).value();
}

Result<Pack> refund_pack(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                         PackId const& id, std::string const& reason, PersonId const& by,
                         Instant now) {
    lock_billing(writer, facility);
    auto pack = find_pack(writer, facility, id);
    if (!pack) return refuse(ErrorKind::not_found, "not_found");
    if (pack->ended_at) return refuse(ErrorKind::conflict, "pack_ended");
    if (!pack->billed && pack->drawn > 0)
        return refuse(ErrorKind::conflict, "pack_not_billed", "it is drawn: bill it first");
    if (!pack->billed) {
        drop_item(writer, facility, pack->item);
        if (pack->invoice)
            if (auto const summed = refresh_drafts(writer, facility, {*pack->invoice}, now);
                !summed)
                return tl::make_unexpected(summed.error());
        end_pack(writer, facility, ids, *pack, "withdrawn", {}, reason, now);
        return *pack;
    }
    auto const sold = find_item(writer, facility, pack->item).value();
    auto const amount = refund_of(
        *pack, left_of(sold.amount, sold.line, adjustments_of(writer, facility, *sold.invoice)));
    Money net;
    if (amount > Money{}) {
        add_item(writer, facility, refund_item(*pack, sold, amount, reason, ids, by, now)).value();
        net = {divide_half_away(Wide{amount.poisha} * pack->cost.poisha, pack->price.poisha)};
    }
    auto const kept = pack->cost - pack->cost_of(pack->drawn) - net;
    end_pack(writer, facility, ids, *pack, "refunded", kept, reason, now);
    return *pack;
}

int end_expired_packs(store::Store& store, FacilityId const& facility, IdSource& ids, Instant now) {
    auto const over = [&](store::Reader& reader) {
        return reader.all(
            kOver, [](store::Row const& row) { return row.id<PackId>(0); }, facility,
            now - kRatedBy);
    };
    if (store.read(over).empty()) return 0;
    return store.write([&](store::Writer& writer) {
        lock_billing(writer, facility);
        int ended = 0;
        for (auto const& id : over(writer)) {
            auto pack = find_pack(writer, facility, id).value();
            // Of one that was never billed nothing was paid.
            if (!pack.billed) continue;
            end_pack(writer, facility, ids, pack, "expired", pack.cost - pack.cost_of(pack.drawn),
                     "its time is over", now);
            ++ended;
        }
        return ended;
    });
}

namespace {

constexpr std::string_view kEarnedEntries =
    "SELECT document_id, MIN(at), CAST(SUM(cost_poisha) AS BIGINT) FROM pack_earned "
    "WHERE facility_id = $1 GROUP BY document_id";
constexpr std::string_view kEnds =
    "SELECT pack_id, kept_poisha, at FROM pack_end WHERE facility_id = $1 AND kept_poisha <> 0";

}  // namespace

JournalEntry earned_entry(std::string document, Money cost, Instant at) {
    JournalEntry entry;
    entry.kind = "pack_earned";
    entry.document = std::move(document);
    entry.booked_at = at;
    entry.postings = {{std::string{kPackOwed}, cost}, {std::string{kPackPaid}, -cost}};
    return entry;
}

std::vector<JournalEntry> entries_of_packs(store::Reader& reader, FacilityId const& facility) {
    auto found = reader.all(
        kEarnedEntries,
        [](store::Row const& row) { return earned_entry(row.text(0), row.money(2), row.at(1)); },
        facility);
    std::erase_if(found, [](auto const& entry) { return entry.postings[0].amount == Money{}; });
    reader.each(
        kEnds,
        [&](store::Row const& row) {
            found.push_back(end_entry(row.id<PackId>(0), row.money(1), row.at(2)));
        },
        facility);
    return found;
}

}  // namespace karkhana::billing

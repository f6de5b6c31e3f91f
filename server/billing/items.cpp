#include "server/billing/items.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "server/base/digest.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

#define KARKHANA_ITEM_COLUMNS                                                                      \
    "SELECT b.item_id, b.enterprise_id, b.source, b.source_id, b.happened_at, b.label_en, "        \
    "b.label_bn, b.quantity, b.unit, b.per, b.price_e4, b.amount_poisha, b.income, b.tax_code, "   \
    "b.sector, b.subsidy_poisha, b.refers_invoice_id, b.refers_line, b.note, b.created_by, "       \
    "b.created_at, b.state, n.invoice_id, n.line "
#define KARKHANA_ITEMS                                                                             \
    KARKHANA_ITEM_COLUMNS                                                                          \
    "FROM billable_item b LEFT JOIN invoice_item n ON n.facility_id = b.facility_id "              \
    "AND n.item_id = b.item_id WHERE b.facility_id = $1 "
// From the invoice on, in this order: SQLite takes a CROSS JOIN as it is written.
#define KARKHANA_ITEMS_ON                                                                          \
    KARKHANA_ITEM_COLUMNS                                                                          \
    "FROM invoice_item n CROSS JOIN billable_item b WHERE n.facility_id = $1 "                     \
    "AND b.facility_id = n.facility_id AND b.item_id = n.item_id AND n.invoice_id "
constexpr std::string_view kItemBySource = KARKHANA_ITEMS "AND b.source = $2 AND b.source_id = $3";
constexpr std::string_view kItemById = KARKHANA_ITEMS "AND b.item_id = $2";
constexpr std::string_view kOfSourceSqlite =
    KARKHANA_ITEMS "AND b.source = $2 AND b.source_id IN (SELECT value FROM json_each($3))";
constexpr std::string_view kOfSourcePostgres =
    KARKHANA_ITEMS "AND b.source = $2 AND b.source_id = ANY(CAST($3 AS text[]))";
// From a prefix on to the first that it is none of, in the order of bytes.
constexpr std::string_view kWithPrefixSqlite = KARKHANA_ITEMS
    "AND b.source = $2 AND b.source_id >= $3 AND b.source_id < $4 ORDER BY b.item_id";
constexpr std::string_view kWithPrefixPostgres = KARKHANA_ITEMS
    "AND b.source = $2 AND b.source_id ~>=~ $3 AND b.source_id ~<~ $4 ORDER BY b.item_id";
constexpr std::string_view kWaitingItems =
    KARKHANA_ITEMS "AND b.state = 'waiting' AND b.happened_at < $2 "
                   "ORDER BY b.enterprise_id, b.happened_at, b.item_id";
constexpr std::string_view kItemsOnSqlite =
    KARKHANA_ITEMS_ON "IN (SELECT value FROM json_each($2)) ORDER BY n.invoice_id, n.line";
constexpr std::string_view kItemsOnPostgres =
    KARKHANA_ITEMS_ON "= ANY(CAST($2 AS uuid[])) ORDER BY n.invoice_id, n.line";
constexpr std::string_view kListItems =
    KARKHANA_ITEMS "AND b.enterprise_id = COALESCE($2, b.enterprise_id) AND b.item_id < $3 "
                   "ORDER BY b.item_id DESC LIMIT $4";
constexpr std::string_view kAdjustments = KARKHANA_ITEMS
    "AND b.refers_invoice_id = $2 AND b.state <> 'withdrawn' ORDER BY b.refers_line, b.item_id";
#undef KARKHANA_ITEMS_ON
#undef KARKHANA_ITEMS
#undef KARKHANA_ITEM_COLUMNS
constexpr std::string_view kInsertItem =
    "INSERT INTO billable_item (facility_id, item_id, enterprise_id, source, source_id, "
    "payload_sha256, happened_at, label_en, label_bn, quantity, unit, per, price_e4, "
    "amount_poisha, income, tax_code, sector, subsidy_poisha, refers_invoice_id, refers_line, "
    "note, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
    "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
constexpr std::string_view kWithdraw =
    "UPDATE billable_item SET state = 'withdrawn' WHERE facility_id = $1 AND item_id = $2 "
    "AND state = 'waiting'";
constexpr std::string_view kPutItemOn =
    "INSERT INTO invoice_item (facility_id, invoice_id, line, item_id) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kTakeItemsOff =
    "DELETE FROM invoice_item WHERE facility_id = $1 AND invoice_id = $2";
constexpr std::string_view kTakeItemOff =
    "DELETE FROM invoice_item WHERE facility_id = $1 AND item_id = $2";
constexpr std::string_view kSettleItems =
    "UPDATE billable_item SET state = 'billed' WHERE facility_id = $1 AND state = 'waiting' "
    "AND item_id IN "
    "(SELECT item_id FROM invoice_item WHERE facility_id = $1 AND invoice_id = $2)";
constexpr std::string_view kAskedFor =
    "SELECT 1 FROM invoice_item n JOIN billable_item b ON b.facility_id = n.facility_id "
    "AND b.item_id = n.item_id WHERE n.facility_id = $1 AND n.invoice_id = $2 "
    "AND b.created_by = $3 AND b.source = 'adjustment' "
    "AND substr(b.source_id, 1, 7) = 'credit/'";
constexpr std::string_view kLastItemId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

Item read_item(store::Row const& row) {
    Item item;
    item.id = row.id<ItemId>(0);
    item.enterprise = row.id<EnterpriseId>(1);
    item.source = row.text(2);
    item.source_id = row.text(3);
    item.happened_at = row.at(4);
    item.label = {row.text(5), row.text(6)};
    item.quantity = row.integer(7);
    item.unit = row.text(8);
    item.per = row.integer(9);
    item.price = {row.integer(10)};
    item.amount = row.money(11);
    item.income = row.text(12);
    item.tax_code = row.text(13);
    item.sector = row.text(14);
    item.subsidy = row.money(15);
    item.refers_invoice = row.maybe_id<InvoiceId>(16);
    if (auto const line = row.maybe_integer(17)) item.refers_line = static_cast<int>(*line);
    item.note = row.text(18);
    item.created_by = row.maybe_id<PersonId>(19);
    item.created_at = row.at(20);
    item.state = row.text(21);
    item.invoice = row.maybe_id<InvoiceId>(22);
    item.line = static_cast<int>(row.maybe_integer(23).value_or(0));
    return item;
}

}  // namespace

bool is_shadow(Item const& item) {
    return item.source == "adjustment" && item.source_id.starts_with("shadow/");
}

std::string payload_sha256(Item const& item) {
    return sha256_hex(fmt::format(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", item.enterprise.text(),
        micros(item.happened_at), item.label.en, item.label.bn, item.quantity, item.unit, item.per,
        item.price.e4, item.amount.poisha, item.income, item.tax_code, item.sector,
        item.subsidy.poisha, item.refers_invoice ? item.refers_invoice->text() : "",
        item.refers_line.value_or(0), item.note));
}

Result<Item> add_item(store::Writer& writer, FacilityId const& facility, Item item) {
    if (item.amount != price_of(item.price, item.quantity, item.per))
        return refuse(ErrorKind::invalid, "wrong_amount", "price times quantity is another amount");
    auto const digest = payload_sha256(item);
    auto const there =
        writer.first(kItemBySource, read_item, facility, item.source, item.source_id);
    if (there && payload_sha256(*there) == digest) return *there;
    if (there)
        return refuse(ErrorKind::conflict, "event_differs",
                      "The same source and id were said with another content.");
    writer.execute(kInsertItem, facility, item.id, item.enterprise, item.source, item.source_id,
                   digest, item.happened_at, item.label.en, item.label.bn, item.quantity, item.unit,
                   item.per, item.price, item.amount, item.income, item.tax_code, item.sector,
                   item.subsidy, item.refers_invoice, item.refers_line, item.note, item.created_by,
                   item.created_at);
    return item;
}

void drop_item(store::Writer& writer, FacilityId const& facility, ItemId const& id) {
    writer.execute(kTakeItemOff, facility, id);
    writer.execute(kWithdraw, facility, id);
}

Result<Item> withdraw_item(store::Writer& writer, FacilityId const& facility, ItemId const& id) {
    auto item = find_item(writer, facility, id);
    if (!item) return refuse(ErrorKind::not_found, "not_found");
    if (item->state != "waiting") return refuse(ErrorKind::conflict, "already_billed");
    if (item->invoice)
        return refuse(ErrorKind::conflict, "on_a_draft", "It is on a draft: run the bills anew.");
    if (writer.execute(kWithdraw, facility, id) != 1)
        return refuse(ErrorKind::conflict, "already_billed");
    item->state = "withdrawn";
    return std::move(*item);
}

std::optional<Item> find_item(store::Reader& reader, FacilityId const& facility, ItemId const& id) {
    return reader.first(kItemById, read_item, facility, id);
}

std::map<std::string, Item> items_of_source(store::Reader& reader, FacilityId const& facility,
                                            std::string_view source,
                                            std::vector<std::string> const& source_ids) {
    std::map<std::string, Item> found;
    if (source_ids.empty()) return found;
    reader.each(
        reader.is_postgres() ? kOfSourcePostgres : kOfSourceSqlite,
        [&](store::Row const& row) {
            auto item = read_item(row);
            found.emplace(item.source_id, std::move(item));
        },
        facility, source, store::text_list(reader, source_ids));
    return found;
}

std::vector<Item> items_with_prefix(store::Reader& reader, FacilityId const& facility,
                                    std::string_view source, std::string const& prefix) {
    auto after = prefix;
    ++after.back();
    return reader.all(reader.is_postgres() ? kWithPrefixPostgres : kWithPrefixSqlite, read_item,
                      facility, source, prefix, after);
}

std::vector<Item> waiting_items(store::Reader& reader, FacilityId const& facility, Instant before) {
    return reader.all(kWaitingItems, read_item, facility, before);
}

std::map<InvoiceId, std::vector<Item>> items_of_invoices(store::Reader& reader,
                                                         FacilityId const& facility,
                                                         std::vector<InvoiceId> const& ids) {
    std::map<InvoiceId, std::vector<Item>> found;
    if (ids.empty()) return found;
    reader.each(
        reader.is_postgres() ? kItemsOnPostgres : kItemsOnSqlite,
        [&](store::Row const& row) {
            auto item = read_item(row);
            found[*item.invoice].push_back(std::move(item));
        },
        facility, store::id_list(reader, ids));
    return found;
}

std::vector<Item> items_of_invoice(store::Reader& reader, FacilityId const& facility,
                                   InvoiceId const& invoice) {
    return items_of_invoices(reader, facility, {invoice})[invoice];
}

std::vector<Item> list_items(store::Reader& reader, FacilityId const& facility,
                             std::optional<EnterpriseId> const& enterprise, ItemId const& cursor,
                             int limit) {
    auto const before = cursor.is_nil() ? std::string{kLastItemId} : cursor.text();
    return reader.all(kListItems, read_item, facility, enterprise, before, limit);
}

std::vector<Item> adjustments_of(store::Reader& reader, FacilityId const& facility,
                                 InvoiceId const& invoice) {
    return reader.all(kAdjustments, read_item, facility, invoice);
}

Money left_of(Money issued, int line, std::vector<Item> const& adjustments) {
    for (auto const& item : adjustments)
        if (item.refers_line == line) issued += item.amount;
    return std::max(issued, Money{});
}

bool asked_for_by(store::Reader& reader, FacilityId const& facility, InvoiceId const& draft,
                  PersonId const& person) {
    return reader.exists(kAskedFor, facility, draft, person);
}

void put_items_on(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice,
                  std::vector<Item> const& items, int first_line) {
    for (auto const& item : items)
        writer.execute(kPutItemOn, facility, invoice, first_line++, item.id);
}

void take_items_off(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice) {
    writer.execute(kTakeItemsOff, facility, invoice);
}

void settle_items(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice) {
    writer.execute(kSettleItems, facility, invoice);
}

}  // namespace karkhana::billing

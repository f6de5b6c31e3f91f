#include "server/recycling/money.hpp"

#include <limits>
#include <map>

#include "server/billing/items.hpp"
#include "server/billing/tax.hpp"
#include "server/billing/wallet.hpp"
#include "server/recycling/records.hpp"

namespace karkhana::recycling {
namespace {

constexpr std::string_view scrap_account = "expense:scrap";

constexpr Interval ever{instant(0), instant(std::numeric_limits<std::int64_t>::max() / 2)};

billing::JournalEntry scrap_entry(Ticket const& ticket, Money owed, std::string kind, Instant at) {
    return {.id = {},
            .kind = std::move(kind),
            .document = ticket.id.text(),
            .memo = "Weigh ticket " + std::to_string(ticket.number),
            .booked_at = at,
            .postings = {{std::string{scrap_account}, owed},
                         {billing::account::wallet(*ticket.enterprise), -owed}}};
}

billing::JournalEntry bought(Ticket const& ticket) {
    return scrap_entry(ticket, ticket.amount, "scrap", ticket.created_at);
}

billing::JournalEntry given_back(Ticket const& ticket, Instant at) {
    return scrap_entry(ticket, -ticket.amount, "scrap_reversal", at);
}

void book(store::Writer& writer, FacilityId const& facility, IdSource& ids,
          billing::JournalEntry entry) {
    entry.id = ids.make<EntryId>();
    billing::book(writer, facility, std::move(entry));
}

/// What the ticket puts onto the next bill. It has the id of its ticket.
billing::Item item_of(Ticket const& ticket, Material const& material) {
    bool const tipping = ticket.deal == Deal::tipping;
    billing::Item item;
    item.id = ItemId{ticket.id.uuid};
    item.enterprise = *ticket.enterprise;
    item.source = tipping ? "tipping" : "material";
    item.source_id = ticket.id.text();
    item.happened_at = ticket.at;
    item.label = {(tipping ? "Tipping fee: " : "Sale: ") + material.name.en,
                  (tipping ? "বর্জ্য গ্রহণ ফি: " : "বিক্রয়: ") + material.name.bn};
    item.quantity = ticket.net_g();
    item.unit = "g";
    item.per = 1000;
    item.price = ticket.price;
    item.amount = ticket.amount;
    item.income = tipping ? "income:tipping" : "income:material";
    item.tax_code = billing::kStandardTax;
    item.note = "Weigh ticket " + std::to_string(ticket.number);
    item.created_by = ticket.by;
    item.created_at = ticket.created_at;
    return item;
}

/// What gives so much of it back.
billing::Item taken_back(billing::Item item, Money amount, std::string const& reason, IdSource& ids,
                         Instant now) {
    item.source = "adjustment";
    item.source_id = "item/" + item.id.text();
    item.id = ids.make<ItemId>();
    item.happened_at = now;
    item.price = {-item.price.e4};
    if (amount != item.amount) {
        item.quantity = item.per = 1;
        item.unit = "correction";
        item.price = {-amount.poisha * 10'000};
    }
    item.amount = -amount;
    item.refers_invoice = item.invoice;
    item.refers_line = item.line;
    item.note += ": " + reason;
    item.created_at = now;
    return item;
}

}  // namespace

Result<bool> book_deal(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       Ticket const& ticket, Material const& material) {
    if (ticket.amount == Money{}) return true;
    if (ticket.deal == Deal::scrap) {
        book(writer, facility, ids, bought(ticket));
        return true;
    }
    auto const added = billing::add_item(writer, facility, item_of(ticket, material));
    if (!added) return tl::make_unexpected(added.error());
    return true;
}

Result<bool> take_back(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       Ticket const& ticket, std::string const& reason, Instant now) {
    if (ticket.amount == Money{}) return true;
    if (ticket.deal == Deal::scrap) {
        auto const enough =
            billing::gather_wallet(writer, facility, ids, *ticket.enterprise, ticket.amount, now);
        if (!enough) return tl::make_unexpected(enough.error());
        book(writer, facility, ids, given_back(ticket, now));
        return true;
    }
    ItemId const id{ticket.id.uuid};
    auto const item = billing::find_item(writer, facility, id);
    if (!item) return refuse(ErrorKind::not_found, "not_found");
    if (item->state == "withdrawn") return true;
    if (item->state == "waiting") {
        auto const withdrawn = billing::withdraw_item(writer, facility, id);
        if (!withdrawn) return tl::make_unexpected(withdrawn.error());
        return true;
    }
    auto const left = billing::left_of(
        item->amount, item->line, billing::adjustments_of(writer, facility, item->invoice.value()));
    if (left == Money{}) return true;
    auto const added =
        billing::add_item(writer, facility, taken_back(*item, left, reason, ids, now));
    if (!added) return tl::make_unexpected(added.error());
    return true;
}

std::vector<billing::JournalEntry> scrap_entries(store::Reader& reader,
                                                 FacilityId const& facility) {
    auto const tickets = tickets_within(reader, facility, ever);
    std::map<TicketId, Instant> kept;
    for (auto const& ticket : tickets) kept[ticket.id] = ticket.created_at;
    std::vector<billing::JournalEntry> entries;
    for (auto const& ticket : tickets) {
        if (ticket.deal != Deal::scrap || ticket.amount == Money{}) continue;
        entries.push_back(bought(ticket));
        if (ticket.corrected_by)
            entries.push_back(given_back(ticket, kept.at(*ticket.corrected_by)));
    }
    return entries;
}

}  // namespace karkhana::recycling

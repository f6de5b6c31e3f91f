#include "server/telling/bills.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "server/base/text.hpp"
#include "server/billing/ageing.hpp"
#include "server/billing/money_settings.hpp"
#include "server/billing/pack_words.hpp"
#include "server/telling/names.hpp"

namespace karkhana::telling {
namespace {

constexpr std::string_view kInvoiceTold =
    "INSERT INTO invoice_reminder (facility_id, invoice_id, level, at) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kOpeningTold =
    "INSERT INTO opening_reminder (facility_id, enterprise_id, level, at) VALUES ($1, $2, $3, $4)";

struct DueBill {
    billing::OpenInvoice invoice;
    int level = 0;
};

std::vector<DueBill> due_bills(store::Reader& reader, FacilityId const& facility, Instant now) {
    std::set<std::pair<InvoiceId, int>> told;
    reader.each(
        "SELECT invoice_id, level FROM invoice_reminder WHERE facility_id = $1 UNION ALL "
        "SELECT enterprise_id, level FROM opening_reminder WHERE facility_id = $1",
        [&](store::Row const& row) { told.emplace(row.id<InvoiceId>(0), row.small(1)); }, facility);
    auto const days = billing::money_settings(reader, facility).reminder_days;
    std::vector<DueBill> due;
    for (auto& invoice : billing::open_invoices(reader, facility, now)) {
        auto const level = reminder_level(now - invoice.issued_at, days);
        if (level > 0 && invoice.disputed == Money{} && !told.contains({invoice.id, level}))
            due.push_back({std::move(invoice), level});
    }
    return due;
}

}  // namespace

int reminder_level(Duration age, std::vector<int> const& days) {
    return static_cast<int>(
        std::ranges::count_if(days, [&](int each) { return age >= std::chrono::days{each}; }));
}

std::size_t tell_of_bills(Needs const& needs) {
    auto const now = needs.clock.now();
    auto const waiting = needs.store.read(
        [&](store::Reader& reader) { return !due_bills(reader, needs.facility, now).empty(); });
    if (!waiting) return 0;
    return needs.store.write([&](store::Writer& writer) {
        auto const due = due_bills(writer, needs.facility, now);
        Names const names{writer, needs.facility, {}};
        for (auto const& [invoice, level] : due) {
            notify::News news{.kind = "bill_reminder",
                              .about = invoice.id.text(),
                              .occasion = std::to_string(level)};
            news.values["number"] = invoice.opening
                                        ? facility::Name{"opening balance", "প্রারম্ভিক জের"}
                                        : facility::Name{invoice.number, invoice.number};
            news.values["amount"] = {amount_text(invoice.due, Language::en),
                                     amount_text(invoice.due, Language::bn)};
            news.values["facility"] = names.facility();
            needs.outbox.tell_enterprise(writer, needs.facility, invoice.enterprise, news, now);
            writer.execute(invoice.opening ? kOpeningTold : kInvoiceTold, needs.facility,
                           invoice.id, level, now);
        }
        return due.size();
    });
}

namespace {

constexpr std::chrono::days kBeforeItEnds{7};

std::vector<billing::Pack> ending_packs(store::Reader& reader, FacilityId const& facility,
                                        Instant now) {
    std::set<billing::PackId> told;
    reader.each(
        "SELECT pack_id FROM pack_told WHERE facility_id = $1",
        [&](store::Row const& row) { told.insert(row.id<billing::PackId>(0)); }, facility);
    auto packs = billing::list_packs(reader, facility, std::nullopt);
    std::erase_if(packs, [&](billing::Pack const& pack) {
        return pack.left() <= 0 || !pack.expires_at || *pack.expires_at <= now ||
               *pack.expires_at > now + kBeforeItEnds || told.contains(pack.id);
    });
    return packs;
}

}  // namespace

std::size_t tell_of_packs(Needs const& needs) {
    auto const now = needs.clock.now();
    auto const waiting = needs.store.read(
        [&](store::Reader& reader) { return !ending_packs(reader, needs.facility, now).empty(); });
    if (!waiting) return 0;
    return needs.store.write([&](store::Writer& writer) {
        auto const packs = ending_packs(writer, needs.facility, now);
        Names const names{writer, needs.facility, {}};
        for (auto const& pack : packs) {
            notify::News news{.kind = "pack_ends",
                              .about = pack.id.text(),
                              .occasion = "soon",
                              .useful_until = *pack.expires_at};
            auto const& label = pack.component.label;
            auto const left = billing::amount_label(pack.component.covers, pack.left());
            news.values["pack"] = {label.en, label.bn};
            news.values["left"] = {left.en, left.bn};
            news.values["until"] = notify::time_words(names.zone(), *pack.expires_at);
            news.values["facility"] = names.facility();
            needs.outbox.tell_enterprise(writer, needs.facility, pack.enterprise, news, now);
            writer.execute("INSERT INTO pack_told (facility_id, pack_id, at) VALUES ($1, $2, $3)",
                           needs.facility, pack.id, now);
        }
        return packs.size();
    });
}

}  // namespace karkhana::telling

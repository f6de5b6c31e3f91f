#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/result.hpp"
#include "server/billing/rating.hpp"
#include "server/store/store.hpp"

/// What stands on a bill beside metered sessions: fees, services, memberships, what was used
/// elsewhere, and corrections of issued lines.
namespace karkhana::billing {

struct Item {
    ItemId id;
    EnterpriseId enterprise;
    std::string source;     ///< booking_fee, membership, service, event, adjustment, ...
    std::string source_id;  ///< with the source: what it is, once and for all
    Instant happened_at;
    Label label;
    std::int64_t quantity = 1;
    std::string unit;
    std::int64_t per = 1;  ///< so many of the quantity make one priced unit
    Rate price;
    Money amount;
    std::string income;  ///< the ledger's account
    std::string tax_code;
    std::string sector = "commercial";  ///< or public
    Money subsidy;                      ///< what somebody else bears of the price
    std::optional<InvoiceId>
        refers_invoice;  ///< of an adjustment: the issued line that it corrects
    std::optional<int> refers_line;
    std::string note;
    std::optional<PersonId> created_by;  ///< empty: the program itself
    Instant created_at;
    std::string state = "waiting";  ///< billed when it is on a final bill; withdrawn
    std::optional<InvoiceId> invoice;
    int line = 0;
};

/// True of the line that takes the worth of a bill off again where nothing is charged.
bool is_shadow(Item const& item);
/// What two items of the same source and id must have alike to be the same one.
std::string payload_sha256(Item const& item);

/// Keeps the item, once and for all. The one there is already is given back when it says the same.
/// Errors: `event_differs` when it says something else; `wrong_amount` when the amount is not the
/// price times the quantity.
Result<Item> add_item(store::Writer& writer, FacilityId const& facility, Item item);
/// Takes a waiting item back, off the draft that it may be on.
void drop_item(store::Writer& writer, FacilityId const& facility, ItemId const& id);
/// Takes a waiting item back that is on no draft. Errors: `not_found`, `already_billed`,
/// `on_a_draft`.
Result<Item> withdraw_item(store::Writer& writer, FacilityId const& facility, ItemId const& id);

std::optional<Item> find_item(store::Reader& reader, FacilityId const& facility, ItemId const& id);
/// Of these ids of a source, by their id; one query.
std::map<std::string, Item> items_of_source(store::Reader& reader, FacilityId const& facility,
                                            std::string_view source,
                                            std::vector<std::string> const& source_ids);
/// Of a source, those whose id begins so; withdrawn ones too, by their id.
/// Precondition: the prefix ends with a plain letter or sign.
std::vector<Item> items_with_prefix(store::Reader& reader, FacilityId const& facility,
                                    std::string_view source, std::string const& prefix);
/// Those that happened before and are on no final invoice; of drafts too.
std::vector<Item> waiting_items(store::Reader& reader, FacilityId const& facility, Instant before);
/// In order of their lines, of each invoice that has any; one query.
std::map<InvoiceId, std::vector<Item>> items_of_invoices(store::Reader& reader,
                                                         FacilityId const& facility,
                                                         std::vector<InvoiceId> const& ids);
std::vector<Item> items_of_invoice(store::Reader& reader, FacilityId const& facility,
                                   InvoiceId const& invoice);
/// Of one ME or of all, newest first, before `cursor` (an item's id; nil: from the newest).
std::vector<Item> list_items(store::Reader& reader, FacilityId const& facility,
                             std::optional<EnterpriseId> const& enterprise, ItemId const& cursor,
                             int limit);
/// Every item that corrects a line of the invoice, withdrawn ones not.
std::vector<Item> adjustments_of(store::Reader& reader, FacilityId const& facility,
                                 InvoiceId const& invoice);

/// Whether this person asked for a line of the draft to be given back: another one makes it final.
bool asked_for_by(store::Reader& reader, FacilityId const& facility, InvoiceId const& draft,
                  PersonId const& person);

/// What of an amount that was issued on a line is not given back yet, whoever gave it back.
Money left_of(Money issued, int line, std::vector<Item> const& adjustments);

/// Puts items onto a draft, from this line on.
void put_items_on(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice,
                  std::vector<Item> const& items, int first_line);
/// Takes all items off a draft; they wait again.
void take_items_off(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice);
/// The items of an invoice that has just become final are billed.
void settle_items(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice);

}  // namespace karkhana::billing

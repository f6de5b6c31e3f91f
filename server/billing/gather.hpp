#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/billing/items.hpp"
#include "server/billing/month_payers.hpp"
#include "server/store/store.hpp"

/// What a billing run bills beside sessions because something else happened: fees of bookings, and
/// what is rated by the month.
namespace karkhana::billing {

/// Items that are to be kept, and those that are to be taken back.
struct Gathered {
    std::vector<Item> fresh;
    std::vector<Item> gone;  ///< waiting ones
    /// Of months that are over: by what each ME's is rated, where that is not kept yet.
    std::map<std::string, MonthPayers> payers = {};
};

/// What happened up to the end of the month and is not said yet; changes nothing. A fee is billed
/// when it is settled; one that is withdrawn after its bill is given back by a credit note.
/// Errors: `bad_period`, those of rate_period.
Result<Gathered> gather(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                        std::string const& period, Instant now);
/// Keeps and takes back what was gathered; a draft that something is taken off sums up the rest.
/// Precondition: lock_billing. Errors: `unknown_tax_code`.
Result<void> keep(store::Writer& writer, FacilityId const& facility, Gathered const& gathered,
                  Instant now);
/// The waiting items as they are once what was gathered is kept.
std::vector<Item> with(std::vector<Item> waiting, Gathered const& gathered);

}  // namespace karkhana::billing

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/billing/document.hpp"
#include "server/billing/verify.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {

/// Takes away what keeps people from changing the past.
inline void disarm(store::Writer& writer) {
    if (writer.is_postgres()) {
        writer.execute("SET LOCAL session_replication_role = replica");
        return;
    }
    writer.execute("PRAGMA defer_foreign_keys = ON");  // until a COMMIT that never comes
    auto const triggers = writer.all("SELECT name FROM sqlite_schema WHERE type = 'trigger'",
                                     [](store::Row const& row) { return row.text(0); });
    for (auto const& name : triggers) writer.execute("DROP TRIGGER " + name);
}

/// What `verify` finds after somebody with the file in hand did this; then undoes it all.
inline std::vector<std::string> found_after(Centre& centre,
                                            std::function<void(store::Writer&)> const& damage) {
    std::vector<std::string> found;
    auto const seller = centre.facility();
    auto const undone = centre.ledger.write([&](store::Writer& writer) -> Result<bool> {
        disarm(writer);
        damage(writer);
        found = verify_charges(writer, seller.id, centre.zone);
        for (auto const& more : {verify_invoices(writer, seller), verify_ledger(writer, seller.id)})
            found.insert(found.end(), more.begin(), more.end());
        return refuse(ErrorKind::conflict, "undone");
    });
    if (undone.error().code != "undone") throw std::logic_error("the damage was not undone");
    return found;
}

/// Writes a document anew, with a hash that fits: `from` becomes `to`, in the last of its series.
inline void forge_last(store::Writer& writer, std::string const& number_text, std::string_view from,
                       std::string_view to) {
    auto [canonical, previous, series] = *writer.first(
        "SELECT canonical, previous_hash, series FROM invoice WHERE number_text = $1",
        [](store::Row const& row) { return std::tuple{row.text(0), row.text(1), row.text(2)}; },
        number_text);
    auto const at = canonical.find(from);
    if (at == std::string::npos) throw std::logic_error("nothing to forge in " + canonical);
    canonical.replace(at, from.size(), to);
    auto const hash = chain_hash(previous, canonical);
    writer.execute("UPDATE invoice SET canonical = $2, hash = $3 WHERE number_text = $1",
                   number_text, canonical, hash);
    writer.execute("UPDATE invoice_series SET last_hash = $2 WHERE series = $1", series, hash);
}

}  // namespace karkhana::billing

#include <iostream>

#include "server/app/commands.hpp"
#include "server/app/load.hpp"
#include "server/app/prepare.hpp"
#include "server/app/verify.hpp"

namespace karkhana::app {

int verify(std::string const& path) {
    auto const loaded = load_or_complain(path);
    if (!loaded) return 78;
    auto const stores = open_stores_to_read(loaded->config);
    auto const facilities = stores.ledger().read(
        [](store::Reader& reader) { return facility::list_facilities(reader); });
    bool holds = true;
    bool const one_database = !loaded->config.postgres.empty();
    auto* const series = one_database ? &stores.ledger() : stores.telemetry_owner.get();
    for (auto const& facility : facilities) {
        auto const verified = verify_facility(stores.ledger(), series, facility);
        for (auto const& finding : verified.findings) std::cout << finding << '\n';
        std::cout << facility.slug << ": " << verified.sessions << " sessions, "
                  << verified.invoices << " invoices, " << verified.entries << " journal entries, "
                  << (verified.findings.empty()
                          ? "all hold"
                          : std::to_string(verified.findings.size()) + " findings")
                  << '\n';
        holds = holds && verified.findings.empty();
    }
    return holds ? 0 : 1;
}

int migrate(std::string const& path) {
    auto const loaded = load_or_complain(path);
    if (!loaded) return 78;
    auto const stores = open_stores(loaded->config);
    std::cout << "the database fits this program\n";
    return 0;
}

}  // namespace karkhana::app

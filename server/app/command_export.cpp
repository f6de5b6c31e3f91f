#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "server/app/commands.hpp"
#include "server/app/load.hpp"
#include "server/app/local_caller.hpp"
#include "server/billing/invoices.hpp"

namespace karkhana::app {
namespace {

/// Empty: there is no such bill.
std::string bill_of(store::Store& ledger, FacilityId const& facility, std::string const& number) {
    return ledger.read([&](store::Reader& reader) {
        auto const all = billing::final_invoices(reader, facility);
        auto const found = std::ranges::find(all, number, &billing::Invoice::number_text);
        return found == all.end() ? std::string{} : found->id.text();
    });
}

void write_out(std::string const& file, std::string const& content) {
    if (file.empty()) {
        std::cout << content << std::flush;
        return;
    }
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out << content;
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

}  // namespace

int export_files(ExportOptions const& options) {
    auto const loaded = load_or_complain(options.config);
    if (!loaded) return 78;
    auto const stores = open_stores(loaded->config);
    LocalCaller const caller{loaded->config, stores};
    std::string path = "/api/v1/exports/" + options.what + "." + options.format;
    Query query;
    if (!options.period.empty()) query["period"] = options.period;
    if (options.what == "bill") {
        auto const id = bill_of(stores.ledger(), caller.facility(), options.number);
        if (id.empty()) throw std::runtime_error("there is no bill " + options.number);
        path = "/api/v1/invoices/" + id + "." + options.format;
        query.clear();
    }
    auto const answer = caller.ask("GET", path, query);
    if (answer.status != 200) {
        std::cerr << "karkhana: " << answer.body << '\n';
        return 1;
    }
    write_out(options.out, answer.body);
    return 0;
}

}  // namespace karkhana::app

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "server/billing/api_parts.hpp"
#include "server/billing/bill_evidence.hpp"
#include "server/http/json.hpp"

namespace karkhana::billing {
namespace {

using http::Request;
using http::Response;

std::string evidence_file_name(std::string number) {
    std::ranges::replace(number, '/', '-');
    return number + ".evidence.json";
}

Response get_evidence(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        auto const invoice = visible_invoice(reader, request);
        if (!invoice) return http::problem(invoice.error());
        if (!invoice->final)
            return http::problem(
                {ErrorKind::conflict, "not_final", "", "a draft is not a document yet"});
        auto names = read_names(reader, request.principal->facility);
        auto const file = evidence_file_name(invoice->number_text);
        return http::json_response(200, bill_evidence(reader, *invoice, names))
            .with("Content-Disposition", "attachment; filename=\"" + file + '"');
    });
}

}  // namespace

void add_evidence_routes(http::Router& router, Services const& services) {
    router.add({"GET", "/api/v1/invoices/{id}/evidence", "getInvoiceEvidence",
                [services](Request const& request) { return get_evidence(services, request); },
                http::Access::signed_in, false, false});
}

}  // namespace karkhana::billing

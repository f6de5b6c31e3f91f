#include <boost/json/object.hpp>

#include "server/exports/api_parts.hpp"
#include "server/exports/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::exports {
namespace {

namespace json = boost::json;
using http::Request;
using http::Response;

/// Errors: `not_found` also for what is another's, `wrong_state` while it goes on.
Result<JobSlip> slip_for(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    auto const id = http::path_id<SessionId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const session = metering::find_session(reader, who.facility, *id);
    bool const mine = session && session->enterprise && who.acts_for(*session->enterprise);
    if (!session || !(mine || people::is_staff(who)))
        return refuse(ErrorKind::not_found, "not_found");
    if (session->state != metering::SessionState::closed)
        return refuse(ErrorKind::conflict, "wrong_state", "the job has no STOP register yet");
    return read_slip(reader, *session);
}

json::object spent_json(Spent const& spent, bool priced) {
    json::object out{{"energy_wh", spent.energy.wh}, {"seconds", spent.seconds}};
    if (priced) out["price"] = json::object{{"amount", spent.money.poisha}, {"currency", "BDT"}};
    return out;
}

json::object slip_json(JobSlip const& slip) {
    json::object message{{"en", message_of(slip, Language::en)},
                         {"bn", message_of(slip, Language::bn)}};
    json::object out{{"session_id", slip.id},
                     {"message", std::move(message)},
                     {"spent", spent_json(slip.spent, slip.priced)},
                     {"earlier_jobs", slip.earlier_jobs}};
    if (slip.pieces) out["quantity"] = *slip.pieces;
    if (auto const each = slip.each()) out["each"] = spent_json(*each, slip.priced);
    if (auto const each = slip.earlier_each()) out["earlier_each"] = spent_json(*each, true);
    return out;
}

Response get_slip(Services const& services, Request const& request) {
    auto const slip =
        services.store.read([&](store::Reader& reader) { return slip_for(reader, request); });
    if (!slip) return http::problem(slip.error());
    return http::json_response(200, slip_json(*slip));
}

Response get_slip_text(Services const& services, Request const& request) {
    Result<Wish> wish = Wish{};
    auto const slip = services.store.read([&](store::Reader& reader) {
        wish = wish_of(reader, request);
        return slip_for(reader, request);
    });
    if (!slip) return http::problem(slip.error());
    if (!wish) return http::problem(wish.error());
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    if (wish->speech != Speech::en) response.body = lines_of(*slip, Language::bn);
    if (wish->speech != Speech::bn) response.body += lines_of(*slip, Language::en);
    return response;
}

Response get_slip_pdf(Services const& services, Request const& request) {
    Result<Wish> wish = Wish{};
    auto const slip = services.store.read([&](store::Reader& reader) {
        wish = wish_of(reader, request);
        return slip_for(reader, request);
    });
    if (!slip) return http::problem(slip.error());
    if (!wish) return http::problem(wish.error());
    tell(services, request, "getJobSlipPdf", "usage_session/" + request.param("id"), {});
    if (!request.parameter("paper")) wish->paper = Paper::slip;
    return pdf_answer(paper_of(*slip), *wish);
}

}  // namespace

void add_slip_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string pattern, std::string operation, auto handler) {
        router.add(
            {"GET", "/api/v1" + std::move(pattern), std::move(operation),
             [services, handler](Request const& request) { return handler(services, request); },
             http::Access::signed_in, false, false});
    };
    on("/usage-sessions/{id}/slip", "getJobSlip", get_slip);
    on("/usage-sessions/{id}/slip.txt", "getJobSlipText", get_slip_text);
    on("/usage-sessions/{id}/slip.pdf", "getJobSlipPdf", get_slip_pdf);
}

}  // namespace karkhana::exports

#include "server/app/local_caller.hpp"

#include <stdexcept>

#include "server/billing/api.hpp"
#include "server/exports/api.hpp"
#include "server/http/json.hpp"
#include "server/imports/api.hpp"

namespace karkhana::app {

http::Response call(http::Router const& router, http::Principal who, std::string const& method,
                    std::string const& path, Query const& query, std::string body,
                    std::string const& type) {
    auto match = router.match(method, path);
    if (match.route == nullptr)
        return http::problem({ErrorKind::not_found, "not_found", "", "There is no such file."});
    http::Request request;
    request.method = method;
    request.path = path;
    request.query.assign(query.begin(), query.end());
    request.params = std::move(match.params);
    if (!body.empty()) request.headers.emplace_back("content-type", type);
    request.body = std::move(body);
    request.principal = std::move(who);
    return match.route->handler(request);
}

LocalCaller::LocalCaller(Config const& config, Stores const& stores) {
    auto const found = stores.ledger().read([&](store::Reader& reader) {
        return facility::find_facility_by_slug(reader, config.facility.slug);
    });
    if (!found) throw std::runtime_error("the database does not know " + config.facility.slug);
    facility_ = found->id;
    billing::add_routes(router_, {stores.ledger(), clock_, ids_, rate_cards_});
    exports::add_routes(router_, {stores.ledger(), clock_, config.http.public_address, {}});
    imports::add_routes(router_, {stores.ledger(), clock_, ids_});
}

http::Response LocalCaller::ask(std::string const& method, std::string const& path,
                                Query const& query, std::string body,
                                std::string const& type) const {
    http::Principal const somebody{.facility = facility_, .roles = {"manager"}};
    return call(router_, somebody, method, path, query, std::move(body), type);
}

}  // namespace karkhana::app

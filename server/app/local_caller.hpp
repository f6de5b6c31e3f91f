#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/app/prepare.hpp"
#include "server/billing/rate_cards.hpp"
#include "server/http/router.hpp"

namespace karkhana::app {

using Query = std::map<std::string, std::string>;
/// Calls a route in this process, as this person. A body without a type is JSON.
http::Response call(http::Router const& router, http::Principal who, std::string const& method,
                    std::string const& path, Query const& query, std::string body = "",
                    std::string const& type = "application/json");

/// The API without a socket, for whoever may use the command line: the same handlers, the rights
/// of a manager, and nobody's name in the audit trail but that of the command line.
class LocalCaller {
public:
    /// Throws std::runtime_error when the database does not know the facility.
    LocalCaller(Config const& config, Stores const& stores);

    http::Response ask(std::string const& method, std::string const& path, Query const& query,
                       std::string body = "", std::string const& type = "application/json") const;
    FacilityId const& facility() const { return facility_; }

private:
    SystemWallClock clock_;
    std::unique_ptr<Random> random_ = system_random();
    IdSource ids_{*random_, clock_};
    billing::RateCardCache rate_cards_;
    FacilityId facility_;
    http::Router router_;
};

}  // namespace karkhana::app

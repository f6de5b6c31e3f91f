#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/ids.hpp"

/// HTTP as the subjects see it: plain values, no Asio, no Beast.
namespace karkhana::http {

/// Who asks. The tenant and the role come from here and never from the request.
struct Principal {
    FacilityId facility;
    PersonId person;
    std::vector<std::string> roles;         ///< names of the role table: "manager", ...
    std::vector<EnterpriseId> enterprises;  ///< MEs this person acts for
    std::string csrf;                       ///< expected X-CSRF-Token; empty for bearer tokens
    bool has(std::string_view role) const {
        for (auto const& mine : roles)
            if (mine == role) return true;
        return false;
    }
    bool acts_for(EnterpriseId const& enterprise) const {
        for (auto const& mine : enterprises)
            if (mine == enterprise) return true;
        return false;
    }
};

struct Request {
    std::string method;                                        ///< upper case
    std::string path;                                          ///< percent-decoded, begins with '/'
    std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string body;
    std::string peer;                           ///< address of the client, without port
    bool secure = false;                        ///< came over TLS
    std::map<std::string, std::string> params;  ///< of the route: {id}
    std::optional<Principal> principal;         ///< set by the dispatcher
    std::string id;                             ///< X-Request-Id of the answer

    std::optional<std::string_view> header(std::string_view lower_case_name) const;
    std::optional<std::string_view> parameter(std::string_view query_name) const;
    std::string const& param(std::string const& route_name) const { return params.at(route_name); }
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::shared_ptr<std::string const> shared_body;  ///< instead of body, for assets and documents
    std::vector<std::pair<std::string, std::string>> headers;

    Response& with(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

}  // namespace karkhana::http

#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "server/http/router.hpp"

namespace karkhana::http {

/// What few operations are besides.
struct Besides {
    Access access = Access::signed_in;
    bool only_looks = false;  ///< a POST that changes nothing, and so needs no Idempotency-Key
    char const* consumes = "application/json";
    std::size_t body_limit = 0;  ///< bytes; 0: that of the server
};

/// An operation of the contract, and who answers it out of what its room is served by.
template <class Services>
struct Operation {
    char const* method;
    char const* pattern;
    char const* id;  ///< of schema/openapi.yaml
    Response (*handler)(Services const&, Request const&);
    Besides besides = {};
};

/// Adds a route for each of `operations`, which share one copy of `services`.
template <class Services, class Operations>
void add_operations(Router& router, Services services, Operations const& operations) {
    auto const shared = std::make_shared<Services const>(std::move(services));
    for (Operation<Services> const& operation : operations)
        router.add({.method = operation.method,
                    .pattern = operation.pattern,
                    .operation_id = operation.id,
                    .handler = [shared, handler = operation.handler](
                                   Request const& request) { return handler(*shared, request); },
                    .access = operation.besides.access,
                    .idempotent = std::string_view{operation.method} == "POST" &&
                                  !operation.besides.only_looks,
                    .consumes = operation.besides.consumes,
                    .body_limit = operation.besides.body_limit});
}

}  // namespace karkhana::http

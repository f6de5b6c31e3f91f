#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/assets.hpp"
#include "server/http/gate.hpp"
#include "server/http/message.hpp"
#include "server/http/router.hpp"
#include "server/http/server.hpp"
#include "server/http/wire.hpp"

namespace karkhana::http {

/// What is to be done with a request, known when its head has been read.
struct Plan {
    Route const* route = nullptr;
    Asset const* asset = nullptr;
    std::optional<Response> refusal;  ///< neither: no such path, another method, OPTIONS
    std::uint64_t body_limit = 0;
    bool on_io_thread = false;
};

/// What comes of it.
struct Answer {
    Outgoing outgoing;
    std::optional<FacilityId> events;  ///< go on with the events of this facility
};

/// From a request to its answer: finds the route, asks the gatekeeper, calls the handler, and is
/// the one place where exceptions of handlers end. Knows no socket; thread-safe.
class Dispatcher {
public:
    Dispatcher(ServerOptions const& options, Router router, Gatekeeper gatekeeper);

    /// Also gives the request its id and the parameters of its route. Never blocks.
    Plan plan(Request& request) const;
    /// May block unless the plan says on_io_thread.
    Answer answer(Plan const& plan, Request& request, WireContext context) const;
    /// The answer to what never became a request, and to one there is no time for.
    Outgoing refuse(Refusal const& refusal, WireContext context) const;

private:
    std::string next_id() const;
    Response respond(Plan const& plan, Request& request, std::optional<FacilityId>& events) const;
    std::optional<Response> check(Route const& route, Request& request) const;
    std::optional<Response> check_caller(Route const& route, Request& request) const;
    Response explain_exception(Plan const& plan, Request const& request) const;
    void log(std::string_view level, std::string const& line) const;

    ServerOptions const& options_;
    Router router_;
    Gatekeeper gatekeeper_;
    Assets assets_;
    std::string id_prefix_;
    mutable std::atomic<std::uint64_t> last_id_{0};
};

}  // namespace karkhana::http

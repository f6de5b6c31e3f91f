#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.hpp"
#include "server/http/router.hpp"
#include "server/http/sse.hpp"

namespace karkhana::http {

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;    ///< 0 takes a free one, see Server::port
    std::string tls_certificate;  ///< PEM files; both empty: plain HTTP
    std::string tls_key;
    std::string web_root;  ///< built browser application; empty: none
    std::size_t handler_threads = 8;
    std::size_t connection_limit = 10'000;
    std::size_t queue_limit = 12'000;  ///< requests waiting for a handler; more are 503
    std::size_t header_limit = 16 * 1024;
    std::size_t body_limit = 64 * 1024;
    std::chrono::seconds header_deadline{9};
    std::chrono::seconds body_deadline{9};   ///< and a second more for each KiB that has come
    std::chrono::seconds stall_deadline{9};  ///< no byte of a body comes, none of an answer leaves
    std::chrono::seconds idle_deadline{60};
    std::chrono::seconds write_deadline{20};  ///< and a second more for each KiB of the answer
    std::chrono::seconds drain_deadline{10};  ///< graceful stop: finish what has begun
    /// An event stream ends after this and comes back, so that one who was logged out loses it.
    std::chrono::seconds event_stream_limit{900};
    std::chrono::seconds event_keep_alive{15};  ///< a comment on a quiet event stream
    /// A proxy stands before us: X-Forwarded-For and -Proto tell who asks and whether over TLS.
    bool trust_proxy = false;

    /// One line for the log; level is "error", "warning" or "info". Called from any thread.
    std::function<void(std::string_view level, std::string_view line)> log;
    /// Somebody was refused with 401, 403, 404 or 429. Called from any thread.
    std::function<void(Request const&, Route const&, int status)> refused;
    /// Turns an exception of a handler into an answer (a lost database into 503); nullopt: 500.
    std::function<std::optional<Response>(std::exception_ptr)> explain;
};

/// Counted since the start; what is a state (open, waiting) is of this moment.
struct ServerMetrics {
    std::array<std::uint64_t, 6> answers{};  ///< by class of status: answers[2] are the 2xx
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_refused = 0;  ///< over the limit, or no descriptor left
    std::uint64_t heads_refused = 0;        ///< by the gate
    std::uint64_t deadlines_missed = 0;
    std::uint64_t queue_refusals = 0;  ///< answered 503 because the handlers were behind
    std::uint64_t events_sent = 0;
    std::uint64_t listeners_dropped = 0;  ///< event streams too slow to follow
    std::size_t connections_open = 0;
    std::size_t queue_depth = 0;
    std::size_t event_listeners = 0;
};

/// What the dispatcher asks of the people subject. Wired by app.
struct Gatekeeper {
    /// The session cookie or bearer token of the request; nullopt: nobody. May block.
    std::function<std::optional<Principal>(Request const&)> authenticate;
    /// May this principal call this operation at all? From the role table.
    std::function<bool(Principal const&, std::string_view operation_id)> allowed;
};

/// Listens, parses, gates, dispatches. Handlers run on a pool, answers leave on the I/O thread.
class Server {
public:
    Server(ServerOptions options, Router router, Gatekeeper gatekeeper, SseHub& events);
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    /// Once: binds and starts the threads. Throws std::runtime_error when the address is taken.
    void start();
    std::uint16_t port() const;
    ServerMetrics snapshot() const;
    /// Reads the certificate and its key again, for whoever connects from now on. A pair that
    /// cannot be used is logged, and the one before stays.
    void renew_tls();
    /// Stops accepting, lets running requests finish until the drain deadline, joins. A handler
    /// that runs is waited for, however long it takes: half a handler would be half an effect.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace karkhana::http

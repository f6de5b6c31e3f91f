#include "server/http/server.hpp"

#include <atomic>

#include "server/http/connection.hpp"
#include "server/http/listener.hpp"

namespace karkhana::http {

struct Server::Impl {
    Impl(ServerOptions given, Router router, Gatekeeper gatekeeper, SseHub& events)
        : options(std::move(given)),
          dispatcher(options, std::move(router), std::move(gatekeeper)),
          pool(options.handler_threads, options.queue_limit),
          shared{options, dispatcher, pool, events.impl(), counters, {}, {}, {}, {}, {}} {
        shared.head_limits.head = options.header_limit;
    }

    ServerOptions const options;
    Counters counters;
    Dispatcher dispatcher;
    Pool pool;
    Shared shared;
    std::atomic<std::uint16_t> port{0};
    std::unique_ptr<Listener> listener;  // the last member: connections die before what they share
};

Server::Server(ServerOptions options, Router router, Gatekeeper gatekeeper, SseHub& events)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), std::move(gatekeeper),
                                   events)) {}

Server::~Server() { stop(); }

void Server::start() {
    impl_->listener = std::make_unique<Listener>(impl_->shared);
    impl_->port = impl_->listener->port();
    impl_->pool.start();
    impl_->listener->start();
}

void Server::renew_tls() {
    if (impl_->listener) impl_->listener->renew_tls();
}

std::uint16_t Server::port() const { return impl_->port; }

void Server::stop() {
    if (!impl_->listener) return;
    impl_->listener->stop();
    impl_->pool.stop();
    impl_->listener.reset();
}

ServerMetrics Server::snapshot() const {
    auto const& counters = impl_->counters;
    ServerMetrics metrics;
    for (std::size_t i = 0; i < metrics.answers.size(); ++i)
        metrics.answers[i] = counters.answers[i].value();
    metrics.bytes_in = counters.bytes_in.value();
    metrics.bytes_out = counters.bytes_out.value();
    metrics.connections_accepted = counters.accepted.value();
    metrics.connections_refused = counters.refused.value();
    metrics.heads_refused = counters.heads_refused.value();
    metrics.deadlines_missed = counters.deadlines_missed.value();
    metrics.queue_refusals = counters.queue_refusals.value();
    metrics.events_sent = counters.events_sent.value();
    metrics.listeners_dropped = counters.listeners_dropped.value();
    metrics.connections_open = counters.open.value();
    metrics.event_listeners = counters.listeners.value();
    metrics.queue_depth = impl_->pool.depth();
    return metrics;
}

}  // namespace karkhana::http

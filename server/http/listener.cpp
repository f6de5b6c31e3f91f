#include "server/http/listener.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/descriptors.hpp"
#include "server/http/transports.hpp"

namespace karkhana::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

struct Listener::Impl {
    explicit Impl(Shared& given);

    void bind();
    void accept();
    void on_accept(error_code ec);
    void take(tcp::socket socket);
    void back_off(error_code ec);
    void tick();
    void begin_stop();

    Shared& shared;
    std::size_t connection_limit = 0;
    std::unique_ptr<TlsIdentity> tls;
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    tcp::acceptor acceptor{io};
    tcp::socket next{io};
    tcp::endpoint peer;
    asio::steady_timer ticker{io};
    asio::steady_timer pause{io};
    SpareDescriptor spare;
    std::uint16_t port = 0;
    bool out_of_descriptors = false;
    Monotonic drain_until{};
    std::thread thread;
};

Listener::Impl::Impl(Shared& given) : shared(given) {
    auto const& options = shared.options;
    connection_limit = std::min(options.connection_limit, connections_that_fit());
    if (connection_limit < options.connection_limit && options.log)
        options.log("warning", "the limit of open files leaves room for " +
                                   std::to_string(connection_limit) + " connections only");
    if (!options.tls_certificate.empty() || !options.tls_key.empty())
        tls = std::make_unique<TlsIdentity>(options.tls_certificate, options.tls_key);
    bind();
    shared.completed = [this](std::shared_ptr<Connection> connection) {
        asio::post(io, [connection = std::move(connection)] { connection->on_answered(); });
    };
}

void Listener::Impl::bind() {
    auto const& options = shared.options;
    auto const where = options.address + ":" + std::to_string(options.port);
    try {
        tcp::endpoint const endpoint(asio::ip::make_address(options.address), options.port);
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen();
        port = acceptor.local_endpoint().port();
    } catch (boost::system::system_error const& error) {
        throw std::runtime_error("cannot listen on " + where + ": " + error.code().message());
    }
}

void Listener::Impl::accept() {
    acceptor.async_accept(next, peer, [this](error_code ec) { on_accept(ec); });
}

void Listener::Impl::on_accept(error_code ec) {
    if (shared.stopping || ec == asio::error::operation_aborted) return;
    namespace errc = boost::system::errc;
    if (ec == errc::too_many_files_open || ec == errc::too_many_files_open_in_system ||
        ec == errc::no_buffer_space || ec == errc::not_enough_memory)
        return back_off(ec);
    // Any other error is that of one client, gone before it was served.
    if (!ec) take(std::exchange(next, tcp::socket{io}));
    accept();
}

void Listener::Impl::take(tcp::socket socket) {
    if (shared.connections.size() >= connection_limit) {
        shared.counters.refused.add(1);
        if (!tls) say_overloaded(socket.native_handle());
        return;
    }
    shared.counters.accepted.add(1);
    out_of_descriptors = false;
    error_code ignored;  // a client that has gone already is noticed by the first read
    socket.set_option(tcp::no_delay(true), ignored);
    auto name = peer.address().to_string();
    auto const connection = tls ? tls->connection(shared, std::move(socket), std::move(name))
                                : plain_connection(shared, std::move(socket), std::move(name));
    connection->start();
}

void Listener::Impl::back_off(error_code ec) {
    if (!std::exchange(out_of_descriptors, true) && shared.options.log)
        shared.options.log("error", "cannot accept a connection: " + ec.message());
    shared.counters.refused.add(1);
    spare.give_up();
    turn_away(acceptor.native_handle(), !tls);
    spare.take();
    pause.expires_after(milliseconds{50});
    pause.async_wait([this](error_code wait_ec) {
        if (!wait_ec) accept();
    });
}

void Listener::Impl::tick() {
    auto const now = std::chrono::steady_clock::now();
    for (auto* const connection : shared.connections) connection->check_deadline(now);
    bool const late = now >= drain_until;
    if (shared.stopping && (shared.connections.empty() || late)) {
        for (auto* const connection : shared.connections) connection->close();
        work.reset();
        return;
    }
    ticker.expires_after(milliseconds{shared.stopping ? 20 : 500});
    ticker.async_wait([this](error_code ec) {
        if (!ec) tick();
    });
}

void Listener::Impl::begin_stop() {
    shared.stopping = true;
    drain_until = std::chrono::steady_clock::now() + shared.options.drain_deadline;
    error_code ignored;  // it is closed either way
    acceptor.close(ignored);
    pause.cancel();
    for (auto* const connection : shared.connections) connection->drain();
    ticker.cancel();
    tick();
}

Listener::Listener(Shared& shared) : impl_(std::make_unique<Impl>(shared)) {}

Listener::~Listener() = default;

void Listener::start() {
    auto& impl = *impl_;
    impl.shared.hub.set_bell([&impl] {
        asio::post(impl.io, [&impl] {
            impl.shared.hub.answer_bell();
            std::vector<Connection*> const all(impl.shared.listeners.begin(),
                                               impl.shared.listeners.end());
            for (auto* const listener : all) listener->send_events();
        });
    });
    impl.accept();
    impl.tick();
    impl.thread = std::thread([&impl] { impl.io.run(); });
}

std::uint16_t Listener::port() const { return impl_->port; }

void Listener::renew_tls() {
    asio::post(impl_->io, [this] {
        auto const& options = impl_->shared.options;
        try {
            // Connections that are open keep what they began with.
            impl_->tls = std::make_unique<TlsIdentity>(options.tls_certificate, options.tls_key);
        } catch (std::runtime_error const& error) {
            if (options.log) options.log("error", error.what());
        }
    });
}

void Listener::stop() {
    if (!impl_->thread.joinable()) return;
    impl_->shared.hub.set_bell({});
    asio::post(impl_->io, [this] { impl_->begin_stop(); });
    impl_->thread.join();
}

}  // namespace karkhana::http

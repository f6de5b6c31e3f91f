#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <linux/sockios.h>
#include <memory>
#include <string>
#include <sys/ioctl.h>
#include <utility>

#include "server/http/connection.hpp"

namespace karkhana::http {

namespace asio = boost::asio;

/// Moves the bytes of a connection through one kind of stream. Each stream type compiles this
/// template once, in a file of its own, because that is what costs minutes.
template <class Stream>
class Transport : public Connection {
public:
    template <class... Args>
    Transport(Shared& shared, std::string peer, bool secure, Args&&... stream)
        : Connection(shared, std::move(peer), secure), stream_(std::forward<Args>(stream)...) {}

protected:
    void begin_read(char* into, std::size_t size) override {
        stream_.async_read_some(asio::buffer(into, size),
                                [self = me()](boost::system::error_code ec, std::size_t done) {
                                    self->on_read(!ec, done);
                                });
    }
    void begin_write(Outgoing const& what) override {
        auto written = [self = me()](boost::system::error_code ec, std::size_t) {
            self->on_written(!ec);
        };
        if (!what.body) {
            asio::async_write(stream_, asio::buffer(what.head), all_at_once, std::move(written));
            return;
        }
        std::array<asio::const_buffer, 2> const both{asio::buffer(what.head),
                                                     asio::buffer(*what.body)};
        asio::async_write(stream_, both, all_at_once, std::move(written));
    }
    void abort() override {
        boost::system::error_code ignored;  // the connection is given up, whatever is wrong with it
        stream_.lowest_layer().close(ignored);
    }
    std::size_t unsent() override {
        int waiting = 0;
        bool const known = ::ioctl(stream_.lowest_layer().native_handle(), SIOCOUTQ, &waiting) == 0;
        return known ? static_cast<std::size_t>(waiting) : 0;
    }
    /// How much more to offer the socket at once. Asio's own answer is 64 KiB, which makes two
    /// system calls of a file of the application.
    static std::size_t all_at_once(boost::system::error_code ec, std::size_t) {
        return ec ? 0 : std::size_t{1} << 22;
    }
    std::shared_ptr<Transport> me() {
        return std::static_pointer_cast<Transport>(shared_from_this());
    }

    Stream stream_;
};

}  // namespace karkhana::http

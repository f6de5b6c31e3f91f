#include "server/http/transport.hpp"
#include "server/http/transports.hpp"

namespace karkhana::http {
namespace {

class PlainTransport final : public Transport<asio::ip::tcp::socket> {
public:
    using Transport::Transport;

private:
    void begin_handshake() override {
        asio::post(stream_.get_executor(), [self = me(), this] { on_handshake(true); });
    }
    void begin_shutdown() override {
        boost::system::error_code ignored;  // the client may have gone already
        stream_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        asio::post(stream_.get_executor(), [self = me(), this] { on_shutdown(); });
    }
};

}  // namespace

std::shared_ptr<Connection> plain_connection(Shared& shared, asio::ip::tcp::socket socket,
                                             std::string peer) {
    return std::make_shared<PlainTransport>(shared, std::move(peer), false, std::move(socket));
}

}  // namespace karkhana::http

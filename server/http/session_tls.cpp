#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <stdexcept>

#include "server/http/transport.hpp"
#include "server/http/transports.hpp"

namespace karkhana::http {
namespace {

namespace ssl = asio::ssl;

class TlsTransport final : public Transport<ssl::stream<asio::ip::tcp::socket>> {
public:
    using Transport::Transport;

private:
    void begin_handshake() override {
        stream_.async_handshake(
            ssl::stream_base::server,
            [self = me(), this](boost::system::error_code ec) { on_handshake(!ec); });
    }
    void begin_shutdown() override {
        stream_.async_shutdown([self = me(), this](boost::system::error_code) { on_shutdown(); });
    }
};

/// Of what the client offers by ALPN only HTTP/1.1 is spoken here.
int choose_http_1_1(SSL*, unsigned char const** out, unsigned char* out_length,
                    unsigned char const* offered, unsigned int offered_length, void*) {
    static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, kOurs, sizeof kOurs, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

void set_up(ssl::context& context, std::string const& certificate, std::string const& key) {
    context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                        ssl::context::no_sslv3 | ssl::context::no_compression);
    auto* const native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // An idle connection keeps no record buffers: with thousands of phones that is most of them.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(native, choose_http_1_1, nullptr);
    if (SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        throw std::runtime_error("OpenSSL has none of the ciphers that are allowed here");
    context.use_certificate_chain_file(certificate);
    context.use_private_key_file(key, ssl::context::pem);
    if (SSL_CTX_check_private_key(native) != 1)
        throw std::runtime_error("the TLS key " + key + " is not that of " + certificate);
}

}  // namespace

struct TlsIdentity::Impl {
    ssl::context context{ssl::context::tls_server};
};

TlsIdentity::TlsIdentity(std::string const& certificate_file, std::string const& key_file)
    : impl_(std::make_unique<Impl>()) {
    try {
        set_up(impl_->context, certificate_file, key_file);
    } catch (boost::system::system_error const& error) {
        throw std::runtime_error("TLS with " + certificate_file + " and " + key_file + ": " +
                                 error.what());
    }
}

TlsIdentity::~TlsIdentity() = default;

std::shared_ptr<Connection> TlsIdentity::connection(Shared& shared, asio::ip::tcp::socket socket,
                                                    std::string peer) {
    return std::make_shared<TlsTransport>(shared, std::move(peer), true, std::move(socket),
                                          impl_->context);
}

}  // namespace karkhana::http

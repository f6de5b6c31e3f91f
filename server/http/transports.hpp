#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "server/http/connection.hpp"

namespace karkhana::http {

/// A connection over an accepted socket, not yet started.
std::shared_ptr<Connection> plain_connection(Shared& shared, boost::asio::ip::tcp::socket socket,
                                             std::string peer);

/// Certificate and key, TLS 1.2 and 1.3 with authenticated ciphers alone.
class TlsIdentity {
public:
    /// Throws std::runtime_error when a PEM file cannot be used.
    TlsIdentity(std::string const& certificate_file, std::string const& key_file);
    ~TlsIdentity();
    TlsIdentity(TlsIdentity const&) = delete;
    TlsIdentity& operator=(TlsIdentity const&) = delete;

    std::shared_ptr<Connection> connection(Shared& shared, boost::asio::ip::tcp::socket socket,
                                           std::string peer);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace karkhana::http

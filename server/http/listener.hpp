#pragma once

#include <cstdint>
#include <memory>

#include "server/http/connection.hpp"

namespace karkhana::http {

/// The I/O thread: accepts, watches the deadlines, and carries answers and events to connections.
class Listener {
public:
    /// Binds. Throws std::runtime_error.
    explicit Listener(Shared& shared);
    ~Listener();
    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    void start();
    std::uint16_t port() const;
    void renew_tls();
    /// Stops accepting, waits until every request is answered or the drain deadline has passed.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace karkhana::http

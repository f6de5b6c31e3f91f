#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/postgres/connection.hpp"

namespace karkhana::store::postgres {

/// At most so many sessions, opened when needed and kept.
class Pool {
public:
    explicit Pool(PostgresOptions options) : options_(std::move(options)) {}

    /// A session of one's own until it goes out of scope; any open transaction is undone then.
    class Lease {
    public:
        /// Waits as long as the options say. Throws Unavailable when all are busy, ConnectionLost
        /// when the server does not answer.
        explicit Lease(Pool& pool);
        ~Lease();
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;

        Connection& connection() { return *connection_; }
        /// Closes this session, and every idle one: what broke it broke them too.
        void discard();

    private:
        Pool& pool_;
        std::unique_ptr<Connection> connection_;
    };

private:
    std::unique_ptr<Connection> take_idle();
    void give_back(std::unique_ptr<Connection> connection);

    PostgresOptions options_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t leased_ = 0;
};

}  // namespace karkhana::store::postgres

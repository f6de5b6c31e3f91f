#include "server/store/postgres/pool.hpp"

#include <utility>

namespace karkhana::store::postgres {
std::unique_ptr<Connection> Pool::take_idle() {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, options_.patience,
                            [&] { return leased_ < options_.connections; }))
        throw Unavailable("all connections to the database are busy");
    ++leased_;
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
    {
        std::lock_guard const lock(mutex_);
        --leased_;
        if (connection) idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

Pool::Lease::Lease(Pool& pool) : pool_(pool), connection_(pool.take_idle()) {
    if (connection_) return;
    try {
        connection_ = std::make_unique<Connection>(pool_.options_.conninfo);
    } catch (...) {
        pool_.give_back(nullptr);
        throw;
    }
}

Pool::Lease::~Lease() {
    if (connection_ && !connection_->idle() && !connection_->roll_back()) connection_.reset();
    pool_.give_back(std::move(connection_));
}

void Pool::Lease::discard() {
    connection_.reset();
    std::lock_guard const lock(pool_.mutex_);
    pool_.idle_.clear();
}

}  // namespace karkhana::store::postgres

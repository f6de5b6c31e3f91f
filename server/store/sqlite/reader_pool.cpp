#include "server/store/sqlite/reader_pool.hpp"

#include <utility>

namespace karkhana::store::sqlite {
namespace {

constexpr std::size_t kIdle = 32;

}  // namespace

std::unique_ptr<Connection> ReaderPool::take() {
    {
        std::lock_guard const lock(mutex_);
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    return std::make_unique<Connection>(file_, Connection::Role::reader);
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
    std::lock_guard const lock(mutex_);
    if (idle_.size() < kIdle) idle_.push_back(std::move(connection));
}

ReaderPool::Snapshot::Snapshot(ReaderPool& pool) : pool_(pool), connection_(pool.take()) {
    connection_->command("BEGIN DEFERRED");
}

ReaderPool::Snapshot::~Snapshot() {
    if (connection_->end_snapshot()) pool_.give_back(std::move(connection_));
}

}  // namespace karkhana::store::sqlite

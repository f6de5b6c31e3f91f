#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/sqlite/connection.hpp"

namespace karkhana::store::sqlite {

/// Connections that only read, kept open between uses for their prepared statements.
class ReaderPool {
public:
    explicit ReaderPool(std::string file) : file_(std::move(file)) {}

    /// A connection inside a read transaction, given back when it goes out of scope.
    class Snapshot {
    public:
        explicit Snapshot(ReaderPool& pool);
        ~Snapshot();
        Snapshot(Snapshot const&) = delete;
        Snapshot& operator=(Snapshot const&) = delete;
        Connection& connection() { return *connection_; }

    private:
        ReaderPool& pool_;
        std::unique_ptr<Connection> connection_;
    };

private:
    std::unique_ptr<Connection> take();
    void give_back(std::unique_ptr<Connection> connection);

    std::string file_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace karkhana::store::sqlite

#pragma once

#include <exception>

#include "server/store/store.hpp"

namespace karkhana::store {

/// What the writers of both engines share: savepoints, and the rule that a failed statement
/// condemns the transaction up to the enclosing `nested`. PostgreSQL has that rule built in; here
/// SQLite follows it too, so that a closure which swallowed an error never commits half its work
/// on one engine and nothing on the other.
class GuardedWriter : public Writer {
public:
    /// Rethrows the failure that condemned the transaction, if there is one.
    void rethrow_failure() const {
        if (failure_) std::rethrow_exception(failure_);
    }

protected:
    std::int64_t run(std::string_view sql, std::span<Value const> values,
                     std::function<void(Row const&)> const& on_row) final;
    void savepoint() final;
    void release_savepoint() final;
    void rollback_to_savepoint() final;

    /// Runs one statement; returns how many rows it changed.
    virtual std::int64_t perform(std::string_view sql, std::span<Value const> values,
                                 std::function<void(Row const&)> const& on_row) = 0;

private:
    void command(std::string_view sql);

    std::exception_ptr failure_;
};

}  // namespace karkhana::store

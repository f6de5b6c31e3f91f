#include "server/store/guarded_writer.hpp"

namespace karkhana::store {

std::int64_t GuardedWriter::run(std::string_view sql, std::span<Value const> values,
                                std::function<void(Row const&)> const& on_row) {
    rethrow_failure();
    try {
        return perform(sql, values, on_row);
    } catch (...) {
        if (!failure_) failure_ = std::current_exception();
        throw;
    }
}

void GuardedWriter::command(std::string_view sql) {
    run(sql, {}, [](Row const&) {});
}

// Savepoints of one name nest: the two engines both take the innermost.
void GuardedWriter::savepoint() { command("SAVEPOINT nested"); }

void GuardedWriter::release_savepoint() { command("RELEASE SAVEPOINT nested"); }

void GuardedWriter::rollback_to_savepoint() {
    failure_ = nullptr;
    command("ROLLBACK TO SAVEPOINT nested");
    command("RELEASE SAVEPOINT nested");
}

}  // namespace karkhana::store

#include "server/store/sqlite/connection.hpp"

#include <sqlite3.h>

#include "server/store/sqlite/errors.hpp"
#include "server/store/sqlite/fail_stop.hpp"

namespace karkhana::store::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr int kUsualCache = 4 << 20;
constexpr int kCheckpointPages = 2000;
constexpr int kRestartPages = 16'000;  // 64 MB: readers have kept the log from starting again
constexpr std::chrono::milliseconds kRestartPatience{100};

void initialize_once() {
    static int const code = sqlite3_initialize();
    if (code != SQLITE_OK) throw std::runtime_error("SQLite does not start");
}

int remember_log_pages(void* pages, sqlite3*, char const*, int in_log) {
    *static_cast<int*>(pages) = in_log;
    return SQLITE_OK;
}

}  // namespace

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Connection::Connection(std::string const& file, Role role) {
    initialize_once();
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* opened = nullptr;
    int const code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    database_.reset(opened);
    if (code != SQLITE_OK)
        throw std::runtime_error(
            file + " cannot be opened: " + (opened ? sqlite3_errmsg(opened) : "no memory"));
    configure(role);
}

void Connection::configure(Role role) {
    sqlite3_busy_timeout(database_.get(), kBusyTimeoutMs);
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    command("PRAGMA trusted_schema = OFF");
    command("PRAGMA cell_size_check = ON");
    command("PRAGMA mmap_size = 0");
    command("PRAGMA foreign_keys = ON");
    // Without it REPLACE deletes rows past the triggers that forbid deleting them.
    command("PRAGMA recursive_triggers = ON");
    // Nobody checkpoints in passing: the writer does, when its callers have been answered.
    command("PRAGMA wal_autocheckpoint = 0");
    if (role == Role::reader) {
        command("PRAGMA query_only = ON");
        sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        return;
    }
    // Room for a transaction that touches a month of bills; see trim_cache.
    command("PRAGMA cache_size = -65536");
    command("PRAGMA journal_mode = WAL");
    command("PRAGMA synchronous = FULL");
    command("PRAGMA journal_size_limit = 67108864");
    expect_pragma("journal_mode", "wal");
    expect_pragma("synchronous", "2");
    expect_pragma("foreign_keys", "1");
    sqlite3_wal_hook(database_.get(), remember_log_pages, &log_pages_);
}

void Connection::expect_pragma(std::string const& name, std::string_view value) {
    auto const keep = [](void* found, int, char** columns, char**) {
        *static_cast<std::string*>(found) = columns[0];
        return 0;
    };
    std::string found;
    sqlite3_exec(database_.get(), ("PRAGMA " + name).c_str(), keep, &found, nullptr);
    if (found != value)
        throw std::runtime_error("SQLite keeps " + name + " at '" + found + "', it must be " +
                                 std::string(value));
}

std::int64_t Connection::run(std::string_view sql, std::span<Value const> values,
                             std::function<void(Row const&)> const& on_row) {
    auto found = statements_.find(sql);
    if (found == statements_.end())
        found = statements_.try_emplace(std::string(sql), database_.get(), sql).first;
    if (!found->second.busy()) return run(found->second, values, on_row);
    // A row of this very statement is being looked at further up.
    Statement again(database_.get(), sql);
    return run(again, values, on_row);
}

std::int64_t Connection::run(Statement& statement, std::span<Value const> values,
                             std::function<void(Row const&)> const& on_row) {
    struct Count {
        ~Count() { writes += statement.has_written() ? 1 : 0; }
        Statement const& statement;
        std::int64_t& writes;
    } const count{statement, writes_};
    return statement.run(values, on_row);
}

void Connection::command(std::string_view sql) {
    run(sql, {}, [](Row const&) {});
}

void Connection::script(std::string const& sql) {
    int const code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(code, sqlite3_errmsg(database_.get()), "a script");
}

void Connection::commit_or_stop() {
    try {
        command("COMMIT");
    } catch (std::exception const& failed) {
        fail_stop(std::string("COMMIT failed: ") + failed.what());
    }
}

bool Connection::end_snapshot() noexcept {
    try {
        command("ROLLBACK");
    } catch (std::exception const&) {
        return false;
    }
    return true;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

bool Connection::breaks_foreign_key() const {
    int unresolved = 0;
    int highest = 0;
    sqlite3_db_status(database_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &highest, 0);
    return unresolved != 0;
}

void Connection::trim_cache() {
    int used = 0;
    int highest = 0;
    sqlite3_db_status(database_.get(), SQLITE_DBSTATUS_CACHE_USED, &used, &highest, 0);
    if (used > kUsualCache) sqlite3_db_release_memory(database_.get());
}

int Connection::checkpoint(int mode, std::chrono::milliseconds patience) {
    sqlite3_busy_timeout(database_.get(), static_cast<int>(patience.count()));
    int in_log = 0;
    int moved = 0;
    int const code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, mode, &in_log, &moved);
    sqlite3_busy_timeout(database_.get(), kBusyTimeoutMs);
    return code;
}

void Connection::checkpoint_when_due() {
    if (log_pages_ < kCheckpointPages) next_checkpoint_ = kCheckpointPages;
    if (log_pages_ < next_checkpoint_) return;
    // A long reader keeps the log from starting again: it is not asked at every commit.
    next_checkpoint_ = log_pages_ + kCheckpointPages;
    bool const restart = log_pages_ >= kRestartPages;
    int const code = restart ? checkpoint(SQLITE_CHECKPOINT_RESTART, kRestartPatience)
                             : checkpoint(SQLITE_CHECKPOINT_PASSIVE, {});
    // Readers in the way or a full disk: everything stays in the log, and the next one tries again.
    if (code == SQLITE_OK || is_temporary(code)) return;
    fail_stop(std::string("a checkpoint failed: ") + sqlite3_errmsg(database_.get()) + " (SQLite " +
              std::to_string(code) + ")");
}

}  // namespace karkhana::store::sqlite

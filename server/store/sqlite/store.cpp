#include "server/store/store.hpp"

#include <sqlite3.h>
#include <utility>

#include "server/store/migrations.hpp"
#include "server/store/reentry.hpp"
#include "server/store/sqlite/place.hpp"
#include "server/store/sqlite/reader_pool.hpp"
#include "server/store/sqlite/transaction.hpp"
#include "server/store/sqlite/version.hpp"
#include "server/store/sqlite/writer_thread.hpp"

namespace karkhana::store {
namespace sqlite {
namespace {

class SqliteStore final : public Store {
public:
    SqliteStore(SqliteOptions const& options, std::unique_ptr<ProcessLock> lock,
                std::unique_ptr<Connection> connection)
        : lock_(std::move(lock)),
          writer_(*this, options, std::move(connection)),
          readers_(options.file) {}

    bool is_postgres() const override { return false; }

protected:
    void submit(std::function<bool(Writer&)> work) override {
        Reentry::refuse(*this);
        writer_.run(std::move(work));
    }

    void inspect(std::function<void(Reader&)> const& work) override {
        Reentry const inside(*this);
        ReaderPool::Snapshot snapshot(readers_);
        SqliteReader reader(snapshot.connection());
        work(reader);
    }

private:
    // Readers close before the writer, which checkpoints when it closes last.
    std::unique_ptr<ProcessLock> lock_;
    WriterThread writer_;
    ReaderPool readers_;
};

void apply(Connection& connection, std::vector<Migration> const& migrations) {
    connection.command("BEGIN IMMEDIATE");
    SqliteWriter writer(connection);
    migrate(writer, migrations, [&](std::string const& script) {
        connection.script(script);
        if (!connection.in_transaction())
            throw std::runtime_error("a migration must not end the transaction it runs in");
        if (connection.breaks_foreign_key())
            throw std::runtime_error("it leaves a row that refers to one that is not there");
    });
    connection.commit_or_stop();
}

}  // namespace
}  // namespace sqlite

std::unique_ptr<Store> open_sqlite(SqliteOptions const& options,
                                   std::vector<Migration> const& migrations) {
    if (sqlite::loses_committed_rows(sqlite3_libversion_number()))
        throw std::runtime_error(std::string("SQLite ") + sqlite3_libversion() +
                                 " can lose committed rows: build with 3.51.3 or later");
    SqliteOptions placed = options;
    placed.file = sqlite::prepare_folder(options.file);
    auto lock = std::make_unique<sqlite::ProcessLock>(placed.file);
    sqlite::prepare_file(placed.file);
    auto connection =
        std::make_unique<sqlite::Connection>(placed.file, sqlite::Connection::Role::writer);
    sqlite::apply(*connection, migrations);
    return std::make_unique<sqlite::SqliteStore>(placed, std::move(lock), std::move(connection));
}

}  // namespace karkhana::store

#include <filesystem>
#include <stdexcept>

#include "server/store/reentry.hpp"
#include "server/store/sqlite/reader_pool.hpp"
#include "server/store/sqlite/transaction.hpp"
#include "server/store/store.hpp"

namespace karkhana::store {
namespace sqlite {
namespace {

/// Reads beside a running daemon. It never checkpoints, so the daemon stays the one that does.
class SqliteReaderStore final : public Store {
public:
    explicit SqliteReaderStore(std::string file) : readers_(std::move(file)) {}

    bool is_postgres() const override { return false; }

protected:
    void submit(std::function<bool(Writer&)>) override { throw Unavailable("opened to read only"); }

    void inspect(std::function<void(Reader&)> const& work) override {
        Reentry const inside(*this);
        ReaderPool::Snapshot snapshot(readers_);
        SqliteReader reader(snapshot.connection());
        work(reader);
    }

private:
    ReaderPool readers_;
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<Store> open_sqlite_to_read(std::string const& file) {
    if (!std::filesystem::exists(file)) throw std::runtime_error("there is no database " + file);
    return std::make_unique<sqlite::SqliteReaderStore>(
        std::filesystem::absolute(file).lexically_normal().string());
}

}  // namespace karkhana::store

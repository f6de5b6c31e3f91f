#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "tests/support/store_fixture.hpp"

namespace karkhana::tests {

/// The small schema of the store's own tests.
inline std::string shelf_schema(Engine engine) {
    auto const here = std::filesystem::path(__FILE__).parent_path();
    return (here / "migrations" / name_of(engine)).string();
}

/// A test of what both engines promise alike.
class StoreConformance : public ::testing::TestWithParam<Engine> {
protected:
    store::Store& store() { return database_.store(); }
    TestDatabase& database() { return database_; }
    bool is_postgres() const { return GetParam() == Engine::postgres; }

    /// One number from one query.
    std::int64_t number(char const* sql) {
        return store()
            .read([&](store::Reader& reader) {
                return reader.first(sql, [](store::Row const& row) { return row.integer(0); });
            })
            .value();
    }
    std::int64_t rows() { return number("SELECT count(*) FROM anything"); }
    /// Adds a row to `anything`.
    static std::int64_t put(store::Writer& writer, std::int64_t id) {
        return writer.execute("INSERT INTO anything (id) VALUES ($1)", id);
    }

private:
    TestDatabase database_{GetParam(), shelf_schema(GetParam()), store::Part::both};
};

/// Runs `work(0)` to `work(count - 1)` at the same time, waits for all, and throws what one threw.
inline void in_threads(int count, std::function<void(int)> const& work) {
    std::vector<std::future<void>> threads;
    for (int i = 0; i < count; ++i) threads.push_back(std::async(std::launch::async, work, i));
    for (auto& thread : threads) thread.wait();
    for (auto& thread : threads) thread.get();
}

/// Keeps the writer of SQLite busy until it is let go, so that others gather behind it.
class HeldWriter {
public:
    explicit HeldWriter(store::Store& store)
        : thread_([this, &store] {
              store.write([this](store::Writer&) {
                  held_.count_down();
                  go_.wait();
                  return true;
              });
          }) {
        held_.wait();
    }
    ~HeldWriter() {
        go_.count_down();
        thread_.join();
    }

private:
    std::latch held_{1};
    std::latch go_{1};
    std::thread thread_;
};

}  // namespace karkhana::tests

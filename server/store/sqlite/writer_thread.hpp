#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/store/sqlite/connection.hpp"
#include "server/store/store.hpp"

namespace karkhana::store::sqlite {

/// The only thread that writes a file. It takes the closures that wait, runs them, commits them
/// together, and only then lets their callers go: one flush of the disk acknowledges all of them.
/// Nearly all closures keep what they wrote, so they run without savepoints, for which SQLite
/// copies every page that is touched. When one is refused after it has written, the group is
/// undone, and those that were not refused run once more, each in a savepoint of its own.
class WriterThread {
public:
    /// `owner` is the store whose closures these are; see Reentry.
    WriterThread(Store const& owner, SqliteOptions const& options,
                 std::unique_ptr<Connection> connection);
    /// Finishes what is queued.
    ~WriterThread();
    WriterThread(WriterThread const&) = delete;
    WriterThread& operator=(WriterThread const&) = delete;

    /// Queues `work` and waits until it is durable or undone.
    /// Throws Unavailable when the queue is full or closing, and what `work` threw.
    void run(std::function<bool(Writer&)> work);

private:
    struct Job {
        std::function<bool(Writer&)> work;
        std::promise<void> done;
        std::exception_ptr failure;
        bool stays = false;  ///< what it wrote
    };

    void loop();
    std::optional<Job> wait_for_job();
    std::optional<Job> next_job();
    void run_group(Job first);
    void begin();
    void perform(Job& job);
    bool perform_bare(Job& job);
    void perform_in_savepoint(Job& job);
    void perform_again(std::vector<Job>& group);
    void refuse_everything(Job first, std::exception_ptr const& reason);
    static void answer(std::vector<Job>& group);

    Store const& owner_;
    SqliteOptions options_;
    std::unique_ptr<Connection> connection_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job> queue_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace karkhana::store::sqlite

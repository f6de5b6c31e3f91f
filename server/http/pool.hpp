#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace karkhana::http {

/// Something that a thread of the pool does.
class Work {
public:
    virtual ~Work() = default;
    /// `self` is the pool's only hold on it: whoever gets it last decides where it dies.
    virtual void run(std::shared_ptr<Work> self) noexcept = 0;
};

/// Threads that may block, fed by a bounded queue.
class Pool {
public:
    Pool(std::size_t threads, std::size_t queue_limit);
    ~Pool();
    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;

    void start();
    /// False when the queue is full: say so to the client rather than let it wait.
    bool submit(std::shared_ptr<Work> work);
    std::size_t depth() const;
    /// Waits for what runs, forgets what waits.
    void stop();

private:
    void work();

    std::size_t const thread_count_;
    std::size_t const queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::shared_ptr<Work>> queue_;
    std::vector<std::thread> threads_;
    bool stopping_ = false;
};

}  // namespace karkhana::http

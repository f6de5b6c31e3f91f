#include "server/http/pool.hpp"

#include <utility>

namespace karkhana::http {

Pool::Pool(std::size_t threads, std::size_t queue_limit)
    : thread_count_(threads), queue_limit_(queue_limit) {}

Pool::~Pool() { stop(); }

void Pool::start() {
    for (std::size_t i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { work(); });
}

bool Pool::submit(std::shared_ptr<Work> work) {
    {
        std::lock_guard const lock(mutex_);
        if (stopping_ || queue_.size() >= queue_limit_) return false;
        queue_.push_back(std::move(work));
    }
    ready_.notify_one();
    return true;
}

std::size_t Pool::depth() const {
    std::lock_guard const lock(mutex_);
    return queue_.size();
}

void Pool::stop() {
    std::deque<std::shared_ptr<Work>> forgotten;
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
        forgotten.swap(queue_);
    }
    ready_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void Pool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        auto& work = *next;
        work.run(std::move(next));
        lock.lock();
    }
}

}  // namespace karkhana::http

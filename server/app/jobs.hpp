#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/app/log.hpp"

namespace karkhana::app {

/// Work that comes back, on a thread of its own. A job that throws is logged and tried again at
/// its next turn: what it left undone it finds again, because every job looks at the state and not
/// at what it did last.
class Jobs {
public:
    explicit Jobs(Log log) : log_(std::move(log)) {}
    ~Jobs() { stop(); }
    Jobs(Jobs const&) = delete;
    Jobs& operator=(Jobs const&) = delete;

    /// Before start(). Every `period` of real time; an overlong run costs turns, it queues none.
    void every(std::chrono::milliseconds period, std::string name, std::function<void()> work);
    void start();
    void stop();

private:
    struct Job {
        std::chrono::milliseconds period;
        std::string name;
        std::function<void()> work;
        std::chrono::steady_clock::time_point next{};
    };

    void run();
    void turn(Job& job);

    Log log_;
    std::vector<Job> jobs_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace karkhana::app

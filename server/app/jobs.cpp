#include "server/app/jobs.hpp"

#include <algorithm>
#include <exception>

namespace karkhana::app {

void Jobs::every(std::chrono::milliseconds period, std::string name, std::function<void()> work) {
    jobs_.push_back({period, std::move(name), std::move(work)});
}

void Jobs::start() {
    stopping_ = false;
    thread_ = std::thread{[this] { run(); }};
}

void Jobs::stop() {
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Jobs::turn(Job& job) {
    try {
        job.work();
    } catch (std::exception const& error) {
        log_("error", "job " + job.name + ": " + error.what());
    }
    job.next = std::max(job.next + job.period, std::chrono::steady_clock::now());
}

void Jobs::run() {
    auto const started = std::chrono::steady_clock::now();
    for (auto& job : jobs_) job.next = started;
    std::unique_lock lock{mutex_};
    while (!stopping_ && !jobs_.empty()) {
        auto const due = std::ranges::min_element(jobs_, {}, &Job::next);
        if (due->next > std::chrono::steady_clock::now()) {
            wake_.wait_until(lock, due->next);
            continue;
        }
        lock.unlock();
        turn(*due);
        lock.lock();
    }
}

}  // namespace karkhana::app

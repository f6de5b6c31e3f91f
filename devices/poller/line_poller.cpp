#include "devices/poller/line_poller.hpp"

#include <condition_variable>
#include <thread>

#include "devices/poller/engine.hpp"

namespace karkhana::poller {

struct LinePoller::Thread {
    std::unique_ptr<modbus::Bus> bus;
    MonotonicClock const& monotonic;
    PollEngine engine;
    std::mutex mutex;
    std::condition_variable woken;
    bool wanted = false;  ///< guarded by mutex: somebody has something new for the engine
    bool stopping = false;
    std::thread thread;

    Thread(LineSetup setup, std::unique_ptr<modbus::Bus> wire, ReadingSink& sink,
           WallClock const& wall, MonotonicClock const& elapsed)
        : bus(std::move(wire)),
          monotonic(elapsed),
          engine(std::move(setup), *bus, sink, wall, elapsed) {}

    void wake() {
        {
            std::lock_guard const lock(mutex);
            wanted = true;
        }
        woken.notify_one();
    }

    void run() {
        for (;;) {
            {
                std::lock_guard const lock(mutex);
                if (stopping) break;
                wanted = false;
            }
            auto const next = engine.step();
            // Within a round there is no pause: even a wait that is over at once costs a sleep.
            if (next <= monotonic.now()) continue;
            std::unique_lock lock(mutex);
            woken.wait_for(lock, next - monotonic.now(), [&] { return wanted || stopping; });
        }
        engine.cancel_commands();
        bus->close();
    }
};

LinePoller::LinePoller(LineSetup setup, std::unique_ptr<modbus::Bus> bus, ReadingSink& sink,
                       WallClock const& wall, MonotonicClock const& monotonic)
    : thread_(std::make_shared<Thread>(std::move(setup), std::move(bus), sink, wall, monotonic)) {}

LinePoller::~LinePoller() { stop(); }

void LinePoller::attach(LineGuest& guest) {
    thread_->engine.attach(guest, [thread = std::weak_ptr(thread_)] {
        if (auto const living = thread.lock()) living->wake();
    });
}

void LinePoller::start() {
    thread_->thread = std::thread([this] { thread_->run(); });
}

void LinePoller::stop() {
    {
        std::lock_guard const lock(thread_->mutex);
        thread_->stopping = true;
    }
    thread_->woken.notify_one();
    if (thread_->thread.joinable()) thread_->thread.join();
    // What was submitted while the thread ended, or to a line that never started.
    thread_->engine.cancel_commands();
}

void LinePoller::snapshot(Snapshot command) {
    thread_->engine.submit(std::move(command));
    thread_->wake();
}

std::future<SnapshotResult> LinePoller::snapshot(std::uint8_t unit, Monotonic deadline) {
    auto promise = std::make_shared<std::promise<SnapshotResult>>();
    auto future = promise->get_future();
    snapshot(Snapshot{unit, deadline,
                      [promise](SnapshotResult result) { promise->set_value(std::move(result)); }});
    return future;
}

void LinePoller::exchange(Exchange command) {
    thread_->engine.submit(std::move(command));
    thread_->wake();
}

std::future<modbus::Outcome> LinePoller::exchange(modbus::Request request, Monotonic expires) {
    auto promise = std::make_shared<std::promise<modbus::Outcome>>();
    auto future = promise->get_future();
    exchange(Exchange{std::move(request), expires, [promise](modbus::Outcome outcome) {
                          promise->set_value(std::move(outcome));
                      }});
    return future;
}

std::future<modbus::Outcome> LinePoller::write_coil(std::uint8_t unit, std::uint16_t address,
                                                    std::uint16_t word, Monotonic expires) {
    return exchange({unit, modbus::Function::write_coil, address, 1, {word}}, expires);
}

std::future<modbus::Outcome> LinePoller::read_coils(std::uint8_t unit, std::uint16_t address,
                                                    std::uint16_t count, Monotonic expires) {
    return exchange({unit, modbus::Function::read_coils, address, count, {}}, expires);
}

void LinePoller::attend(std::uint8_t unit, Monotonic until) { thread_->engine.attend(unit, until); }

LineHealth LinePoller::health() const { return thread_->engine.health(); }

std::vector<modbus::TracedExchange> LinePoller::last_frames() const {
    return thread_->bus->last_frames();
}

}  // namespace karkhana::poller

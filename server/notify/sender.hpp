#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "server/base/clock.hpp"
#include "server/notify/message.hpp"
#include "server/notify/transport.hpp"
#include "server/store/store.hpp"

namespace karkhana::notify {

/// How long whoever took a message has it: longer than any attempt may take.
constexpr std::chrono::minutes send_hold{2};

/// Sends what is due by one channel, one after the other, and keeps what became of it. False when
/// nothing was due. Throws store::Unavailable.
bool send_next(store::Store& store, WallClock const& clock, Transport& transport, Channel channel,
               std::stop_token const& stop = {});

/// One channel on a thread of its own: a mail server that hangs keeps no SMS waiting.
class Sender {
public:
    using Log = std::function<void(std::string_view level, std::string const& text)>;
    Sender(store::Store& store, WallClock const& clock, Transport& transport, Channel channel,
           Log log);
    /// Ends what is under way within a second or two.
    ~Sender();
    Sender(Sender const&) = delete;
    Sender& operator=(Sender const&) = delete;

private:
    void run();

    store::Store& store_;
    WallClock const& clock_;
    Transport& transport_;
    Channel channel_;
    Log log_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::stop_source stopping_;
    std::thread thread_;
};

}  // namespace karkhana::notify

#pragma once

#include <atomic>
#include <memory>

#include "server/notify/transport.hpp"
#include "server/telling/telling.hpp"

namespace karkhana::telling {

/// How long a channel may fail before the managers are told.
constexpr std::chrono::minutes failing_most{30};

/// A way out of the house, watched for how long nothing has gone through. One thread sends,
/// another one may tell.
class WatchedChannel final : public notify::Transport {
public:
    WatchedChannel(notify::Channel channel, std::unique_ptr<Transport> transport,
                   WallClock const& clock)
        : channel_(channel), transport_(std::move(transport)), clock_(clock) {}

    notify::Outcome send(notify::Message const& message, std::stop_token const& stop) override;
    /// Tells the managers when it has failed for too long, once of each time that it does. Whether
    /// it has. Throws store::Unavailable.
    bool tell_of_failing(Needs const& needs) const;
    notify::Channel channel() const { return channel_; }

private:
    notify::Channel channel_;
    std::unique_ptr<Transport> transport_;
    WallClock const& clock_;
    std::atomic<std::int64_t> failing_since_us_ = 0;  ///< 0: the last attempt went through
};

}  // namespace karkhana::telling

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/app/config.hpp"
#include "server/app/jobs.hpp"
#include "server/app/log.hpp"
#include "server/facility/book_cache.hpp"
#include "server/notify/outbox.hpp"
#include "server/notify/sender.hpp"
#include "server/telling/reminders.hpp"
#include "server/telling/rising_clock.hpp"
#include "server/telling/telling.hpp"

namespace karkhana::app {

/// What is told: derived from the trail and the clock on one thread, sent by each channel on one of
/// its own.
class PostOffice {
public:
    struct Needs {
        NotifyConfig const& config;
        store::Store& store;
        WallClock const& clock;
        WallClock const& real_clock;
        Random& random;
        facility::BookCache& books;
        FacilityId facility;
        std::function<void()> told;  ///< after something was written that people may read
        Log log;
    };
    explicit PostOffice(Needs const& needs);
    ~PostOffice();
    PostOffice(PostOffice const&) = delete;
    PostOffice& operator=(PostOffice const&) = delete;

    void start();
    void stop();

    /// Lines of the Prometheus text format: what waits and what has failed, by channel.
    std::string metrics() const;

private:
    struct Way;

    void tell();
    void remind();
    void tell_of_trail();
    void tell_of_failing();

    Needs needs_;
    telling::RisingClock rising_;
    IdSource ids_;
    notify::Outbox outbox_;
    telling::Needs telling_;
    telling::Reminders reminders_;
    std::vector<std::unique_ptr<Way>> ways_;
    Jobs jobs_;
};

/// Which ways a facility has.
notify::Ways ways_of(NotifyConfig const& config);

}  // namespace karkhana::app

#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/booking/api.hpp"
#include "server/booking/sweep.hpp"
#include "server/maintenance/api.hpp"
#include "server/notify/outbox.hpp"
#include "server/notify/transport.hpp"
#include "server/telling/reminders.hpp"
#include "server/telling/rising_clock.hpp"
#include "tests/sim/crowd/town.hpp"

namespace karkhana::crowd {

/// The SMS gateway: keeps what it was given, sometimes asks to be asked again, and dies with the
/// whole daemon when it is told to.
class Gateway final : public notify::Transport {
public:
    struct Died {};
    explicit Gateway(Chance& chance) : chance_(chance) {}

    notify::Outcome send(notify::Message const& message, std::stop_token const& stop) override;

    std::map<std::string, int> sent;   ///< how often, by the id of the message
    std::map<std::string, int> twice;  ///< how often it may be more than once, for the kills
    bool dies = false;                 ///< after the next one, before anybody knows

private:
    Chance& chance_;
};

/// The rooms of the daemon that booking goes through, without threads. Destroying it is a kill:
/// only the database is left.
class House {
public:
    House(store::Store& store, Town const& town, WallClock const& clock, Random& random,
          Gateway& gateway);

    http::Response ask(http::Principal const& who, std::string method, std::string const& path,
                       std::string body, std::int64_t version = 0);

    /// The job of booking.
    void sweep() { sweep_.run(); }
    /// Keeps machines with an open breakdown from being booked.
    void maintain();
    /// Tells what has happened and what falls due, and sends it. Throws Gateway::Died.
    void tell();

    store::Store& store() { return store_; }
    IdSource& ids() { return ids_; }
    facility::BookCache& books() { return *booking_.books; }

private:
    store::Store& store_;
    Town const& town_;
    WallClock const& clock_;
    Gateway& gateway_;
    IdSource ids_;
    telling::RisingClock rising_;
    IdSource message_ids_;
    notify::Outbox outbox_;
    booking::Services booking_;
    booking::Sweep sweep_;
    maintenance::Services maintenance_;
    telling::Needs telling_;
    telling::Reminders reminders_;
    http::Router router_;
};

}  // namespace karkhana::crowd

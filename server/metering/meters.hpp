#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/clock.hpp"
#include "server/base/reading.hpp"
#include "server/metering/meter.hpp"
#include "server/metering/rules_counter.hpp"
#include "server/metering/rules_exchange.hpp"
#include "server/metering/rules_plausible.hpp"
#include "server/metering/rules_resolution.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {

/// A counter's value that was believed.
struct Believed {
    Reading reading;
    std::int64_t carried = 0;
    std::optional<Monotonic> heard;  ///< when it came; empty when before this start

    std::int64_t continued() const { return reading.value + carried; }
    Knot knot() const { return {reading.answered, continued()}; }
};

/// The last good value of a channel.
struct Latest {
    Reading reading;
    Monotonic heard;
};

/// A counter's register at a quarter of an hour of local time.
struct Crossing {
    Channel channel = 0;
    Instant at;
    std::int64_t value = 0;  ///< continued
    std::int64_t carried = 0;
    Quality quality = Quality::estimated;
    Method method = Method::interpolated;
    std::optional<Reading> reading;  ///< when it was read at the boundary itself
};

/// What a channel was at when the daemon last ran.
struct Remembered {
    Channel channel = 0;
    CounterValue last;  ///< as the words said
    std::int64_t carried = 0;
};

/// The meters as they stand: the latest value of every channel, and what each counter is believed
/// to be at. Every reading comes through here once, whether polled or asked for. Thread-safe, and
/// never blocks on anything but its own short lock.
class Meters {
public:
    Meters(Zone zone, MonotonicClock const& clock) : zone_(std::move(zone)), clock_(clock) {}

    /// `max_w` is the most each machine can draw; one not named there as much as any workshop.
    void configure(std::vector<Point> const& points, std::map<MachineId, std::int64_t> const& max_w,
                   std::vector<Remembered> const& remembered);

    /// Takes readings in. Those that their counter makes implausible become questionable.
    void take(std::span<Reading> readings);

    std::optional<Believed> believed(Channel channel) const;
    std::optional<Latest> latest(Channel channel) const;
    /// The channel said nothing good for longer than this on the real clock, or never.
    std::optional<Unit> unit_of(Channel channel) const;
    /// The smallest step of the channel's value.
    std::int64_t resolution_of(Channel channel) const;
    bool silent(Channel channel, std::chrono::milliseconds longer_than) const;
    /// The crossing at this boundary, if it was one of the channel's last few.
    std::optional<Crossing> crossing(Channel channel, Instant at) const;
    /// The channels whose raw words are evidence of a bill.
    std::vector<bool> words_kept() const;

    /// A counter as it stands. Until `release` nothing more is believed of it.
    struct Held {
        CounterPolicy policy;
        Believed believed;
        std::int64_t resolution = 1;  ///< near what was believed
    };
    /// Refused when it is no counter or was never read, and while somebody else holds it.
    Result<Held> hold(Channel channel);
    void release(Channel channel);
    /// What is wrong with what a counter says: `frozen`, `disagrees`; empty when nothing is.
    std::string_view alarm(Channel channel) const;
    /// Goes on with another meter.
    void exchange(Channel channel, ExchangePlan const& plan);

    /// Notes which counters fell silent.
    void watch_silence();

    /// What the ledger must keep before any register that follows it, and what was kept.
    std::vector<MeterEvent> unkept_events() const;
    void events_kept(std::vector<MeterEvent> const& events);
    std::vector<Crossing> unkept_crossings() const;
    void crossings_kept(std::size_t count);

private:
    struct State {
        Point point;
        Resolution resolution;
        std::optional<Counter> counter;
        std::optional<Latest> latest;
        std::optional<Believed> believed;
        std::uint64_t sequence = 0;
        Quality judged = Quality::missing;
        Instant next_boundary;
        std::deque<Crossing> crossings;
        bool fell_silent = false;
        bool held = false;
        std::optional<Reading> first_doubted;  ///< of those that agree
        std::optional<CounterWatch> watch;     ///< of energy whose power is measured too
        std::vector<Channel> counters;         ///< of a power: the energy it adds up to
    };

    void take_one(Reading& reading, Monotonic heard);
    /// How good the reading is; nothing when it is not believed.
    std::optional<Quality> judge(State& state, Reading const& reading, Monotonic heard);
    Quality compare(State& state, Reading const& reading);
    void feed_power(State const& state, Reading const& reading, Monotonic heard);
    void note(State const& state, Reading const& reading, Verdict verdict);
    static bool goes_on(State const& state, Point const& point, CounterPolicy const& policy);
    void pair_power();
    void cross(State& state, Believed const& before, Believed const& after);
    Instant boundary_after(Instant at) const;
    State const* find(Channel channel) const;
    State* find(Channel channel);

    Zone zone_;
    MonotonicClock const& clock_;
    mutable std::mutex mutex_;
    std::vector<State> states_;  ///< by channel
    std::vector<MeterEvent> events_;
    std::deque<Crossing> crossings_;
};

}  // namespace karkhana::metering

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "devices/poller/backoff.hpp"
#include "devices/poller/gate.hpp"
#include "devices/poller/health.hpp"
#include "devices/poller/plan.hpp"
#include "devices/profiles/decode.hpp"

namespace karkhana::poller {

/// A block and its place on the grid.
struct Task {
    Block block;
    Monotonic due;
    int busy_retries = 0;  ///< "busy" answered in a row
    int doubts = 0;        ///< suspicious readings in a row
    bool has_answered = false;
    /// In such steps it is made longer, in registers; 0: the device does not take that.
    int longer_by = 1;
    int taken_most = 0;       ///< registers that the device has sent at once
    int longest = 0;          ///< that it takes; 0: not known
    int longer_missed = 0;    ///< replies to more than it ever sent that went missing
    bool plain_next = false;  ///< one is; perhaps it says nothing where others refuse
};

/// What the poller knows of one device. No I/O and no clock: told of each exchange, it says what
/// that means. Used by the engine's thread alone.
class UnitRun {
public:
    UnitRun(UnitSetup setup, Costs costs, int clock_speed, Monotonic start);

    std::uint8_t number() const { return setup_.unit; }
    UnitSetup const& setup() const { return setup_; }
    std::vector<Task>& tasks() { return tasks_; }
    /// How many registers are asked for now. Where replies have no number, none is as long as the
    /// last that came or as those that were asked for since, so that a device or gateway that sends
    /// an old frame again is not believed.
    std::uint16_t count_to_ask(Task const& task) const;
    /// A reply with so many bytes of data was asked for.
    void asked(std::uint8_t function, std::size_t bytes);
    /// What came of asking for more registers than the block of `task` has: an answer, a refusal,
    /// nothing though the unit is healthy, or nothing as before.
    enum class Longer : std::uint8_t { taken, refused, missed, silent };
    static void longer_told(Task& task, int count, Longer what);
    /// The block with the channel; with 0 the one with the billing counters, or the first. Null
    /// where there is none.
    Task* task_of(Channel channel);
    Task* cheapest_task();
    UnitHealth& health() { return health_; }
    UnitHealth const& health() const { return health_; }

    bool dead() const { return health_.state == UnitState::dead; }
    bool stranger() const { return health_.state == UnitState::stranger; }
    Monotonic retry_at() const { return retry_at_; }
    Monotonic ready_at() const { return ready_at_; }
    /// How long to wait for a reply of so many bytes of data.
    Duration patience(std::size_t reply_bytes) const;
    /// Its line leads somewhere again: asked at once, without waiting for the probes of others.
    void welcome(Monotonic now);
    bool is_welcome() const { return welcome_; }
    /// Until then somebody is waiting for this unit: while it is dead it is probed more often.
    void attend(Monotonic until, Monotonic now);

    /// An exchange brought an answer, if only an exception.
    void answered(Monotonic began, Monotonic ended);
    /// It brought none, or none that may be believed. `dice` is random.
    void failed(modbus::Failure failure, Monotonic now, std::uint32_t dice);

    /// The tasks of a unit that came back are due at once, on their old grid.
    void revive(Monotonic now);
    void postpone(Monotonic until) { ready_at_ = until; }

    /// The identity is read before the first value, again after anything that may have put
    /// questions and answers out of step, after a counter that cannot be right, and every five
    /// minutes: a meter may be exchanged between two questions.
    bool identity_due() const { return identity_due_ || announced(); }
    int identity_retries = 0;  ///< "busy" answered in a row
    void identity_read(std::vector<std::uint16_t> const& words);
    /// The device has no such register, or it tells none there (0, all ones). Whoever has told its
    /// number before is another by now; of one that never has, it is said that nothing proves it.
    void identity_refused();
    void distrust() { identity_due_ = setup_.profile->identity.has_value(); }

    /// The device refused this block's function, address or value: smaller blocks take its place,
    /// or a value that was refused alone rests for an hour. `task` is invalid afterwards.
    void refuse(Task& task, Monotonic now);
    /// The device does not know this function: all that is read with it rests for an hour. Returns
    /// what is missing now.
    std::vector<Reading> unsupported(std::uint8_t function, Monotonic now);

    /// The values of a block. Where `suspicious`, some counter cannot be right, and the block is
    /// to be read again before use.
    struct Values {
        std::vector<Reading> readings;
        bool suspicious = false;
    };
    Values decode(Block const& block, std::vector<std::uint16_t> const& words, Monotonic now) const;

    /// What is handed on: missing values only once a minute. Later counters are judged by these,
    /// even where they are questionable, because by then they have been read three times.
    std::vector<Reading> believe(Block const& block, Values values, Monotonic now);

    /// Readings that say "missing": at the change, and then once a minute.
    std::vector<Reading> missing(std::vector<Slot> const& slots, Monotonic now);
    std::vector<Reading> all_missing(Monotonic now);

private:
    struct ChannelRun {
        std::optional<CounterMemory> counter;
        std::optional<Monotonic> missing_told;
    };

    /// Whether somebody has said that another meter is there, and it was not looked at since.
    bool announced() const;
    void take_announced();
    bool tell_missing(Channel channel, Monotonic now);
    Judgement judge_slot(Slot const& slot, profiles::Decoded const& decoded, Monotonic now) const;

    UnitSetup setup_;
    GateLimits gate_;
    std::vector<Task> tasks_;
    /// Function, and bytes of the reply: the last that came, and what was asked for since.
    std::vector<std::pair<std::uint8_t, std::size_t>> recent_;
    std::map<Channel, ChannelRun> channels_;
    UnitHealth health_;
    Latency latency_;
    Duration character_{};
    Monotonic attended_until_{};
    Monotonic retry_at_{};
    Monotonic ready_at_{};
    int failures_ = 0;
    bool in_haste_ = false;  ///< it was given only the time that is usual, and missed it
    bool welcome_ = false;
    bool identity_due_ = false;
    Monotonic identity_at_;        ///< due anyway, on a grid
    bool identified_ = false;      ///< it has said who it is, once at least
    std::uint64_t announced_ = 0;  ///< the exchange that is known of
};

}  // namespace karkhana::poller

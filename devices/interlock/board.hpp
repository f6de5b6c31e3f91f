#pragma once

#include <mutex>
#include <vector>

#include "devices/interlock/interlock.hpp"

namespace karkhana::interlock {

/// One relay board on a line: reads its coils back, decides for each contact, switches.
class RelayBoard final : public poller::LineGuest {
public:
    /// `relays` are all on the board.
    RelayBoard(BoardSetup board, std::vector<RelaySetup> const& relays, Timing timing,
               MonotonicClock const& clock, InterlockListener& listener);

    Monotonic due() const override;
    bool probing() const override;
    void line_returned() override;
    void run(modbus::Bus& bus) override;
    void attached(std::function<void()> wake) override;

    std::uint16_t line() const { return line_; }

    // From any thread.
    bool set_desired(MachineId const& machine, Command const& command);
    bool has(MachineId const& machine) const;
    std::vector<RelayState> states() const;
    BoardHealth health() const;

private:
    struct Contactor {
        MachineId machine;
        std::uint16_t channel = 0;
        std::optional<std::uint16_t> feedback;
        bool pulsed = false;
        Policy policy;
        Command desired = {};
        Memory memory = {};
        Contact actual = Contact::unknown;
        Contact coil = Contact::unknown;
        std::optional<Monotonic> seen = {};
        std::optional<Command> opened = {};  ///< at once; then it is what is read that counts
    };
    /// A channel that switches no machine: nothing is ever written there.
    struct Spare {
        std::uint16_t channel = 0;
        std::optional<Monotonic> closed = {};  ///< when it was last seen so
    };
    struct Change {
        RelayState before;
        RelayState after;
    };
    struct Switching {
        std::uint16_t channel = 0;
        Action action = Action::none;
        std::optional<Duration> for_time = {};  ///< a pulse
    };
    /// What the board said: every coil, and every input up to the last one that is wanted.
    struct ReadBack {
        std::vector<Contact> coils;
        std::vector<Contact> inputs;
    };

    RelayState state_of(Contactor const& contactor, Monotonic now) const;
    modbus::Outcome ask(modbus::Bus& bus, modbus::Request const& request, Duration patience);
    Duration patience() const;
    bool watchdog_holds(modbus::Bus& bus, std::uint16_t wanted);
    bool arm_watchdog(modbus::Bus& bus);
    void feed_watchdog(modbus::Bus& bus, bool reached);
    std::optional<std::vector<Contact>> read_bits(modbus::Bus& bus, modbus::Function function,
                                                  std::uint16_t address, std::uint16_t count);
    std::optional<ReadBack> read_back(modbus::Bus& bus);
    Told told_of(Contactor const& contactor, ReadBack const& read) const;
    std::vector<Switching> decide_all(std::optional<ReadBack> const& read,
                                      std::vector<Change>& changes);
    void note(bool told, Monotonic asked);
    bool opens_at_once(Contactor const& contactor, Monotonic now) const;
    bool closes_at_once(Contactor const& contactor, Monotonic now) const;
    bool proven(Contactor const& contactor, Monotonic now) const;
    void switch_at_once(modbus::Bus& bus);
    void carry_out(modbus::Bus& bus, std::vector<Switching> const& switchings);
    bool wants_closed(std::uint16_t channel) const;
    void switch_contact(modbus::Bus& bus, Switching const& switching);
    void schedule(modbus::Bus& bus, Monotonic began, bool reached, bool switched);
    bool any_may_be_closed(Monotonic now) const;

    std::uint16_t line_;
    std::uint8_t unit_;
    std::shared_ptr<profiles::Profile const> profile_;
    Timing timing_;
    MonotonicClock const& clock_;
    InterlockListener& listener_;
    Duration watchdog_;  ///< of the board's one register
    bool armed_ = false;
    Monotonic fed_at_{};
    std::optional<Monotonic> held_at_;  ///< fed then, and read back after it
    bool acted_ = false;                ///< a command was carried out at once in this turn
    bool stale_ = false;                ///< and since the coils were read
    bool prove_ = false;                ///< a contact was closed on what the watchdog said before
    std::uint16_t beat_ = 0;
    int failures_ = 0;
    std::uint16_t inputs_ = 0;  ///< how many are wanted

    mutable std::mutex mutex_;
    std::vector<Contactor> contactors_;  ///< guarded
    std::vector<Spare> spares_;          ///< guarded
    std::function<void()> wake_;         ///< guarded: set anew when its line is opened anew
    BoardHealth health_;                 ///< guarded
    Monotonic due_{};                    ///< guarded
    Monotonic decided_at_{};             ///< guarded
    bool commanded_ = true;              ///< guarded: something new to be looked at
};

}  // namespace karkhana::interlock

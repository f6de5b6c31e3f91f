#pragma once

#include <mutex>

#include "server/app/lines.hpp"
#include "server/metering/commission_port.hpp"

namespace karkhana::app {

/// Looks for devices on lines at work. Of the time that it takes of a line, readings have half.
class Commissioning final : public metering::CommissionPort {
public:
    /// The lines and the clock outlive it.
    Commissioning(Lines& lines, Profiles const& profiles, MonotonicClock const& clock);

    /// Knows these devices from now on. Thread-safe.
    void know(Profiles const& profiles);

    Result<std::vector<metering::AnsweringUnit>> scan(std::string_view line, int first,
                                                      int last) override;
    Result<metering::Recognised> identify(std::string_view line, int unit) override;
    Result<metering::UnitAnswer> read(std::string_view line,
                                      metering::UnitQuestion const& question) override;
    Result<void> may_write(metering::Coil const& coil) override;
    Result<void> write(metering::Coil const& coil, bool closed) override;
    Result<std::optional<bool>> state(metering::Coil const& coil) override;

private:
    Result<modbus::Outcome> ask(std::string_view line, modbus::Request request, bool by_hand);
    Result<std::optional<metering::AnsweringUnit>> look(std::string_view line,
                                                        modbus::Request request);

    using Known = std::vector<std::shared_ptr<profiles::Profile const>>;
    Known known() const;

    Lines& lines_;
    MonotonicClock const& clock_;
    mutable std::mutex knowing_;  ///< of known_
    Known known_;
    std::mutex looking_;  ///< one at a time looks for devices: it holds a handler's thread
};

/// Whether writing this coil may move the contact of a machine: its own, and on a board that
/// switches a machine every address that is not that of another contact, because boards have some
/// that move many.
bool moves_a_machine(std::vector<interlock::RelaySetup> const& relays, metering::Coil const& coil);

}  // namespace karkhana::app

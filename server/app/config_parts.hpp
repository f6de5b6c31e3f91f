#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/app/config.hpp"
#include "server/app/config_checks.hpp"

/// The parts of the configuration file, a table each. What is wrong is complained of at its line.
namespace karkhana::app {

/// A time of day like "17:00", in minutes; "24:00" and later name the next day.
int require_minute(config::Table& table, std::string_view key);
/// A name in both languages; one stands for the other.
facility::Name read_name(config::Table& table, std::string const& prefix = "name");
/// Says what a rule refuses at the setting it is about.
void complain(config::Table& table, Error const& error);
std::string used_twice(std::string const& name);
bool has_machine(Config const& out, std::string const& slug);

/// The part about the mains, which can be judged once the devices are known.
std::optional<config::Table> read_facility(config::Table& root, Config& out);

facility::Machine read_machine(config::Table& table, int position);
void read_stop(config::Table& table, Config& out, std::string const& slug);
/// Whoever waits for the end of a cycle must be told of it.
void check_stop(config::Table& table, Config const& out, facility::Machine const& machine);
/// Below this it is idle; between this and busy_above_w it stays what it was.
std::int64_t read_idle(config::Table& table, facility::Machine const& machine);

LineConfig read_line(config::Table& table);
/// Two masters on one bus take each other's replies for their own.
void check_line(config::Table& table, LineConfig const& line, Config const& out);

InputConfig read_input(config::Table& table);
DeviceConfig read_device(config::Table& table);
void check_device(config::Table& table, DeviceConfig const& device, Config const& out,
                  ProfilesByName const& profiles);
/// An input that says yes or no; for the mains also the voltage of a meter that has a battery.
void check_input(config::Table& table, InputConfig const& input, Config const& out,
                 ProfilesByName const& profiles, bool voltage_tells);
void check_counter(config::Table& table, InputConfig const& input, Config const& out,
                   ProfilesByName const& profiles);

void read_rate_card(config::Table& root, Config& out);

/// E-mail, SMS and quiet hours. Secrets are in files that only their owner may read.
void read_notify(config::Table& root, NotifyConfig& out);

}  // namespace karkhana::app

#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/app/config.hpp"
#include "server/base/result.hpp"

/// What would only be found once the daemon starts, or once the first bill is wrong. Pure but for
/// looking at the files and folders that are named.
namespace karkhana::app {

/// What is wrong with the folder of the records: nothing when it is there or can be made.
std::string problem_of_data(std::string const& folder);

/// What is wrong with where the server is to listen: an address of this machine, not a name.
std::string problem_of_address(std::string const& address);

/// What is wrong with a file that has to be read at the start.
std::string problem_of_file(std::string const& path);

/// The one line of a file that holds a secret. Errors: `bad_secret` when it cannot be read, is
/// empty or longer than a line, or when anybody but its owner may read it.
Result<std::string> read_secret(std::string const& path);

/// Whether a serial port has this speed; libmodbus falls back to 9600 for others without failing.
bool is_baud(int baud);

struct MeterProblem {
    std::size_t device = 0;  ///< its place among the devices
    std::string key;
    std::string what;
};

using ProfilesByName = std::map<std::string, profiles::Profile>;

/// Meters that nobody's bill rests on: behind no machine and with no role, or the only meter of a
/// machine and without a counter that may be billed.
std::vector<MeterProblem> problems_of_meters(Config const& config, ProfilesByName const& profiles);

}  // namespace karkhana::app

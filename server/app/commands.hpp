#pragma once

#include <optional>
#include <string>
#include <vector>

/// What the program can do. Each returns the exit status of the process; 78 (EX_CONFIG) is a bad
/// configuration, whose problems are on standard error.
namespace karkhana::app {

struct ServeOptions {
    std::string config;
    std::string clock;   ///< see parse_clock; refused unless every line is simulated
    bool check = false;  ///< only say whether the configuration is sound
};
int serve(ServeOptions const& options);

struct SimOptions {
    std::string scene;
    std::string profiles;
    std::string control;  ///< Unix socket for commands
    std::string state;    ///< file that keeps the meters' registers
};
int simulate(SimOptions const& options);

struct DemoOptions {
    std::string data = "var/demo";
    std::string profiles = "devices/profiles";
    std::string schema = "schema";
    std::string web;
    std::string postgres;  ///< connection string of an empty database; empty: SQLite in `data`
    std::string describe;  ///< where to write addresses and log-ins as well as in `data`
    int port = 8080;
    std::string clock;
    bool fresh = false;
};
int demo(DemoOptions const& options);

struct UserOptions {
    std::string config;
    std::string login;
    std::string name;
    std::vector<std::string> roles;
    std::string label;  ///< of a token
};
/// `what`: add, password, token, disable, enable. Prints the secret once. Needs the database for
/// itself, so the daemon must be stopped on SQLite.
int user(std::string const& what, UserOptions const& options);

/// Recomputes every chain, balance and invoice from the registers; 1 when something does not hold.
int verify(std::string const& config);

/// Brings the database up to this program and says what it did.
int migrate(std::string const& config);

}  // namespace karkhana::app

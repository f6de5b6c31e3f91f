#pragma once

#include <chrono>
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
    bool lived_in = false;  ///< with a month of bills, tickets and payments behind it
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

/// Prints the table of what each role may do, as Markdown.
int roles();

struct ProbeOptions {
    std::string tcp;     ///< "host:port"
    std::string serial;  ///< path of the port; one of the two
    int baud = 0;        ///< 0: every usual one
    std::string parity;  ///< N, E or O; empty: each of them
    std::string units = "1-247";
    std::chrono::milliseconds timeout{300};  ///< of one answer
    std::string profiles;                    ///< folder of those that are shipped
    std::string own;                         ///< folder of one's own, or empty
    int function = 3;
    int address = 0;
    int count = 10;
    std::chrono::milliseconds every{1000};
    int times = 0;        ///< how often to look; 0: until stopped
    std::string value;    ///< on or off
    std::string confirm;  ///< what a person would type
    std::string name = "line-1";
};
/// `what`: scan, identify, watch, write, toml. Opens the bus for itself. 1: nobody answered, what
/// answered was not recognised for sure, or a coil is not what it was to be.
int probe_bus(std::string const& what, ProbeOptions const& options);

struct ExportOptions {
    std::string config;
    std::string what;    ///< a table of the API, or "bill"
    std::string format;  ///< csv, xlsx, hledger, tally, iif, zoho, odoo, erpnext; of a bill ubl
    std::string period;  ///< "2026-11"; the journal of hledger alone does without
    std::string number;  ///< of a bill
    std::string out;     ///< file; empty: standard output
};
/// The file that the API would give, with a line in the audit trail. Like `user` it needs the
/// database for itself on SQLite.
int export_files(ExportOptions const& options);

struct ImportOptions {
    std::string config;
    std::string what;  ///< enterprises, machines, opening-balances, statement
    std::string file;
    bool dry_run = false;
    std::string channel;               ///< of a statement: bkash, nagad, rocket, bank
    std::vector<std::string> columns;  ///< of a statement: "trx_id=Transaction ID"
};
/// Takes a file over whole or not at all, as the API does; every fault is on standard error as
/// row, column, code. 1: nothing was taken.
int import_files(ImportOptions const& options);

/// Recomputes every chain, balance and invoice from the registers; 1 when something does not hold.
int verify(std::string const& config);

/// Makes the facility's own certificates, or renews them, and tells their fingerprint.
int certificates(std::string const& config);

/// Brings the database up to this program and says what it did.
int migrate(std::string const& config);

}  // namespace karkhana::app

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "devices/sim/simulator.hpp"
#include "server/app/commands.hpp"
#include "server/app/config.hpp"
#include "server/app/version.hpp"

namespace {

using namespace karkhana::app;

constexpr int kUsage = 64;  // EX_USAGE

/// One's own bus on the bench, or that of a facility whose daemon is stopped.
struct Probing {
    std::string what;
    ProbeOptions options;
    int timeout_ms = 300;
    int every_ms = 1000;

    CLI::App* add(CLI::App& app) {
        auto* command = app.add_subcommand(
            "probe", "who is on a bus, what it is, and what its registers hold:\n"
                     "  scan      find who answers, by which speed and parity\n"
                     "  identify  say which known device a unit is, and why\n"
                     "  watch     show registers live, in every way they may be meant\n"
                     "  write     write one coil, once a person has confirmed it\n"
                     "  toml      write [[line]] and [[device]] for what is found\n"
                     "Nothing but write changes anything. No daemon may have the port.");
        options.profiles = default_share("profiles", "devices/profiles");
        command->add_option("what", what, "scan, identify, watch, write, toml")
            ->required()
            ->check(CLI::IsMember({"scan", "identify", "watch", "write", "toml"}));
        command->add_option("--tcp", options.tcp, "host:port of a device or gateway");
        command->add_option("--serial", options.serial, "path of a port, /dev/serial/by-id/...");
        command->add_option("--baud", options.baud, "speed; scan and toml try all usual ones");
        command->add_option("--parity", options.parity, "N, E or O; scan and toml try each")
            ->check(CLI::IsMember({"N", "E", "O"}));
        command->add_option("--units,--unit", options.units, "1-247, or 1,5,20-30");
        command->add_option("--timeout-ms", timeout_ms, "patience for one answer")
            ->check(CLI::Range(10, 10'000));
        command->add_option("--profiles", options.profiles, "folder of device profiles");
        command->add_option("--user-profiles", options.own, "folder of your own");
        add_registers(*command);
        command->add_option("--name", options.name, "toml: what to call the line");
        return command;
    }
    void add_registers(CLI::App& command) {
        command.add_option("--fc", options.function, "watch: function 1 to 4")
            ->check(CLI::Range(1, 4));
        command.add_option("--address", options.address, "watch, write: zero-based")
            ->check(CLI::Range(0, 65'535));
        command.add_option("--count", options.count, "watch: how many")->check(CLI::Range(1, 125));
        command.add_option("--every-ms", every_ms, "watch: how often")
            ->check(CLI::Range(0, 3'600'000));
        command.add_option("--times", options.times, "watch: stop after so many looks");
        command.add_option("--value", options.value, "write: on or off")
            ->check(CLI::IsMember({"on", "off"}));
        command.add_option("--confirm", options.confirm,
                           "write: the sentence that a person would be asked to type");
    }
    int run() {
        options.timeout = std::chrono::milliseconds{timeout_ms};
        options.every = std::chrono::milliseconds{every_ms};
        return probe_bus(what, options);
    }
};

CLI::App* add_serve(CLI::App& app, ServeOptions& serving) {
    auto* command =
        app.add_subcommand("serve", "run the facility of a configuration; SIGHUP has it read "
                                    "profiles, devices' units and ratios and lines' "
                                    "settings again, all else waits for a restart");
    command->add_option("--config", serving.config, "TOML file")->required();
    command->add_flag("--check", serving.check, "only list what is wrong with it");
    command->add_option("--clock", serving.clock,
                        "start and speed of the clock, 2026-11-20T16:40+06:00x60; "
                        "simulated lines only");
    return command;
}

CLI::App* add_sim(CLI::App& app, SimOptions& simulating) {
    auto* command = app.add_subcommand("sim", "simulated meters, machines and relays");
    command->footer(std::string{karkhana::sim::command_help()});
    command->add_option("--scene", simulating.scene, "TOML file")->required();
    command->add_option("--profiles", simulating.profiles, "folder of profiles")->required();
    command->add_option("--control", simulating.control, "Unix socket")->required();
    command->add_option("--state", simulating.state, "file that keeps the registers");
    return command;
}

CLI::App* add_user(CLI::App& app, std::string& what, UserOptions& person) {
    auto* user_command = app.add_subcommand("user", "people from the command line");
    user_command->add_option("what", what, "add, password, token, disable, enable")
        ->required()
        ->check(CLI::IsMember({"add", "password", "token", "disable", "enable"}));
    user_command->add_option("--config", person.config, "TOML file")->required();
    user_command->add_option("--login", person.login, "name to log in with")->required();
    user_command->add_option("--name", person.name, "name as shown (add)");
    user_command->add_option("--role", person.roles, "as in schema/roles.md (add, token)");
    user_command->add_option("--label", person.label, "what a token is for");
    return user_command;
}

CLI::App* add_demo(CLI::App& app, DemoOptions& showing) {
    auto* command = app.add_subcommand("demo", "a simulated footwear service centre");
    command->add_option("--data", showing.data, "where it keeps its records");
    command->add_option("--profiles", showing.profiles, "folder of device profiles");
    command->add_option("--schema", showing.schema, "folder of migrations");
    command->add_option("--web", showing.web, "folder of the built browser application");
    command->add_option("--postgres", showing.postgres, "libpq connection string");
    command->add_option("--describe", showing.describe, "also write addresses and log-ins here");
    command->add_option("--port", showing.port, "HTTP port, 0: any free one");
    command->add_option("--clock", showing.clock, "as for serve");
    command->add_flag("--lived-in", showing.lived_in,
                      "begin with a month of bills, payments and weigh tickets");
    command->add_flag("--fresh", showing.fresh, "forget what an earlier demo left");
    return command;
}

CLI::App* add_export(CLI::App& app, ExportOptions& options) {
    auto* command = app.add_subcommand(
        "export", "a month or a bill as a file, as the API gives it (daemon stopped on SQLite); "
                  "the audit trail names the command line");
    command->add_option("--config", options.config, "TOML file")->required();
    command
        ->add_option("--what", options.what,
                     "invoices, payments, usage, registers, journal, enterprises, ledgers, bill")
        ->required();
    command
        ->add_option("--format", options.format,
                     "csv, xlsx; journal: hledger, tally, iif; ledgers: tally; invoices: zoho, "
                     "odoo, erpnext; bill: ubl")
        ->required();
    command->add_option("--period", options.period, "month, 2026-11");
    command->add_option("--number", options.number, "number of a bill");
    command->add_option("--out", options.out, "file; standard output unless said");
    return command;
}

CLI::App* add_import(CLI::App& app, ImportOptions& options) {
    auto* command = app.add_subcommand(
        "import", "takes a CSV file over, whole or not at all; each fault with row and column");
    command->add_option("--config", options.config, "TOML file")->required();
    command
        ->add_option("--what", options.what, "enterprises, machines, opening-balances, statement")
        ->required()
        ->check(CLI::IsMember({"enterprises", "machines", "opening-balances", "statement"}));
    command->add_option("--file", options.file, "CSV file, UTF-8")->required();
    command->add_flag("--dry-run", options.dry_run, "only say what would happen (tables)");
    command->add_option("--channel", options.channel, "statement: bkash, nagad, rocket, bank");
    command->add_option("--column", options.columns,
                        "statement: trx_id, amount, paid_at, sender or reference=heading");
    return command;
}

int run(int argc, char** argv) {
    CLI::App app{"Karkhana runs a common service facility: booking, metering, interlock, billing."};
    app.set_version_flag("--version", version());
    app.require_subcommand(1);

    ServeOptions serving;
    auto* serve_command = add_serve(app, serving);
    SimOptions simulating;
    auto* sim_command = add_sim(app, simulating);
    DemoOptions showing;
    auto* demo_command = add_demo(app, showing);

    UserOptions person;
    std::string what;
    auto* user_command = add_user(app, what, person);

    Probing probing;
    auto* probe_command = probing.add(app);

    ExportOptions exporting;
    auto* export_command = add_export(app, exporting);
    ImportOptions importing;
    auto* import_command = add_import(app, importing);

    std::string config;
    auto* verify_command = app.add_subcommand("verify", "recompute every bill from the registers");
    verify_command->add_option("--config", config, "TOML file")->required();
    auto* migrate_command = app.add_subcommand("migrate", "bring the database up to this program");
    migrate_command->add_option("--config", config, "TOML file")->required();

    auto* ca_command =
        app.add_subcommand("ca", "make or renew the facility's own certificates, for its network");
    ca_command->add_option("--config", config, "TOML file")->required();

    auto* roles_command = app.add_subcommand("roles", "what each role may do, as a table");

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        // Help and version end here too, and well.
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    if (*serve_command) return serve(serving);
    if (*sim_command) return simulate(simulating);
    if (*demo_command) return demo(showing);
    if (*probe_command) return probing.run();
    if (*user_command) return user(what, person);
    if (*roles_command) return roles();
    if (*export_command) return export_files(exporting);
    if (*import_command) return import_files(importing);
    if (*verify_command) return verify(config);
    if (*ca_command) return certificates(config);
    return migrate(config);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "karkhana: %s\n", error.what());
        return 1;
    }
}

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "devices/sim/simulator.hpp"
#include "server/app/commands.hpp"
#include "server/app/version.hpp"

namespace {

using namespace karkhana::app;

int run(int argc, char** argv) {
    CLI::App app{"Karkhana runs a common service facility: booking, metering, interlock, billing."};
    app.set_version_flag("--version", version());
    app.require_subcommand(1);

    ServeOptions serving;
    auto* serve_command = app.add_subcommand("serve", "run the facility of a configuration");
    serve_command->add_option("--config", serving.config, "TOML file")->required();
    serve_command->add_flag("--check", serving.check, "only list what is wrong with it");
    serve_command->add_option("--clock", serving.clock,
                              "start and speed of the clock, 2026-11-20T16:40+06:00x60; "
                              "simulated lines only");

    SimOptions simulating;
    auto* sim_command = app.add_subcommand("sim", "simulated meters, machines and relays");
    sim_command->footer(std::string{karkhana::sim::command_help()});
    sim_command->add_option("--scene", simulating.scene, "TOML file")->required();
    sim_command->add_option("--profiles", simulating.profiles, "folder of profiles")->required();
    sim_command->add_option("--control", simulating.control, "Unix socket")->required();
    sim_command->add_option("--state", simulating.state, "file that keeps the registers");

    DemoOptions showing;
    auto* demo_command = app.add_subcommand("demo", "a simulated footwear service centre");
    demo_command->add_option("--data", showing.data, "where it keeps its records");
    demo_command->add_option("--profiles", showing.profiles, "folder of device profiles");
    demo_command->add_option("--schema", showing.schema, "folder of migrations");
    demo_command->add_option("--web", showing.web, "folder of the built browser application");
    demo_command->add_option("--postgres", showing.postgres, "libpq connection string");
    demo_command->add_option("--describe", showing.describe,
                             "also write addresses and log-ins here");
    demo_command->add_option("--port", showing.port, "HTTP port, 0: any free one");
    demo_command->add_option("--clock", showing.clock, "as for serve");
    demo_command->add_flag("--fresh", showing.fresh, "forget what an earlier demo left");

    UserOptions person;
    std::string what;
    auto* user_command = app.add_subcommand("user", "people from the command line");
    user_command->add_option("what", what, "add, password, token, disable, enable")
        ->required()
        ->check(CLI::IsMember({"add", "password", "token", "disable", "enable"}));
    user_command->add_option("--config", person.config, "TOML file")->required();
    user_command->add_option("--login", person.login, "name to log in with")->required();
    user_command->add_option("--name", person.name, "name as shown (add)");
    user_command->add_option("--role", person.roles, "manager, operator, accountant (add, token)");
    user_command->add_option("--label", person.label, "what a token is for");

    std::string config;
    auto* verify_command = app.add_subcommand("verify", "recompute every bill from the registers");
    verify_command->add_option("--config", config, "TOML file")->required();
    auto* migrate_command = app.add_subcommand("migrate", "bring the database up to this program");
    migrate_command->add_option("--config", config, "TOML file")->required();

    CLI11_PARSE(app, argc, argv);
    if (*serve_command) return serve(serving);
    if (*sim_command) return simulate(simulating);
    if (*demo_command) return demo(showing);
    if (*user_command) return user(what, person);
    if (*verify_command) return verify(config);
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

#include <CLI/CLI.hpp>

#include "tests/sim/crowd/week.hpp"

int main(int argc, char** argv) {
    karkhana::crowd::Options options;
    CLI::App app{"A crowd before Eid in seconds, told by one seed; 1 when a promise did not hold"};
    app.add_option("--seed", options.seed)->capture_default_str();
    app.add_option("--days", options.days)
        ->check(CLI::Range(1, karkhana::crowd::eid_day))
        ->capture_default_str();
    app.add_option("--asks", options.asks)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_flag_callback(
        "--short", [&options] { options.days = 3, options.asks = 300; }, "three days, 300 who ask");
    app.add_flag_callback(
        "--postgres", [&options] { options.engine = karkhana::tests::Engine::postgres; },
        "on PostgreSQL instead of SQLite");
    CLI11_PARSE(app, argc, argv);
    return karkhana::crowd::Week{options}.live();
}

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "tests/sim/story.hpp"

int main(int argc, char** argv) {
    karkhana::sim::Options options;
    CLI::App app{"Days of a facility in seconds, told by one seed; 1 when a promise did not hold"};
    app.add_option("--seed", options.seed)->capture_default_str();
    app.add_option("--days", options.days)->check(CLI::Range(1, 366))->capture_default_str();
    app.add_flag_callback("--short", [&options] { options.days = 2; }, "two days");
    CLI11_PARSE(app, argc, argv);
    auto const folder =
        std::filesystem::temp_directory_path() / ("karkhana-sim-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    int status = 1;
    {
        karkhana::sim::Story story{options, folder.string()};
        status = story.tell();
    }
    std::filesystem::remove_all(folder);
    return status;
}

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <unistd.h>

#include "tests/sim/story.hpp"

int main(int argc, char** argv) {
    karkhana::sim::Options options;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument{argv[i]};
        if (argument == "--short") options.days = 2;
        if (argument == "--seed" && i + 1 < argc)
            options.seed = std::strtoull(argv[++i], nullptr, 10);
        if (argument == "--days" && i + 1 < argc) options.days = std::atoi(argv[++i]);
    }
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

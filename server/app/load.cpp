#include "server/app/load.hpp"

#include <iostream>

namespace karkhana::app {

std::optional<Loaded> load_or_complain(std::string const& path) {
    config::Problems problems;
    auto config = load_config(path, problems);
    std::optional<Loaded> loaded;
    if (config) {
        auto profiles = load_all_profiles(config->profiles, config->own_profiles, problems);
        loaded = Loaded{std::move(*config), std::move(profiles)};
    }
    for (auto const& problem : problems) std::cerr << problem.text() << '\n';
    return loaded;
}

}  // namespace karkhana::app

// Any text as a profile: the profile, or what is wrong with it and where.

#include <cstdlib>

#include "devices/profiles/load.hpp"

using namespace karkhana;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    config::Problems problems;
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const profile = profiles::parse_profile(text, "p.toml", problems);
    if (profile.has_value() != problems.empty()) std::abort();
    if (!profile) return 0;
    // What loads has passed its own tests.
    for (auto const& test : profile->self_tests)
        if (!profiles::failures_of(*profile, test).empty()) std::abort();
    return 0;
}

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "devices/profiles/profile.hpp"
#include "devices/profiles/toml.hpp"

namespace karkhana::profiles {

/// Nothing when there is any problem; all of them are in `problems`. A profile that fails its own
/// test has a problem.
std::optional<Profile> parse_profile(std::string_view text, std::string const& file,
                                     config::Problems& problems);
std::optional<Profile> load_profile(std::string const& path, config::Problems& problems);

/// Every *.toml in `folder`, sorted by device.
std::vector<Profile> load_profiles(std::string const& folder, config::Problems& problems);

/// The profiles of both folders; one of the second takes the place of one of the first. A second
/// folder that is empty text is none.
std::vector<Profile> load_profiles(std::string const& shipped, std::string const& own,
                                   config::Problems& problems);

/// Decodes one of the profile's own frames; one sentence for each value that is not what it says.
std::vector<std::string> failures_of(Profile const& profile, SelfTest const& test);

}  // namespace karkhana::profiles

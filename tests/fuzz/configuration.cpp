// Any text as the configuration of a facility: the configuration, or what is wrong with it and
// where. Two profiles are known, a meter's and a relay board's.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "server/app/config.hpp"

using namespace karkhana;

namespace {

/// A folder with the two profiles, while the program runs.
class ProfileFolder {
public:
    ProfileFolder() {
        std::filesystem::create_directories(path_);
        for (auto const* const name : {"eastron_sdm120.toml", "waveshare_rtu_relay_8ch.toml"})
            std::filesystem::copy_file(std::filesystem::path{"devices/profiles"} / name,
                                       path_ / name);
    }
    ~ProfileFolder() { std::filesystem::remove_all(path_); }
    ProfileFolder(ProfileFolder const&) = delete;
    ProfileFolder& operator=(ProfileFolder const&) = delete;
    std::string text() const { return path_.string(); }

private:
    std::filesystem::path const path_ =
        std::filesystem::temp_directory_path() / ("karkhana-fuzz-" + std::to_string(::getpid()));
};

/// A file of memory with this text; nothing is beside it.
class File {
public:
    explicit File(std::string const& text) : descriptor_(::memfd_create("karkhana", 0)) {
        if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            std::abort();
    }
    ~File() { ::close(descriptor_); }
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text{reinterpret_cast<char const*>(data), size};
    static ProfileFolder const folder;
    File const file{"profiles = \"" + folder.text() + "\"\n" + text};
    config::Problems problems;
    auto const config = app::load_config(file.path(), problems);
    if (config.has_value() != problems.empty()) std::abort();
    for (auto const& problem : problems)
        if (problem.file.empty() || problem.what.empty()) std::abort();
    return 0;
}

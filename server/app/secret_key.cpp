#include "server/app/secret_key.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include "server/app/config_checks.hpp"
#include "server/base/digest.hpp"

namespace karkhana::app {
namespace {

constexpr std::size_t kKeyCharacters = 64;

[[noreturn]] void raise(std::string const& path) {
    throw std::system_error(errno, std::generic_category(), path);
}

/// Written whole beside its place and then linked there: there is never half a key, and of two
/// daemons that begin at once both take the same.
void make_key(std::string const& path, Random& random) {
    std::array<std::uint8_t, kKeyCharacters / 2> bytes{};
    random.fill(bytes);
    auto const text = hex(bytes) + "\n";
    auto const draft = path + "." + std::to_string(::getpid());
    int const descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) raise(draft);
    bool const kept =
        ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(descriptor) == 0;
    ::close(descriptor);
    bool const placed = kept && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
    ::unlink(draft.c_str());
    if (!placed) raise(path);
}

}  // namespace

std::string secret_key(std::string const& folder, Random& random) {
    auto const path = folder + "/secret.key";
    if (!std::filesystem::exists(path)) make_key(path, random);
    auto const key = read_secret(path);
    if (!key) throw std::runtime_error(key.error().detail);
    if (key->size() != kKeyCharacters) throw std::runtime_error(path + ": holds no key");
    return *key;
}

}  // namespace karkhana::app

#include "server/store/sqlite/place.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace karkhana::store::sqlite {
namespace {

[[noreturn]] void raise_errno(std::string const& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int open_private(std::string const& path) {
    int const descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) raise_errno(path);
    return descriptor;
}

void flush_folder(std::filesystem::path const& folder) {
    int const descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) raise_errno(folder.string());
    int const flushed = ::fsync(descriptor);
    ::close(descriptor);
    if (flushed != 0) raise_errno(folder.string());
}

void make_folder(std::filesystem::path const& folder) {
    if (std::filesystem::is_directory(folder)) return;
    make_folder(folder.parent_path());
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) raise_errno(folder.string());
    flush_folder(folder.parent_path());
}

}  // namespace

ProcessLock::ProcessLock(std::string const& file) : descriptor_(open_private(file + ".lock")) {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(descriptor_);
    throw std::runtime_error(file + " is in use by another process: stop that one first");
}

ProcessLock::~ProcessLock() { ::close(descriptor_); }

std::string prepare_folder(std::string const& file) {
    auto const absolute = std::filesystem::absolute(file).lexically_normal();
    make_folder(absolute.parent_path());
    return absolute.string();
}

void prepare_file(std::string const& file) {
    int const descriptor = open_private(file);
    struct stat status{};
    bool const closed = ::fstat(descriptor, &status) == 0 &&
                        ((status.st_mode & 0077) == 0 || ::fchmod(descriptor, 0600) == 0);
    ::close(descriptor);
    if (!closed) raise_errno(file);
}

std::int64_t free_bytes_beside(std::string const& file) {
    struct statvfs disk{};
    if (::statvfs(file.c_str(), &disk) != 0) raise_errno(file);
    return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
}

}  // namespace karkhana::store::sqlite

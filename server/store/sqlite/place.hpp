#pragma once

#include <cstdint>
#include <string>

namespace karkhana::store::sqlite {

/// The right to be the only process on a database file: a lock on `<file>.lock`, held for life.
/// Two daemons on one file would each trust a queue the other does not see.
class ProcessLock {
public:
    /// Throws std::runtime_error when another process, or another store of this one, has it.
    explicit ProcessLock(std::string const& file);
    ~ProcessLock();
    ProcessLock(ProcessLock const&) = delete;
    ProcessLock& operator=(ProcessLock const&) = delete;

private:
    int descriptor_;
};

/// Makes the folders of `file` that are missing, for the owner alone (0700), durably.
/// Returns the absolute path of `file`. Throws std::system_error.
std::string prepare_folder(std::string const& file);

/// Makes `file` when it is missing, and closes it to everybody but its owner (0600).
/// Throws std::system_error.
void prepare_file(std::string const& file);

/// Bytes an ordinary user may still write on the disk of `file`. Throws std::system_error.
std::int64_t free_bytes_beside(std::string const& file);

}  // namespace karkhana::store::sqlite

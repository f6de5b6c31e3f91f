#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "server/store/store.hpp"

namespace karkhana::store::postgres {

/// What an SQLSTATE asks of the store. The state alone decides, never the wording: messages are
/// translated, and a distributed table appends a shard's number to a constraint's name.
enum class Verdict {
    overlap,      ///< 23P01
    unique,       ///< 23505
    foreign_key,  ///< 23503, 23001
    check,        ///< 23514, 23502, other integrity errors and RAISE in a trigger
    retry,        ///< deadlock, serialisation failure, lock timeout: run the closure again
    reconnect,    ///< this connection, or this server, is of no further use
    read_only,    ///< a reader tried to write, or the server has become a standby
    disk_full,    ///< 53100
    unavailable,  ///< no memory, too many connections, took too long
    failure,      ///< a mistake of the program
};

Verdict verdict_of(std::string_view sqlstate);

/// The transaction lost against another: the closure runs again.
class Conflict : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The connection is gone: the closure runs again on another, unless COMMIT had been sent.
class ConnectionLost : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The transaction may not write.
class ReadOnly : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The connection broke while COMMIT was under way.
class CommitUnknown : public Unavailable {
public:
    using Unavailable::Unavailable;
};

/// Throws what `sqlstate` means: ConstraintViolated, Conflict, ConnectionLost, ReadOnly,
/// DiskFull, Unavailable, or std::runtime_error with the message and the statement.
[[noreturn]] void raise(std::string_view sqlstate, std::string const& message,
                        std::string_view sql);

}  // namespace karkhana::store::postgres

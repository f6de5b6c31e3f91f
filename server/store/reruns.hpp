#pragma once

#include <atomic>
#include <cstdint>

namespace karkhana::store {

/// How often this process has run closures again on PostgreSQL, over all its databases.
struct Reruns {
    std::atomic<std::uint64_t> conflicts{0};  ///< deadlocks, locks not had in time, serialisation
    std::atomic<std::uint64_t> reconnects{0};
};
inline Reruns reruns;

}  // namespace karkhana::store

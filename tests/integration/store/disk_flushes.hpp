#pragma once

#include <atomic>

namespace karkhana::tests {

/// Every flush of a file that this program asks the system for, SQLite's among them.
struct DiskFlushes {
    static inline std::atomic<long> done{0};
    /// From now on the disk answers every flush with an input/output error.
    static inline std::atomic<bool> broken{false};
};

}  // namespace karkhana::tests

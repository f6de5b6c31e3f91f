#pragma once

#include <sys/resource.h>

/// What the claims of the benchmarks are made of.
namespace karkhana::bench {

/// Of this process so far, in the user's and the kernel's time.
inline double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace karkhana::bench

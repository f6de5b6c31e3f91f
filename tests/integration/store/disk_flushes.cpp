#include "tests/integration/store/disk_flushes.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

// SQLite is linked into this program, so it finds these before those of the C library.

static int flush(long call, int descriptor) {
    using karkhana::tests::DiskFlushes;
    if (DiskFlushes::broken) {
        errno = EIO;
        return -1;
    }
    int const result = static_cast<int>(::syscall(call, descriptor));
    ++DiskFlushes::done;
    return result;
}

extern "C" int fsync(int descriptor) { return flush(SYS_fsync, descriptor); }

extern "C" int fdatasync(int descriptor) { return flush(SYS_fdatasync, descriptor); }

#pragma once

#include <string>

namespace karkhana::store::sqlite {

/// How a process ends that can no longer say what its database holds (EX_IOERR of sysexits.h).
inline constexpr int kFailStopStatus = 74;

/// Says why on standard error and ends the process at once, without destructors.
///
/// After a failed COMMIT or a failed flush nobody knows whether the change is on the disk: the
/// row can be there although COMMIT said no. Carrying on would answer from a state that a restart
/// contradicts. A restart reads the truth, and the client's idempotency key does the rest.
[[noreturn]] void fail_stop(std::string const& reason);

}  // namespace karkhana::store::sqlite

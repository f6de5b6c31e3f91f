#pragma once

namespace karkhana::app {

/// A descriptor that becomes readable when the process is asked to stop (SIGTERM, SIGINT). To be
/// called before any other thread is started, because they inherit the signal mask. SIGPIPE is
/// ignored from then on.
int stop_signals();

/// Waits until then.
void wait_for_stop(int descriptor);

}  // namespace karkhana::app

#pragma once

namespace karkhana::app {

/// A descriptor that becomes readable when the process is asked to stop (SIGTERM, SIGINT). To be
/// called before any other thread is started, because they inherit the signal mask. SIGPIPE is
/// ignored from then on.
int stop_signals();

/// The same, and SIGHUP as a wish to read the configuration again.
int service_signals();

enum class Wish { stop, reload };

/// Waits for the next wish, on the descriptor of service_signals().
Wish next_wish(int descriptor);

}  // namespace karkhana::app

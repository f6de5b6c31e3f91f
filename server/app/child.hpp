#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace karkhana::app {

/// A process started by this one. It is asked to stop when this one ends, however that happens.
class Child {
public:
    /// Throws std::runtime_error when it cannot be started.
    explicit Child(std::vector<std::string> const& arguments);
    ~Child();  ///< stop()
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    pid_t pid() const { return pid_; }
    /// Has it ended by itself? Its status is in status() then.
    bool ended();
    int status() const { return status_; }
    /// SIGTERM, and SIGKILL for one that has not ended after ten seconds.
    void stop();

private:
    pid_t pid_ = -1;
    int status_ = 0;
};

}  // namespace karkhana::app

#pragma once

#include <string>
#include <sys/types.h>

namespace karkhana::tests {

/// A program that serves the tests: it prints one line when it is ready and lives until its
/// standard input closes, which it also does when the test program dies. Throws
/// std::runtime_error when it does not start.
class HelperProcess {
public:
    explicit HelperProcess(std::string const& path);
    ~HelperProcess();
    HelperProcess(HelperProcess const&) = delete;
    HelperProcess& operator=(HelperProcess const&) = delete;

    std::string const& first_line() const { return first_line_; }

private:
    pid_t process_ = -1;
    int input_ = -1;
    std::string first_line_;
};

}  // namespace karkhana::tests

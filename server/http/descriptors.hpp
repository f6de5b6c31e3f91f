#pragma once

#include <cstddef>

namespace karkhana::http {

/// One open descriptor held back. When accept fails for want of one, the client would wait in the
/// kernel's queue for ever and the listening socket would stay readable, so the loop would spin.
/// With this one given up, the client can be taken and told.
class SpareDescriptor {
public:
    SpareDescriptor() { take(); }
    ~SpareDescriptor() { give_up(); }
    SpareDescriptor(SpareDescriptor const&) = delete;
    SpareDescriptor& operator=(SpareDescriptor const&) = delete;

    void take();
    void give_up();

private:
    int fd_ = -1;
};

/// Raises the soft limit of open files to the hard one; returns how many connections fit beside
/// what else the process opens.
std::size_t connections_that_fit();

/// Takes one waiting connection of a listening socket, tells it 503 if `polite`, and closes it.
void turn_away(int listening_fd, bool polite);

/// Tells an accepted socket 503 without waiting.
void say_overloaded(int fd);

}  // namespace karkhana::http

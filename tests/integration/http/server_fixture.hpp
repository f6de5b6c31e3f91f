#pragma once

#include <atomic>
#include <condition_variable>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>

#include "server/http/server.hpp"
#include "tests/integration/http/raw_client.hpp"

namespace karkhana::http::test {

/// A door that handlers wait at until the test opens it.
class Latch {
public:
    void wait();
    void open();
    int waiting() const { return waiting_; }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
    std::atomic<int> waiting_{0};
};

/// A real server on a free port with a few routes:
/// GET /hello (inline), GET /pool, POST /echo, GET /wait (at the latch), GET /big (4 MB),
/// GET /peer, GET /api/v1/events, POST /import (1 MB of CSV).
class ServerTest : public testing::Test {
protected:
    ServerTest();
    ~ServerTest() override;

    void start();
    std::uint16_t port() const { return server_->port(); }
    RawClient client() const { return RawClient(port()); }
    /// Polls until the condition holds; false after five seconds.
    template <class Condition>
    static bool soon(Condition condition) {
        for (int i = 0; i < 500; ++i) {
            if (condition()) return true;
            pause();
        }
        return false;
    }
    static void pause();

    ServerOptions options_;
    SseHub hub_;
    FacilityId facility_;
    Latch latch_;
    std::unique_ptr<Server> server_;
};

/// A folder that is gone with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    std::string const& path() const { return path_; }
    void write(std::string const& name, std::string_view text) const;

private:
    std::string path_;
};

}  // namespace karkhana::http::test

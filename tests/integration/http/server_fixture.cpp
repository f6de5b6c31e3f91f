#include "tests/integration/http/server_fixture.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <thread>

namespace karkhana::http::test {
namespace {

Response text(std::string body) {
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

Router test_router(Latch& latch) {
    Router router;
    router.add({"GET", "/hello", "hello", [](Request const&) { return text("hello"); },
                Access::open, false, true});
    router.add({"GET", "/pool", "pool", [](Request const&) { return text("pool"); }, Access::open});
    router.add({"POST", "/echo", "echo", [](Request const& request) { return text(request.body); },
                Access::open});
    router.add({"GET", "/wait", "wait",
                [&latch](Request const&) {
                    latch.wait();
                    return text("waited");
                },
                Access::open});
    router.add({"GET", "/big", "big",
                [](Request const&) { return text(std::string(std::size_t{4} << 20, 'b')); },
                Access::open});
    router.add({"GET", "/peer", "peer",
                [](Request const& request) {
                    return text(request.peer + (request.secure ? " secure" : " plain"));
                },
                Access::open});
    Route import{"POST", "/import", "import",
                 [](Request const& request) { return text(std::to_string(request.body.size())); },
                 Access::open};
    import.consumes = "text/csv";
    import.body_limit = 1 << 20;
    router.add(import);
    Route events{"GET", "/api/v1/events", "streamEvents", {}};
    events.event_stream = true;
    router.add(events);
    return router;
}

}  // namespace

void Latch::wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    opened_.wait(lock, [this] { return open_; });
    --waiting_;
}

void Latch::open() {
    {
        std::lock_guard const lock(mutex_);
        open_ = true;
    }
    opened_.notify_all();
}

ServerTest::ServerTest() {
    options_.port = 0;
    options_.handler_threads = 2;
}

ServerTest::~ServerTest() { latch_.open(); }

void ServerTest::start() {
    Gatekeeper gatekeeper{[this](Request const& request) -> std::optional<Principal> {
                              if (request.header("authorization") != "Bearer good")
                                  return std::nullopt;
                              Principal principal;
                              principal.facility = facility_;
                              return principal;
                          },
                          [](Principal const&, std::string_view) { return true; }};
    server_ = std::make_unique<Server>(options_, test_router(latch_), gatekeeper, hub_);
    server_->start();
}

void ServerTest::pause() { std::this_thread::sleep_for(std::chrono::milliseconds{10}); }

TemporaryFolder::TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "karkhana_http_XXXXXX").string();
    if (!mkdtemp(path_.data())) throw std::runtime_error("no temporary folder");
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

void TemporaryFolder::write(std::string const& name, std::string_view text) const {
    auto const file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

}  // namespace karkhana::http::test

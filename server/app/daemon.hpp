#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "server/app/clock_spec.hpp"
#include "server/app/load.hpp"
#include "server/app/log.hpp"

namespace karkhana::app {

/// A facility at work: stores, lines, jobs and HTTP, wired by constructor.
class Daemon {
public:
    /// Opens and prepares everything; nothing runs yet. Throws std::runtime_error with a sentence
    /// for the operator.
    Daemon(Loaded loaded, std::optional<ClockSpec> const& clock, Log log);
    ~Daemon();
    Daemon(Daemon const&) = delete;
    Daemon& operator=(Daemon const&) = delete;

    void start();
    /// HTTP first, so that nobody is answered by a half-stopped house; then jobs, lines, stores.
    void stop();
    std::uint16_t port() const;

    /// Goes over to another configuration while HTTP and whatever it does not change go on. The
    /// names of the lines that began anew, or why this takes a restart: then nothing has changed.
    tl::expected<std::vector<std::string>, std::vector<std::string>> reload(Loaded wanted);
    /// The configuration was asked for again and could not be taken over: a figure of /metrics.
    void reload_failed();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace karkhana::app

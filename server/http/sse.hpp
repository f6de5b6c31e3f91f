#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"

namespace karkhana::http {

/// Server-sent events: a ring of the last events a facility, from which late and returning
/// listeners (Last-Event-ID) are served. Thread-safe; publishing never blocks.
class SseHub {
public:
    explicit SseHub(std::size_t ring_size = 4096);
    ~SseHub();
    SseHub(SseHub const&) = delete;
    SseHub& operator=(SseHub const&) = delete;

    /// `name` is the event type ("machine", "booking", "meter"), `data` one line of JSON. Every
    /// listener of the facility reads it: nothing of it may be one enterprise's own business, so a
    /// booking says the machine and the time, never whose it is.
    void publish(FacilityId const& facility, std::string_view name, std::string data);

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace karkhana::http

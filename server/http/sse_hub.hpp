#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "server/http/sse.hpp"
#include "server/http/sse_ring.hpp"

namespace karkhana::http {

/// A listener that has more than this to read is too slow: it is dropped and comes back.
constexpr std::size_t kSseBacklog = 256 * 1024;

/// What the hub is inside: the rings, and a bell for the thread that writes to the listeners.
struct SseHub::Impl {
    explicit Impl(std::size_t ring_size);

    SseRing& ring(FacilityId const& facility);  ///< under the mutex

    /// Rung at most once until `answer_bell`; called with the mutex held, so it must only post.
    void set_bell(std::function<void()> bell);
    void answer_bell();

    struct Batch {
        std::string text;
        std::uint64_t next = 0;
        std::size_t events = 0;
        bool too_slow = false;
    };
    /// What a listener at `next` gets now.
    Batch take(FacilityId const& facility, std::uint64_t next, bool was_waiting);
    /// The first words to a listener that has seen `last_id`.
    Batch greet(FacilityId const& facility, std::string_view last_id);

    std::mutex mutex;
    std::size_t const ring_size;
    std::string const boot;
    std::unordered_map<FacilityId, SseRing> rings;
    std::function<void()> bell;
    bool rung = false;
};

}  // namespace karkhana::http

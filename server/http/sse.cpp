#include "server/http/sse.hpp"

#include <array>
#include <utility>

#include "server/base/digest.hpp"
#include "server/http/sse_hub.hpp"

namespace karkhana::http {
namespace {

constexpr std::size_t kWriteAtOnce = 64 * 1024;

std::string random_boot() {
    std::array<std::uint8_t, 6> bytes{};
    fill_from_system(bytes);
    return hex(bytes);
}

/// Between 2 and 5 seconds, so that hundreds of listeners do not come back in one moment.
int retry_after_ms() {
    std::array<std::uint8_t, 2> bytes{};
    fill_from_system(bytes);
    return 2000 + (bytes[0] * 256 + bytes[1]) % 3000;
}

}  // namespace

SseHub::Impl::Impl(std::size_t size) : ring_size(size), boot(random_boot()) {}

SseRing& SseHub::Impl::ring(FacilityId const& facility) {
    return rings.try_emplace(facility, boot, ring_size).first->second;
}

void SseHub::Impl::set_bell(std::function<void()> new_bell) {
    std::lock_guard const lock(mutex);
    bell = std::move(new_bell);
    rung = false;
}

void SseHub::Impl::answer_bell() {
    std::lock_guard const lock(mutex);
    rung = false;
}

SseHub::Impl::Batch SseHub::Impl::take(FacilityId const& facility, std::uint64_t next,
                                       bool was_waiting) {
    std::vector<std::shared_ptr<std::string const>> events;
    Batch batch;
    {
        std::lock_guard const lock(mutex);
        auto const& found = ring(facility);
        batch.too_slow = found.backlog(next) > kSseBacklog;
        if (!batch.too_slow && !was_waiting) events = found.from(next, kWriteAtOnce);
    }
    for (auto const& event : events) batch.text += *event;
    batch.events = events.size();
    batch.next = next + events.size();
    return batch;
}

SseHub::Impl::Batch SseHub::Impl::greet(FacilityId const& facility, std::string_view last_id) {
    Batch batch;
    batch.text = "retry: " + std::to_string(retry_after_ms()) + "\n";
    std::lock_guard const lock(mutex);
    auto const& found = ring(facility);
    auto const resume = found.resume(last_id, kSseBacklog);
    batch.next = resume.next;
    auto const id = found.id_before(resume.next);
    // An id without data is no event for the page, but the browser keeps it: whoever is cut off
    // before the first event comes back with it and misses nothing.
    batch.text += resume.complete ? "id: " + id + "\n\n" : "\n" + encode_event(id, "resync", "{}");
    return batch;
}

SseHub::SseHub(std::size_t ring_size) : impl_(std::make_unique<Impl>(ring_size)) {}

SseHub::~SseHub() = default;

void SseHub::publish(FacilityId const& facility, std::string_view name, std::string data) {
    std::lock_guard const lock(impl_->mutex);
    impl_->ring(facility).push(name, data);
    if (impl_->rung || !impl_->bell) return;
    impl_->rung = true;
    impl_->bell();
}

}  // namespace karkhana::http

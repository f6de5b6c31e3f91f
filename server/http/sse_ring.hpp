#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace karkhana::http {

/// One event as text/event-stream writes it. Line breaks in `data` make more data lines.
std::string encode_event(std::string_view id, std::string_view name, std::string_view data);

/// The last events of one facility, encoded once for all listeners. An id is "<boot>-<sequence>":
/// after a restart the numbers begin again, and the boot tells an old id from a new one.
class SseRing {
public:
    SseRing(std::string boot, std::size_t size);

    void push(std::string_view name, std::string_view data);
    /// The sequence that the next event will have.
    std::uint64_t next() const { return first_ + events_.size(); }
    std::string id_before(std::uint64_t sequence) const;

    struct Resume {
        std::uint64_t next = 0;
        bool complete = true;  ///< false: events were missed, the listener must look afresh
    };
    /// Where a listener goes on that has seen `last_id`; an empty one begins now. One that is
    /// further behind than `most_bytes` begins afresh too.
    Resume resume(std::string_view last_id, std::size_t most_bytes) const;

    /// Bytes of the events from `sequence` on; those no longer kept count as endless.
    std::size_t backlog(std::uint64_t sequence) const;
    /// Events from `sequence` on up to about `most_bytes`, at least one if there is any.
    std::vector<std::shared_ptr<std::string const>> from(std::uint64_t sequence,
                                                         std::size_t most_bytes) const;

private:
    struct Event {
        std::shared_ptr<std::string const> text;
        std::uint64_t bytes_before = 0;  ///< of all events before this one, since the start
    };
    std::string boot_;
    std::size_t size_;
    std::deque<Event> events_;
    std::uint64_t first_ = 1;  ///< sequence of events_.front()
    std::uint64_t bytes_ = 0;
};

}  // namespace karkhana::http

#include "server/http/sse_ring.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace karkhana::http {

std::string encode_event(std::string_view id, std::string_view name, std::string_view data) {
    std::string out;
    out.reserve(data.size() + name.size() + id.size() + 32);
    if (!id.empty()) out.append("id: ").append(id).append("\n");
    out.append("event: ").append(name).append("\n");
    while (true) {
        auto const end = std::min(data.find_first_of("\r\n"), data.size());
        out.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == data.size()) break;
        data.remove_prefix(end + 1);
    }
    out += "\n";
    return out;
}

SseRing::SseRing(std::string boot, std::size_t size) : boot_(std::move(boot)), size_(size) {}

void SseRing::push(std::string_view name, std::string_view data) {
    auto text = encode_event(id_before(next() + 1), name, data);
    auto const length = text.size();
    events_.push_back({std::make_shared<std::string const>(std::move(text)), bytes_});
    bytes_ += length;
    if (events_.size() > size_) {
        events_.pop_front();
        ++first_;
    }
}

std::string SseRing::id_before(std::uint64_t sequence) const {
    return boot_ + "-" + std::to_string(sequence - 1);
}

SseRing::Resume SseRing::resume(std::string_view last_id, std::size_t most_bytes) const {
    if (last_id.empty()) return {next(), true};
    auto const dash = std::min(last_id.find('-'), last_id.size());
    auto const number = last_id.substr(std::min(dash + 1, last_id.size()));
    std::uint64_t seen = 0;
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), seen);
    bool const readable = error == std::errc{} && end == number.data() + number.size();
    if (!readable || last_id.substr(0, dash) != boot_ || seen >= next() ||
        backlog(seen + 1) > most_bytes)
        return {next(), false};
    return {seen + 1, true};
}

std::size_t SseRing::backlog(std::uint64_t sequence) const {
    if (sequence >= next()) return 0;
    if (sequence < first_) return std::numeric_limits<std::size_t>::max();
    return bytes_ - events_[sequence - first_].bytes_before;
}

std::vector<std::shared_ptr<std::string const>> SseRing::from(std::uint64_t sequence,
                                                              std::size_t most_bytes) const {
    std::vector<std::shared_ptr<std::string const>> found;
    std::size_t bytes = 0;
    for (auto at = std::max(sequence, first_); at < next() && bytes < most_bytes; ++at) {
        found.push_back(events_[at - first_].text);
        bytes += found.back()->size();
    }
    return found;
}

}  // namespace karkhana::http

#include "server/notify/sender.hpp"

#include "server/notify/records.hpp"
#include "server/store/text.hpp"

namespace karkhana::notify {
namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::size_t longest_failure = 200;

/// What the other side said, as far as it can be kept: cut at a character, and with a mark for each
/// byte that belongs to none. What cannot be kept would be sent again without end.
std::string kept_words(std::string_view said) {
    std::string found;
    while (!said.empty()) {
        std::size_t length = 1;
        while (length <= 4 && !store::is_storable_text(said.substr(0, length))) ++length;
        bool const whole = length <= 4;
        auto const next = whole ? said.substr(0, length) : std::string_view{"\uFFFD"};
        if (found.size() + next.size() > longest_failure) break;
        found += next;
        said.remove_prefix(whole ? next.size() : 1);
    }
    return found;
}

/// The message as it is after the attempt.
Message concluded(Message message, Outcome const& outcome, Instant now) {
    message.failure = kept_words(outcome.words);
    if (outcome.kind == Outcome::Kind::sent) {
        message.state = State::sent;
        message.sent_at = now;
        return message;
    }
    auto const wait = wait_after(message.attempts);
    bool const again = outcome.kind == Outcome::Kind::later && wait;
    message.state = again ? State::waiting : State::failed;
    if (again) message.due_at = now + *wait;
    return message;
}

}  // namespace

bool send_next(store::Store& store, WallClock const& clock, Transport& transport, Channel channel,
               std::stop_token const& stop) {
    auto const now = clock.now();
    bool const due =
        store.read([&](store::Reader& reader) { return has_due(reader, channel, now); });
    if (!due) return false;
    auto const message = store.write(
        [&](store::Writer& writer) { return take_due(writer, channel, now, send_hold); });
    if (!message) return true;
    auto const after = concluded(*message, transport.send(*message, stop), clock.now());
    store.write([&](store::Writer& writer) { return set_outcome(writer, after); });
    return true;
}

Sender::Sender(store::Store& store, WallClock const& clock, Transport& transport, Channel channel,
               Log log)
    : store_(store),
      clock_(clock),
      transport_(transport),
      channel_(channel),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

Sender::~Sender() {
    {
        std::lock_guard const lock(mutex_);
        stopping_.request_stop();
    }
    wake_.notify_all();
    thread_.join();
}

void Sender::run() {
    auto const stop = stopping_.get_token();
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        bool more = false;
        try {
            more = send_next(store_, clock_, transport_, channel_, stop);
        } catch (std::exception const& error) {
            // What was taken is due again when its hold is over.
            log_("error", "sending " + std::string{name_of(channel_)} + ": " + error.what());
        }
        lock.lock();
        if (!more) wake_.wait_for(lock, look_every, [&] { return stop.stop_requested(); });
    }
}

}  // namespace karkhana::notify

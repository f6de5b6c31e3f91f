#include "server/http/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/http/media_type.hpp"
#include "server/http/target.hpp"

namespace karkhana::http {
namespace {

using std::chrono::seconds;

constexpr std::size_t kFirstBuffer = 2048;
constexpr std::size_t kBodyBuffer = 16 * 1024;
constexpr std::size_t kLinger = 256 * 1024;
constexpr std::chrono::milliseconds kLingerDeadline{2000};
constexpr std::chrono::milliseconds kLingerWhenStopping{200};

Monotonic now() { return std::chrono::steady_clock::now(); }

/// Empties it and gives its memory back, which assigning an empty string would not do: ten thousand
/// idle connections must not each keep room for the largest request they have made.
template <class T>
void release(T& value) {
    T empty{};
    std::swap(value, empty);
}

/// A second for each KiB: the slowest line that is still somebody's phone.
seconds at_slowest(std::size_t bytes) { return seconds{bytes / 1024}; }

}  // namespace

Connection::Connection(Shared& shared, std::string peer, bool secure)
    : shared_(shared), peer_(std::move(peer)), secure_(secure) {
    shared_.connections.insert(this);
    shared_.counters.open.set(shared_.connections.size());
}

Connection::~Connection() {
    shared_.listeners.erase(this);
    shared_.connections.erase(this);
    shared_.counters.open.set(shared_.connections.size());
}

void Connection::set_deadline(std::chrono::steady_clock::duration after) {
    deadline_ = now() + after;
}

WireContext Connection::context() const {
    WireContext context;
    context.secure = request_.secure || secure_;
    context.http_1_0 = framing_.http_1_0;
    context.head_only = request_.method == "HEAD";
    context.close = !framing_.keep_alive || shared_.stopping;
    return context;
}

void Connection::start() {
    set_deadline(shared_.options.header_deadline);
    if (secure_)
        begin_handshake();
    else
        next_request();
}

void Connection::on_handshake(bool ok) {
    if (state_ == State::closed) return;
    if (ok)
        next_request();
    else
        close();
}

void Connection::next_request() {
    state_ = State::head;
    release(request_);
    release(outgoing_);
    framing_ = {};
    plan_ = {};
    scanned_ = 0;
    if (begin_ < filled_) {
        set_deadline(shared_.options.header_deadline);
        return read_head();
    }
    begin_ = filled_ = 0;
    if (in_.size() > kFirstBuffer) release(in_);
    // The deadline of the first head runs since the connection is there.
    if (!first_) set_deadline(shared_.options.idle_deadline);
    read_more();
}

void Connection::read_more() {
    if (reading_) return;
    if (begin_ > 0 && filled_ == in_.size()) {
        std::memmove(in_.data(), in_.data() + begin_, filled_ - begin_);
        filled_ -= begin_;
        begin_ = 0;
    }
    auto const wanted = state_ == State::body ? kBodyBuffer : kFirstBuffer;
    if (filled_ == in_.size())
        in_.resize(std::min(std::max(wanted, in_.size() * 2), shared_.head_limits.head));
    reading_ = true;
    begin_read(in_.data() + filled_, in_.size() - filled_);
}

void Connection::on_read(bool ok, std::size_t size) {
    reading_ = false;
    shared_.counters.bytes_in.add(size);
    if (state_ == State::closed) return;
    bool const wanted = state_ == State::head || state_ == State::body;
    // A read may outlive what it was for, when a deadline has made an answer in the meantime.
    if (!wanted && state_ != State::lingering && state_ != State::events) return;
    if (!ok) return close();
    if (!wanted) {
        lingered_ += size;
        if (lingered_ > kLinger) return close();
        begin_ = filled_ = 0;
        return read_more();
    }
    bool const was_idle = state_ == State::head && begin_ == filled_;
    if (was_idle && !first_) set_deadline(shared_.options.header_deadline);
    filled_ += size;
    if (state_ == State::head) return read_head();
    body_size_ += size;
    extend_body_deadline();
    read_body();
}

void Connection::read_head() {
    auto const scan = scan_head(buffered(), scanned_, shared_.head_limits);
    if (scan.refusal) {
        shared_.counters.heads_refused.add(1);
        return refuse(*scan.refusal);
    }
    if (scan.length != 0) return accept_head(scan.length);
    scanned_ = buffered().size();
    read_more();
}

void Connection::accept_head(std::size_t length) {
    first_ = false;
    auto const head = buffered().substr(0, length);
    auto refusal = check_head(head, shared_.head_limits, framing_);
    if (!refusal) {
        parser_ = std::make_unique<RequestParser>(head, request_);
        if (parser_->outcome() == RequestParser::Outcome::malformed)
            refusal = Refusal{400, "bad_head", "The head of the request is malformed."};
        else if (!read_target(parser_->target(), request_))
            refusal = Refusal{400, "bad_target", "The request target is malformed."};
    }
    if (refusal) {
        shared_.counters.heads_refused.add(1);
        return refuse(*refusal);
    }
    begin_ += length;
    request_.peer = peer_;
    request_.secure = secure_;
    if (shared_.options.trust_proxy) trust_proxy();
    plan_ = shared_.dispatcher.plan(request_);
    if (framing_.length.value_or(0) > plan_.body_limit)
        return refuse({413, "body_too_large", "The body is too large."});
    if (parser_->outcome() == RequestParser::Outcome::done) return dispatch();
    parser_->limit_body(plan_.body_limit);
    await_body();
}

/// A proxy appends what it has seen, to the value or as another field, so only the last word is its
/// own; whatever stands before may be the client's invention.
void Connection::trust_proxy() {
    constexpr std::size_t kLongestAddress = 64;
    for (auto const& [name, value] : request_.headers) {
        auto const last = without_blanks(std::string_view{value}.substr(value.rfind(',') + 1));
        if (name == "x-forwarded-proto") request_.secure = same_ignoring_case(last, "https");
        if (name == "x-forwarded-for") request_.peer = last.substr(0, kLongestAddress);
    }
}

void Connection::await_body() {
    if (framing_.expects_continue && !framing_.http_1_0 && buffered().empty()) {
        Outgoing interim;
        interim.head = "HTTP/1.1 100 Continue\r\n\r\n";
        write(std::move(interim), State::continuing);
        return;
    }
    state_ = State::body;
    body_began_ = now();
    body_size_ = 0;
    extend_body_deadline();
    read_body();
}

/// What a client announces buys it no time, only what it sends.
void Connection::extend_body_deadline() {
    auto const& options = shared_.options;
    deadline_ = std::min(body_began_ + options.body_deadline + at_slowest(body_size_),
                         now() + options.stall_deadline);
}

void Connection::read_body() {
    auto const bytes = buffered();
    auto const used = bytes.empty() ? 0 : parser_->feed(bytes);
    begin_ += used;
    switch (parser_->outcome()) {
    case RequestParser::Outcome::done: return dispatch();
    case RequestParser::Outcome::too_large:
        return refuse({413, "body_too_large", "The body is too large."});
    case RequestParser::Outcome::malformed:
        return refuse({400, "bad_body", "The body is not what its head says."});
    case RequestParser::Outcome::need_more: break;
    }
    if (begin_ == 0 && filled_ == shared_.head_limits.head)
        return refuse({400, "bad_body", "A chunk has no end."});
    if (begin_ == filled_) begin_ = filled_ = 0;
    read_more();
}

void Connection::dispatch() {
    parser_.reset();
    state_ = State::handling;
    deadline_ = Monotonic::max();
    if (plan_.on_io_thread) {
        answer_ = shared_.dispatcher.answer(plan_, request_, context());
        return on_answered();
    }
    if (shared_.pool.submit(shared_from_this())) return;
    shared_.counters.queue_refusals.add(1);
    write(shared_.dispatcher.refuse({503, "overloaded", "Too much to do: try again."}, context()),
          State::writing);
}

void Connection::run(std::shared_ptr<Work> self) noexcept {
    answer_ = shared_.dispatcher.answer(plan_, request_, context());
    shared_.completed(std::static_pointer_cast<Connection>(std::move(self)));
}

void Connection::on_answered() {
    if (state_ == State::closed) return;
    if (answer_.events) return begin_events();
    write(std::move(answer_.outgoing), State::writing);
}

/// For what is wrong with the bytes themselves: where the next request begins is not known.
void Connection::refuse(Refusal const& refusal) {
    framing_.keep_alive = false;
    parser_.reset();
    begin_ = filled_ = 0;
    write(shared_.dispatcher.refuse(refusal, context()), State::writing);
}

void Connection::write(Outgoing outgoing, State state) {
    state_ = state;
    outgoing_ = std::move(outgoing);
    if (outgoing_.status >= 100)
        shared_.counters.answers.at(static_cast<std::size_t>(outgoing_.status / 100)).add(1);
    set_deadline(shared_.options.write_deadline + at_slowest(outgoing_.size()));
    unsent_since_ = now();
    unsent_ = 0;
    begin_write(outgoing_);
}

void Connection::on_written(bool ok) {
    if (state_ == State::closed) return;
    if (!ok) return close();
    shared_.counters.bytes_out.add(outgoing_.size());
    outgoing_.body.reset();
    if (state_ == State::continuing) {
        framing_.expects_continue = false;
        await_body();
    } else if (state_ == State::events) {
        events_waiting_ = false;
        deadline_ = Monotonic::max();
        keep_alive_at_ = now() + shared_.options.event_keep_alive;
        send_events();
    } else if (outgoing_.close || shared_.stopping) {
        finish();
    } else {
        next_request();
    }
}

/// Says that this was all, and reads on for a moment: closing with unread bytes would reset the
/// connection, and the client would lose the answer that tells it why.
void Connection::finish() {
    shared_.listeners.erase(this);
    shared_.counters.listeners.set(shared_.listeners.size());
    state_ = State::lingering;
    set_deadline(shared_.stopping ? kLingerWhenStopping : kLingerDeadline);
    begin_shutdown();
}

void Connection::on_shutdown() {
    if (state_ != State::lingering) return;
    begin_ = filled_ = 0;
    if (secure_)
        close();
    else
        read_more();
}

void Connection::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    shared_.listeners.erase(this);
    shared_.counters.listeners.set(shared_.listeners.size());
    abort();
}

void Connection::drain() {
    bool const idle = state_ == State::head && begin_ == filled_;
    bool const has_said_all = state_ == State::lingering;
    if (idle || has_said_all || state_ == State::handshake || state_ == State::events) close();
}

/// The other side takes nothing of an answer. What the kernel accepts says little: it holds
/// minutes of a slow line.
bool Connection::write_stalls(Monotonic at) {
    bool const writes = state_ == State::writing || (state_ == State::events && events_waiting_);
    if (!writes) return false;
    auto const left = unsent();
    if (left == 0 || left != unsent_) unsent_since_ = at;
    unsent_ = left;
    return at - unsent_since_ >= shared_.options.stall_deadline;
}

void Connection::check_deadline(Monotonic at) {
    if (state_ == State::events && !events_waiting_) {
        if (at >= stream_end_) return finish();
        if (at < keep_alive_at_) return;
        Outgoing comment;
        comment.head = ":\n\n";
        events_waiting_ = true;
        return write(std::move(comment), State::events);
    }
    if (at < deadline_ && !write_stalls(at)) return;
    bool const idle = state_ == State::head && begin_ == filled_ && !first_;
    if (!idle && state_ != State::lingering) shared_.counters.deadlines_missed.add(1);
    bool const begun = (state_ == State::head && begin_ < filled_) || state_ == State::body;
    if (begun)
        refuse({408, "request_timeout", "The request did not arrive in time."});
    else
        close();
}

void Connection::begin_events() {
    // A browser's EventSource sends the header; a page that begins anew may say it in the query.
    auto const last_id =
        request_.header("last-event-id").value_or(request_.parameter("last_event_id").value_or(""));
    events_of_ = *answer_.events;
    auto greeting = shared_.hub.greet(events_of_, last_id);
    next_event_ = greeting.next;
    stream_end_ = now() + shared_.options.event_stream_limit;
    shared_.listeners.insert(this);
    shared_.counters.listeners.set(shared_.listeners.size());
    answer_.outgoing.head += greeting.text;
    events_waiting_ = true;
    lingered_ = 0;
    release(request_);
    write(std::move(answer_.outgoing), State::events);
    // Only a read tells that the client has gone.
    begin_ = filled_ = 0;
    read_more();
}

void Connection::send_events() {
    if (state_ != State::events) return;
    auto batch = shared_.hub.take(events_of_, next_event_, events_waiting_);
    if (batch.too_slow) {
        shared_.counters.listeners_dropped.add(1);
        return close();
    }
    if (batch.events == 0) return;
    next_event_ = batch.next;
    shared_.counters.events_sent.add(batch.events);
    Outgoing text;
    text.head = std::move(batch.text);
    events_waiting_ = true;
    write(std::move(text), State::events);
}

}  // namespace karkhana::http

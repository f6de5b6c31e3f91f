#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "server/base/time.hpp"
#include "server/http/counters.hpp"
#include "server/http/dispatcher.hpp"
#include "server/http/gate.hpp"
#include "server/http/pool.hpp"
#include "server/http/request_parser.hpp"
#include "server/http/server.hpp"
#include "server/http/sse_hub.hpp"

namespace karkhana::http {

class Connection;

/// What all connections of a server share. Everything but the atomics, the pool and the hub is of
/// the I/O thread alone.
struct Shared {
    ServerOptions const& options;
    Dispatcher const& dispatcher;
    Pool& pool;
    SseHub::Impl& hub;
    Counters& counters;
    HeadLimits head_limits;
    /// Brings an answered connection back to the I/O thread.
    std::function<void(std::shared_ptr<Connection>)> completed;
    std::atomic<bool> stopping{false};
    std::unordered_set<Connection*> connections;
    std::unordered_set<Connection*> listeners;
};

/// One client: reads requests, has them answered, writes the answers, in order, within deadlines.
/// Knows no socket: what moves bytes is a transport below, one for each kind of stream, so that the
/// costly templates stay small.
class Connection : public Work, public std::enable_shared_from_this<Connection> {
public:
    ~Connection() override;
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    void start();
    /// Ends what has taken too long, keeps quiet event streams alive.
    void check_deadline(Monotonic now);
    /// Graceful stop: whoever waits for a request or for events goes now.
    void drain();
    void close();
    /// Writes what has been published since.
    void send_events();

    void run(std::shared_ptr<Work> self) noexcept override;  ///< on a thread of the pool
    void on_answered();                                      ///< back on the I/O thread

protected:
    Connection(Shared& shared, std::string peer, bool secure);

    /// What a transport does. Each of the first four ends in the member of the same name below,
    /// never before it returns. One read and one write may be under way together.
    virtual void begin_handshake() = 0;
    virtual void begin_read(char* into, std::size_t size) = 0;
    virtual void begin_write(Outgoing const& what) = 0;  ///< all of it; lives until on_written
    virtual void begin_shutdown() = 0;                   ///< says that nothing more will be written
    virtual void abort() = 0;          ///< at once; what is under way ends with an error
    virtual std::size_t unsent() = 0;  ///< bytes that the other side has not acknowledged

    void on_handshake(bool ok);
    void on_read(bool ok, std::size_t size);
    void on_written(bool ok);
    void on_shutdown();

private:
    enum class State {
        handshake,
        head,
        body,
        handling,
        continuing,
        writing,
        events,
        lingering,
        closed
    };

    void next_request();
    void read_more();
    void read_head();
    void accept_head(std::size_t length);
    void await_body();
    void read_body();
    void dispatch();
    void trust_proxy();
    void refuse(Refusal const& refusal);
    void write(Outgoing outgoing, State state);
    void finish();
    void begin_events();
    WireContext context() const;
    std::string_view buffered() const { return {in_.data() + begin_, filled_ - begin_}; }
    void set_deadline(std::chrono::steady_clock::duration after);
    void extend_body_deadline();
    bool write_stalls(Monotonic at);

    Shared& shared_;
    std::string const peer_;
    bool const secure_;
    State state_ = State::handshake;
    Monotonic deadline_{};
    Monotonic body_began_{};
    std::size_t body_size_ = 0;  ///< what has come of it
    Monotonic unsent_since_{};
    std::size_t unsent_ = 0;

    std::string in_;  ///< bytes begin_ .. filled_ are unread
    std::size_t begin_ = 0;
    std::size_t filled_ = 0;
    std::size_t scanned_ = 0;  ///< how far the end of the head has been looked for
    bool reading_ = false;
    bool first_ = true;  ///< no request yet
    std::size_t lingered_ = 0;

    Framing framing_;
    Request request_;
    Plan plan_;
    std::unique_ptr<RequestParser> parser_;
    Answer answer_;      ///< from the handler's thread
    Outgoing outgoing_;  ///< being written

    FacilityId events_of_;
    std::uint64_t next_event_ = 0;
    bool events_waiting_ = false;  ///< a write of events is under way
    Monotonic stream_end_{};
    Monotonic keep_alive_at_{};
};

}  // namespace karkhana::http

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "devices/modbus/message.hpp"

namespace karkhana::modbus {

/// What a simulated device does with a request. Left as it is it answers at once and correctly;
/// the other members play faults.
struct Answer {
    /// For reads: `count` registers, or bits as 0 and 1. Not used for writes: the handler has
    /// taken the value, and the confirmation follows from the request.
    std::vector<std::uint16_t> words;
    std::uint8_t exception = 0;  ///< not 0: this exception instead
    bool silent = false;         ///< no reply at all
    Duration delay{};            ///< the reply leaves this much later; other requests go on
    /// Alters the finished frame (transaction header and CRC included) before it is sent.
    std::function<void(std::vector<std::uint8_t>& frame)> tamper;
    Duration drip{};     ///< not 0: one byte at a time with this pause
    Duration again{};    ///< not 0: the same reply comes a second time, this much later
    bool close = false;  ///< the connection is closed after the reply, or instead of it (TCP)
    bool reset = false;  ///< and closed by a reset
};

/// Called on the server's own thread. A unit nobody simulates is answered with `silent`.
using Handler = std::function<Answer(Request const&)>;

/// A Modbus TCP server with any number of clients and of units, or one end of a serial line.
class Server {
public:
    /// Port 0 takes any free one, see port(). Throws std::runtime_error when it cannot listen.
    static std::unique_ptr<Server> tcp(std::string const& host, std::uint16_t port,
                                       Handler handler);
    /// The same with serial frames on the socket, as cheap gateways pass them on.
    static std::unique_ptr<Server> rtu_over_tcp(std::string const& host, std::uint16_t port,
                                                Handler handler);
    /// `descriptor` is one end of a serial line or of a pseudo-terminal; it is not closed here.
    static std::unique_ptr<Server> rtu(int descriptor, Handler handler);

    virtual ~Server() = default;  ///< stops the thread and closes every connection
    virtual std::uint16_t port() const = 0;
};

/// A pair of pseudo-terminals in raw mode: one end for a Server, the other to be opened by path.
class PtyPair {
public:
    PtyPair();
    ~PtyPair();
    PtyPair(PtyPair const&) = delete;
    PtyPair& operator=(PtyPair const&) = delete;

    int server_end() const { return master_; }
    std::string const& client_path() const { return path_; }

private:
    int master_ = -1;
    int slave_ = -1;  ///< kept open, so that the line does not hang up between two clients
    std::string path_;
};

}  // namespace karkhana::modbus

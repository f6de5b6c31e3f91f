#pragma once

#include <memory>
#include <string>
#include <variant>

#include "devices/modbus/bus.hpp"
#include "devices/modbus/frame.hpp"
#include "server/base/clock.hpp"

namespace karkhana::modbus {

struct TcpEndpoint {
    std::string host;
    std::uint16_t port = 502;

    bool operator==(TcpEndpoint const&) const = default;
};

/// A cheap gateway: serial frames with their checksums, carried by a socket as they are.
struct RtuOverTcpEndpoint {
    std::string host;
    std::uint16_t port = 502;

    bool operator==(RtuOverTcpEndpoint const&) const = default;
};

enum class Parity : char { none = 'N', even = 'E', odd = 'O' };

/// A serial port; a pseudo-terminal serves too. The path may be a link such as those in
/// /dev/serial/by-id: it is followed anew each time the port is opened.
struct SerialEndpoint {
    std::string path;
    int baud = 9600;
    Parity parity = Parity::none;
    int stop_bits = 1;
    bool echo = false;  ///< the RS-485 adapter hears itself: what was sent comes back first

    bool operator==(SerialEndpoint const&) const = default;
};

using Endpoint = std::variant<TcpEndpoint, SerialEndpoint, RtuOverTcpEndpoint>;

struct LineTiming {
    /// The longest that a device on a serial line, or behind a gateway that carries serial frames,
    /// may take to answer. After a missing
    /// reply its unit is not asked again before this long a silence, so that a late reply passes
    /// for nothing.
    Duration max_late = std::chrono::seconds(1);
    Duration connect_timeout = std::chrono::seconds(2);
};

class Pipe;

/// How the frames of a line look, and what is between them.
struct Wrapping {
    Framing framing = Framing::rtu;
    Duration gap{};  ///< silence between two frames
    bool echoes = false;
};

/// A real bus. libmodbus opens and configures it and sends; the reply is read and checked here,
/// because libmodbus accepts foreign units, wrong lengths and late replies (devices/README.md).
class Line final : public Bus {
public:
    Line(Endpoint const& endpoint, LineTiming timing, MonotonicClock const& clock);
    /// Over a pipe of another kind; a simulated one.
    Line(std::unique_ptr<Pipe> pipe, Wrapping wrapping, LineTiming timing,
         MonotonicClock const& clock);
    ~Line() override;
    Line(Line const&) = delete;
    Line& operator=(Line const&) = delete;

    Outcome transact(Request const& request, Monotonic deadline) override;
    Monotonic ready_at(std::uint8_t unit) const override;
    void close() override;
    std::vector<TracedExchange> last_frames() const override;
    /// Why the port or socket could not be opened last, in words: after Fault::not_connected.
    std::string trouble() const;

private:
    struct Wire;
    std::unique_ptr<Wire> wire_;
};

}  // namespace karkhana::modbus

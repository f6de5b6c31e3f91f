#include <algorithm>
#include <charconv>
#include <filesystem>

#include "server/app/config_parts.hpp"

namespace karkhana::app {
namespace {

using config::Table;

/// What two lines cannot share. A link in /dev/serial/by-id is the port that it leads to.
std::string wire_of(LineConfig const& line) {
    if (line.tcp.empty()) {
        std::error_code unknown;
        auto const port = std::filesystem::weakly_canonical(line.serial, unknown);
        return unknown ? line.serial : port.string();
    }
    auto const colon = line.tcp.rfind(':');
    auto wire = line.tcp.substr(0, colon);
    for (auto& c : wire)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    auto const digit = line.tcp.find_first_not_of('0', colon + 1);
    return digit == std::string::npos ? wire : wire + ':' + line.tcp.substr(digit);
}

}  // namespace

LineConfig read_line(Table& table) {
    LineConfig line;
    line.at = table.line();
    line.name = table.require_text("name");
    line.tcp = table.text("tcp").value_or("");
    line.serial = table.text("serial").value_or("");
    line.baud = static_cast<int>(table.integer("baud", 300, 1'000'000).value_or(9600));
    if (!is_baud(line.baud)) table.complain("baud", "no speed of a serial port, like 9600");
    auto const parity = table.text("parity").value_or("N");
    if (parity != "N" && parity != "E" && parity != "O") table.complain("parity", "N, E or O");
    line.parity = parity.empty() ? 'N' : parity[0];
    line.stop_bits = static_cast<int>(table.integer("stop_bits", 1, 2).value_or(1));
    auto const framing = table.text("framing").value_or(line.tcp.empty() ? "rtu" : "tcp");
    if (framing != "tcp" && framing != "rtu")
        table.complain("framing", "tcp, or rtu for a gateway that passes serial frames on");
    else if (line.tcp.empty() && framing == "tcp")
        table.complain("framing", "a serial line carries rtu alone");
    line.rtu = !line.tcp.empty() && framing == "rtu";
    line.echo = table.flag("echo").value_or(false);
    if (line.echo && line.serial.empty()) table.complain("echo", "of a serial line only");
    for (auto const* const key : {"baud", "parity", "stop_bits"})
        if (!line.tcp.empty() && framing == "tcp" && table.has(key))
            table.complain(key, "where serial frames go only, which Modbus TCP has none of");
    if (line.tcp.empty() == line.serial.empty())
        table.complain("name", "needs either tcp = \"host:port\" or serial = \"/dev/...\"");
    if (!line.tcp.empty() && !is_endpoint(line.tcp))
        table.complain("tcp", "host and port, like 192.168.1.50:502");
    return line;
}

std::string used_twice(std::string const& name) { return "'" + name + "' is used twice"; }

void check_line(Table& table, LineConfig const& line, Config const& out) {
    auto const* const key = line.tcp.empty() ? "serial" : "tcp";
    for (auto const& other : out.lines) {
        if (other.name == line.name) table.complain("name", used_twice(line.name));
        if (other.tcp.empty() == line.tcp.empty() && wire_of(other) == wire_of(line))
            table.complain(key, "leads where '" + other.name + "' does");
    }
}

bool is_endpoint(std::string const& text) {
    auto const colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    auto const digits = std::string_view{text}.substr(colon + 1);
    int port = 0;
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && port > 0 &&
           port <= 65'535;
}

}  // namespace karkhana::app

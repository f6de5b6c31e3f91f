#pragma once

#include <cstdint>
#include <string>

namespace karkhana::app {

/// Where the parts of the demo find each other.
struct DemoPlaces {
    std::string data;      ///< absolute folder
    std::string profiles;  ///< absolute
    std::string schema;    ///< absolute
    std::string web;       ///< absolute, or empty
    std::string postgres;  ///< connection string, or empty
    std::uint16_t http_port = 8080;
    std::uint16_t modbus_port = 0;
    int clock_speed = 1;

    std::string tty() const { return data + "/tty-floor"; }
};

/// The configuration of a footwear service centre: two laser cutters, a beam press, a pearl-setting
/// machine, a CAD seat and a recycling unit, on a TCP line and a serial one.
std::string demo_config(DemoPlaces const& places);
/// The same machines as the simulator plays them.
std::string demo_scene(DemoPlaces const& places);

}  // namespace karkhana::app

#pragma once

#include <string>

namespace karkhana::exports {

/// The text as a QR code for a page, with the quiet space around it.
std::string qr_svg(std::string const& text);

}  // namespace karkhana::exports

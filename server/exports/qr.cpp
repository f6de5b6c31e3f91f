#include "server/exports/qr.hpp"

#include <qrcodegen/qrcodegen.hpp>

namespace karkhana::exports {

std::string qr_svg(std::string const& text) {
    constexpr int kQuiet = 4;
    auto const code = qrcodegen::QrCode::encodeText(text.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
    auto const side = std::to_string(code.getSize() + 2 * kQuiet);
    std::string squares;
    for (int row = 0; row < code.getSize(); ++row)
        for (int column = 0; column < code.getSize(); ++column)
            if (code.getModule(column, row))
                squares += "M" + std::to_string(column + kQuiet) + " " +
                           std::to_string(row + kQuiet) + "h1v1h-1z";
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
           "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side +
           "H0z\"/><path d=\"" + squares + "\"/></svg>";
}

}  // namespace karkhana::exports

#include "server/exports/markup.hpp"

namespace karkhana::exports {

std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20)
            out += c;
    }
    return out;
}

std::string element(std::string_view name, std::string_view content) {
    std::string out = "<";
    return out.append(name).append(">").append(content).append("</").append(name).append(">");
}

}  // namespace karkhana::exports

#include "server/exports/xml.hpp"

namespace karkhana::exports {
namespace {

std::string_view name_in(std::string_view tag) { return tag.substr(0, tag.find(' ')); }

}  // namespace

std::string xml_escaped(std::string_view text) {
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

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

XmlWriter& XmlWriter::open(std::string_view tag) {
    indent();
    out_.append("<").append(tag).append(">\n");
    open_.emplace_back(name_in(tag));
    return *this;
}

XmlWriter& XmlWriter::leaf(std::string_view tag, std::string_view text) {
    indent();
    out_.append("<").append(tag).append(">").append(xml_escaped(text));
    out_.append("</").append(name_in(tag)).append(">\n");
    return *this;
}

XmlWriter& XmlWriter::close() {
    auto const name = std::move(open_.back());
    open_.pop_back();
    indent();
    out_.append("</").append(name).append(">\n");
    return *this;
}

}  // namespace karkhana::exports

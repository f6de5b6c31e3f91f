#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karkhana::exports {

/// Text as it stands between tags and within quotes; what XML cannot hold is left out.
std::string xml_escaped(std::string_view text);

/// Writes elements one into another, each on a line of its own.
class XmlWriter {
public:
    XmlWriter();

    /// `tag` is the name with its attributes, which are escaped by then.
    XmlWriter& open(std::string_view tag);
    XmlWriter& leaf(std::string_view tag, std::string_view text);
    XmlWriter& close();

    std::string take() { return std::move(out_); }

private:
    void indent() { out_.append(open_.size(), ' '); }

    std::string out_;
    std::vector<std::string> open_;
};

}  // namespace karkhana::exports

#pragma once

#include <string>
#include <string_view>

/// XML and HTML, as much as we write.
namespace karkhana::exports {

/// Fit for text and for attributes; control characters go.
std::string escaped(std::string_view text);
/// `<name>content</name>`; the content is markup already.
std::string element(std::string_view name, std::string_view content);

}  // namespace karkhana::exports

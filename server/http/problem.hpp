#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace karkhana::http {

/// A problem document for a status that no ErrorKind names: what the server itself has to say.
Response problem_of(int status, std::string_view code, std::string detail,
                    boost::json::object extra);
Response problem_of(int status, std::string_view code, std::string detail);

}  // namespace karkhana::http

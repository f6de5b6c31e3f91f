#include "server/http/message.hpp"

namespace karkhana::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string_view> first_of(Pairs const& pairs, std::string_view name) {
    for (auto const& [key, value] : pairs)
        if (key == name) return value;
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
    return first_of(headers, lower_case_name);
}

std::optional<std::string_view> Request::parameter(std::string_view query_name) const {
    return first_of(query, query_name);
}

}  // namespace karkhana::http

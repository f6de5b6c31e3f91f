#pragma once

#include <string>
#include <string_view>

namespace karkhana::http {

/// The Content-Security-Policy of every answer.
std::string const& default_policy();

/// The policy of a page that carries scripts and styles in itself: each is allowed by its hash.
std::string policy_for_page(std::string_view html);

}  // namespace karkhana::http

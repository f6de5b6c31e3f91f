#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/people/rules.hpp"

namespace karkhana::people {

/// ASVS 5.0 6.2: 8 to 200 characters of any kind, none of those that are guessed first: leaked
/// ones, words of the country, a mobile number, and the words of who wants it (login, names,
/// telephone, facility), also with digits or signs around them. Errors: `password_too_short`,
/// `password_too_long`, `password_too_common`.
Result<std::string> acceptable_password(std::string_view password,
                                        std::vector<std::string> const& own_words);

/// Login, names and telephone of somebody, and the names of the facility.
std::vector<std::string> own_words(Person const& person, facility::Facility const& facility);

/// Five to eight digits in either script that are no row and no repetition.
/// Errors: `bad_pin`, `pin_too_simple`.
Result<std::string> acceptable_pin(std::string_view pin);

}  // namespace karkhana::people

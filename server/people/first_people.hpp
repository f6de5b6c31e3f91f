#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/people/rules.hpp"
#include "server/people/services.hpp"

/// What is done from the command line, before anybody can log in or when nobody can any more.
namespace karkhana::people {

/// Ten small letters and digits without those that look alike (i, l, o, 0, 1): to be read out or
/// copied from a screen. 49 bits, and ten tries in five minutes.
std::string readable_password(Random& random);

struct NewLogin {
    Person person;
    std::string password;  ///< kept nowhere else
};

/// Adds people with a password made for each. Nil ids are made. All or none.
/// Errors: those of valid_person, `login_taken`, `unknown_enterprise`, `busy`.
Result<std::vector<NewLogin>> create_first_people(Services const& services,
                                                  FacilityId const& facility,
                                                  std::vector<Person> people);

/// A new password for somebody; every session and token of theirs ends, and the second factor goes.
/// Errors: `unknown_login`, `busy`.
Result<std::string> reset_password(Services const& services, FacilityId const& facility,
                                   std::string_view login);

/// Shuts somebody out at once, or lets them in again. Errors: `unknown_login`.
Result<bool> set_disabled(Services const& services, FacilityId const& facility,
                          std::string_view login, bool disabled);

struct TokenRequest {
    std::string login;
    std::string label;               ///< what it is for
    std::vector<std::string> roles;  ///< empty: every role of the person
    std::chrono::hours lifetime{365 * 24};
};

/// A bearer token for a program, shown once. Errors: `unknown_login`, `role_not_held`,
/// `bad_lifetime` (under an hour or over five years), those of facility::plain_text.
Result<std::string> create_token(Services const& services, FacilityId const& facility,
                                 TokenRequest const& wanted);

}  // namespace karkhana::people

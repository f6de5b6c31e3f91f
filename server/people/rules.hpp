#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/facility/rules.hpp"

namespace karkhana::people {

using facility::Name;

struct Enterprise {
    EnterpriseId id;
    Name name;
    std::optional<std::string> phone;
    std::optional<std::string> place;
    bool women_led = false;
    bool suspended = false;
};

using PartnerId = Id<struct PartnerTag>;

struct RoleGrant {
    std::string role;                        ///< a name of all_roles()
    std::optional<EnterpriseId> enterprise;  ///< of an owner or a member
    std::optional<PartnerId> partner{};      ///< of a partner organisation's officer

    bool operator==(RoleGrant const&) const = default;
};

struct Person {
    PersonId id;
    std::string login;
    Name name;
    std::optional<std::string> phone;
    std::string language = "bn";
    std::vector<RoleGrant> roles;
    std::optional<std::chrono::local_days> born_on{};  ///< empty: not known
};

/// A mobile number of Bangladesh in any spelling (01712-345678, +880 1712..., Bengali digits), or
/// any other number that begins with +, as E.164. Errors: `bad_phone`.
Result<std::string> normal_phone(std::string_view text);

/// NFC, trimmed, ASCII letters lowered; 2 to 100 characters without space, slash or control
/// characters. Errors: `bad_login`.
Result<std::string> normal_login(std::string_view text);

/// What is hashed: NFC and trimmed, so that two keyboards spell one password alike.
std::string normal_password(std::string_view password);

/// Names, phone and place normalised. Errors: those of facility::complete, `bad_phone`.
Result<Enterprise> valid_enterprise(Enterprise enterprise);
/// The roles of one person. An owner of one ME who were a member of another would see the money of
/// both, and an officer of a partner organisation would act for the MEs that it only sees: such
/// roles are not held together. Errors: `role_missing`, `unknown_role`, `enterprise_missing` and
/// `partner_missing` (who is here for one, without), `enterprise_not_allowed` and
/// `partner_not_allowed` (others with), `role_twice`, `roles_apart`.
Result<std::vector<RoleGrant>> valid_grants(std::vector<RoleGrant> grants);
/// Errors: those above, `bad_login`, `bad_language`.
Result<Person> valid_person(Person person);

/// A birth date, "1990-05-14"; empty where there is none. Errors: `bad_date`, `born_later` (after
/// today), `born_too_early` (before 1900).
Result<std::optional<std::chrono::local_days>> valid_birth(std::optional<std::string> const& text,
                                                           std::chrono::local_days today);

/// What an enterprise is found by, and in which order: names, phone and place.
std::string search_key(Enterprise const& enterprise);
/// What is typed to find one, in the same spelling.
std::string search_words(std::string_view typed);

/// Who wants in: "login", or "facility/login" where one name is used in several facilities.
struct LoginName {
    std::string facility_slug;  ///< empty: whichever has the login
    std::string login;
};
LoginName parse_login_name(std::string_view typed);

/// Failures that are allowed within the window; the next try has to wait.
constexpr int account_failures_allowed = 10;
constexpr int address_failures_allowed = 30;
constexpr std::chrono::minutes failure_window{5};
/// How long the next try must wait; nullopt: not at all. Both lists newest first.
std::optional<std::chrono::seconds> login_wait(std::vector<Instant> const& of_account,
                                               std::vector<Instant> const& of_address, Instant now);

}  // namespace karkhana::people

#include "server/people/rules.hpp"

#include <algorithm>
#include <array>

#include "server/base/calendar.hpp"
#include "server/base/text.hpp"
#include "server/base/unicode.hpp"
#include "server/people/role_names.hpp"

namespace karkhana::people {
namespace {


bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower_ascii(std::string_view text) {
    std::string out{text};
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Spaces, dashes, dots and brackets are how people group digits.
std::string without_separators(std::string_view text) {
    std::string out;
    for (char const c : text)
        if (std::string_view{" -.()\t"}.find(c) == std::string_view::npos) out += c;
    return out;
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

template <class T>
tl::unexpected<Error> pass_on(Result<T> const& refused, std::string field) {
    Error error = refused.error();
    if (!field.empty()) error.field = std::move(field);
    return tl::make_unexpected(std::move(error));
}

/// An empty number is none.
Result<std::optional<std::string>> maybe_phone(std::optional<std::string> const& given) {
    if (!given || given->empty()) return std::nullopt;
    auto const phone = normal_phone(*given);
    if (!phone) return pass_on(phone, "/phone");
    return *phone;
}

tl::unexpected<Error> bad_grant(std::size_t index, std::string_view code, std::string_view field,
                                std::string detail) {
    return refuse(ErrorKind::invalid, code, std::move(detail),
                  "/roles/" + std::to_string(index) + "/" + std::string{field});
}

/// How long until `most` failures, newest first, are no longer all inside the window.
std::chrono::seconds wait_for(std::vector<Instant> const& failures, int most, Instant now) {
    if (failures.size() < static_cast<std::size_t>(most)) return std::chrono::seconds{0};
    auto const free_at = failures[static_cast<std::size_t>(most - 1)] + failure_window;
    return std::max(std::chrono::ceil<std::chrono::seconds>(free_at - now),
                    std::chrono::seconds{0});
}

/// What is wrong with the i-th grant by itself.
std::optional<Error> fault_of(RoleGrant const& grant, std::size_t i) {
    auto const* const role = find_role(grant.role);
    if (!role) return bad_grant(i, "unknown_role", "role", "There is no such role.").value();
    bool const of_enterprise = role->scope == Scope::enterprise;
    bool const of_partner = role->scope == Scope::partner;
    if (of_enterprise && !grant.enterprise)
        return bad_grant(i, "enterprise_missing", "enterprise_id",
                         "An owner or a member acts for an enterprise.")
            .value();
    if (!of_enterprise && grant.enterprise)
        return bad_grant(i, "enterprise_not_allowed", "enterprise_id",
                         "Only an owner or a member acts for an enterprise.")
            .value();
    if (of_partner && !grant.partner)
        return bad_grant(i, "partner_missing", "partner_id",
                         "An officer is one of a partner organisation.")
            .value();
    if (!of_partner && grant.partner)
        return bad_grant(i, "partner_not_allowed", "partner_id",
                         "Only an officer is one of a partner organisation.")
            .value();
    return std::nullopt;
}

bool any_scope(std::vector<RoleGrant> const& grants, Scope scope) {
    return std::ranges::any_of(
        grants, [&](auto const& grant) { return find_role(grant.role)->scope == scope; });
}

bool any_role(std::vector<RoleGrant> const& grants, std::string_view role) {
    return std::ranges::find(grants, role, &RoleGrant::role) != grants.end();
}

/// Whoever only sees is nothing else here.
bool go_together(std::vector<RoleGrant> const& grants) {
    for (auto const alone : {Scope::partner, Scope::programme})
        if (any_scope(grants, alone) && !std::ranges::all_of(grants, [&](auto const& grant) {
                return find_role(grant.role)->scope == alone;
            }))
            return false;
    return !(any_role(grants, "owner") && any_role(grants, "member"));
}

}  // namespace

Result<std::vector<RoleGrant>> valid_grants(std::vector<RoleGrant> grants) {
    if (grants.empty())
        return refuse(ErrorKind::invalid, "role_missing", "At least one role is needed.", "/roles");
    for (std::size_t i = 0; i < grants.size(); ++i) {
        if (auto const fault = fault_of(grants[i], i)) return tl::make_unexpected(*fault);
        auto const before = grants.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(grants.begin(), before, grants[i]) != before)
            return bad_grant(i, "role_twice", "role", "The same role twice.");
    }
    if (!go_together(grants))
        return refuse(ErrorKind::invalid, "roles_apart", "Nobody holds these roles together.",
                      "/roles");
    return grants;
}

Result<std::string> normal_phone(std::string_view text) {
    auto number = without_separators(ascii_digits(text));
    if (number.starts_with("00")) number.replace(0, 2, "+");
    if (number.starts_with("880")) number.insert(0, "+");
    if (number.starts_with("01")) number.insert(0, "+88");
    auto const digits = std::string_view{number}.substr(number.starts_with("+") ? 1 : 0);
    bool const bangladeshi = number.starts_with("+880");
    bool const mobile = bangladeshi && number.size() == 14 && number[4] == '1' && number[5] >= '3';
    bool const foreign = !bangladeshi && number.starts_with("+") && digits.size() >= 8 &&
                         digits.size() <= 15 && digits.front() != '0';
    if (!all_digits(digits) || !(mobile || foreign))
        return refuse(ErrorKind::invalid, "bad_phone",
                      "A mobile number like 01712-345678, or one that begins with + and the "
                      "country.",
                      "/phone");
    return number;
}

Result<std::string> normal_login(std::string_view text) {
    auto const plain = facility::plain_text(text, 100);
    auto login = plain ? lower_ascii(*plain) : std::string{};
    bool const shaped =
        character_count(login) >= 2 && login.find_first_of("/ \t\r\n") == std::string::npos;
    if (!shaped)
        return refuse(ErrorKind::invalid, "bad_login",
                      "2 to 100 characters without space or slash.", "/login");
    return login;
}

std::string normal_password(std::string_view password) {
    auto const first = password.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    auto const last = password.find_last_not_of(" \t\r\n");
    auto const inner = password.substr(first, last - first + 1);
    return valid_utf8(inner) ? nfc(inner) : std::string{inner};
}

Result<Enterprise> valid_enterprise(Enterprise enterprise) {
    auto name = facility::complete(std::move(enterprise.name));
    if (!name) return pass_on(name, "");
    enterprise.name = std::move(*name);
    auto phone = maybe_phone(enterprise.phone);
    if (!phone) return pass_on(phone, "");
    enterprise.phone = std::move(*phone);
    auto place = facility::plain_text(enterprise.place.value_or(""), 200);
    if (!place) return pass_on(place, "/place");
    enterprise.place = place->empty() ? std::nullopt : std::optional{std::move(*place)};
    return enterprise;
}

Result<Person> valid_person(Person person) {
    auto login = normal_login(person.login);
    if (!login) return pass_on(login, "");
    person.login = std::move(*login);
    auto name = facility::complete(std::move(person.name));
    if (!name) return pass_on(name, "");
    person.name = std::move(*name);
    auto phone = maybe_phone(person.phone);
    if (!phone) return pass_on(phone, "");
    person.phone = std::move(*phone);
    if (person.language != "bn" && person.language != "en")
        return refuse(ErrorKind::invalid, "bad_language", "The language is bn or en.", "/language");
    auto grants = valid_grants(std::move(person.roles));
    if (!grants) return pass_on(grants, "");
    person.roles = std::move(*grants);
    return person;
}

Result<std::optional<std::chrono::local_days>> valid_birth(std::optional<std::string> const& text,
                                                           std::chrono::local_days today) {
    constexpr std::chrono::local_days earliest{std::chrono::year{1900} / 1 / 1};
    if (!text) return std::nullopt;
    auto const day = parse_date(*text);
    if (!day) return pass_on(day, "/born_on");
    if (*day > today)
        return refuse(ErrorKind::invalid, "born_later", "A birth date is not after today.",
                      "/born_on");
    if (*day < earliest)
        return refuse(ErrorKind::invalid, "born_too_early", "A birth date is not before 1900.",
                      "/born_on");
    return *day;
}

std::string search_key(Enterprise const& enterprise) {
    auto key = enterprise.name.en;
    for (auto const& part :
         {enterprise.name.bn, enterprise.phone.value_or(""), enterprise.place.value_or("")})
        if (!part.empty()) key += "\n" + part;
    return lower_ascii(ascii_digits(key));
}

std::string search_words(std::string_view typed) {
    auto words = lower_ascii(ascii_digits(facility::plain_text(typed, 200).value_or("")));
    auto const digits = without_separators(words);
    bool const number = all_digits(digits) ||
                        (digits.starts_with("+") && all_digits(std::string_view{digits}.substr(1)));
    return number ? digits : words;
}

LoginName parse_login_name(std::string_view typed) {
    auto const slash = typed.find('/');
    bool const named = slash != std::string_view::npos;
    auto const login = normal_login(named ? typed.substr(slash + 1) : typed);
    return {named ? lower_ascii(typed.substr(0, slash)) : "", login.value_or("")};
}

std::optional<std::chrono::seconds> login_wait(std::vector<Instant> const& of_account,
                                               std::vector<Instant> const& of_address,
                                               Instant now) {
    auto const wait = std::max(wait_for(of_account, account_failures_allowed, now),
                               wait_for(of_address, address_failures_allowed, now));
    if (wait <= std::chrono::seconds{0}) return std::nullopt;
    return wait;
}

}  // namespace karkhana::people

#include "server/people/first_people.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "server/people/audit.hpp"
#include "server/people/json.hpp"
#include "server/people/records.hpp"
#include "server/people/secrets.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {
namespace {

using store::ConstraintViolated;

/// The daemon itself did it, on behalf of whoever may use its command line.
void tell(store::Writer& writer, FacilityId const& facility, std::string_view action,
          Person const& person, std::string after, Instant now) {
    append_audit(writer, facility,
                 {.action = std::string{action},
                  .subject = "person/" + person.id.text(),
                  .after = std::move(after),
                  .reason = "command line"},
                 now);
}

Result<Person> person_named(store::Reader& reader, FacilityId const& facility,
                            std::string_view login) {
    auto const normal = normal_login(login);
    auto person = normal ? find_person_by_login(reader, facility, *normal) : std::nullopt;
    if (!person)
        return refuse(ErrorKind::not_found, "unknown_login", "Nobody here has this login.",
                      "/login");
    return std::move(*person);
}

Result<std::vector<std::string>> roles_of_token(Person const& person,
                                                std::vector<std::string> wanted) {
    std::vector<std::string> held;
    for (auto const& grant : person.roles)
        if (std::ranges::find(held, grant.role) == held.end()) held.push_back(grant.role);
    if (wanted.empty()) return held;
    for (auto const& role : wanted)
        if (std::ranges::find(held, role) == held.end())
            return refuse(ErrorKind::invalid, "role_not_held", "The person is no " + role + ".",
                          "/roles");
    return wanted;
}

}  // namespace

std::string readable_password(Random& random) {
    constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
    constexpr std::size_t kFair = 256 - 256 % kLetters.size();
    std::string password;
    while (password.size() < 10) {
        std::array<std::uint8_t, 16> bytes{};
        random.fill(bytes);
        for (auto const byte : bytes)
            if (byte < kFair && password.size() < 10) password += kLetters[byte % kLetters.size()];
    }
    return password;
}

Result<std::vector<NewLogin>> create_first_people(Services const& services,
                                                  FacilityId const& facility,
                                                  std::vector<Person> people) {
    std::vector<NewLogin> made;
    std::vector<std::string> hashes;
    for (auto& given : people) {
        auto person = valid_person(std::move(given));
        if (!person) return tl::make_unexpected(std::move(person.error()));
        if (person->id.is_nil()) person->id = services.ids.make<PersonId>();
        auto password = readable_password(services.secrets);
        auto hash = services.passwords.hash(password);
        if (!hash) return tl::make_unexpected(std::move(hash.error()));
        hashes.push_back(std::move(*hash));
        made.push_back({std::move(*person), std::move(password)});
    }
    auto const now = services.clock.now();
    try {
        services.store.write([&](store::Writer& writer) {
            for (std::size_t i = 0; i < made.size(); ++i)
                insert_person(writer, facility, made[i].person, hashes[i], now);
            for (auto const& each : made)
                tell(writer, facility, "createPerson", each.person,
                     boost::json::serialize(person_json(each.person)), now);
            return true;
        });
    } catch (ConstraintViolated const& violated) {
        if (violated.kind() == ConstraintViolated::Kind::unique)
            return refuse(ErrorKind::conflict, "login_taken", "Somebody has this login.", "/login");
        if (violated.kind() == ConstraintViolated::Kind::foreign_key)
            return refuse(ErrorKind::invalid, "unknown_enterprise", "There is no such enterprise.",
                          "/roles");
        throw;
    }
    return made;
}

Result<std::string> reset_password(Services const& services, FacilityId const& facility,
                                   std::string_view login) {
    auto password = readable_password(services.secrets);
    auto const hash = services.passwords.hash(password);
    if (!hash) return tl::make_unexpected(hash.error());
    return services.store.write([&](store::Writer& writer) -> Result<std::string> {
        auto const person = person_named(writer, facility, login);
        if (!person) return tl::make_unexpected(person.error());
        set_password_hash(writer, facility, person->id, *hash);
        shut_out(writer, facility, person->id);
        tell(writer, facility, "resetPassword", *person, "", services.clock.now());
        return password;
    });
}

Result<bool> set_disabled(Services const& services, FacilityId const& facility,
                          std::string_view login, bool disabled) {
    return services.store.write([&](store::Writer& writer) -> Result<bool> {
        auto const person = person_named(writer, facility, login);
        if (!person) return tl::make_unexpected(person.error());
        set_disabled(writer, facility, person->id, disabled);
        if (disabled) delete_sessions_of(writer, facility, person->id);
        tell(writer, facility, disabled ? "disablePerson" : "enablePerson", *person, "",
             services.clock.now());
        return true;
    });
}

Result<std::string> create_token(Services const& services, FacilityId const& facility,
                                 TokenRequest const& wanted) {
    if (wanted.lifetime < std::chrono::hours{1} || wanted.lifetime > std::chrono::years{5})
        return refuse(ErrorKind::invalid, "bad_lifetime", "Between an hour and five years.");
    auto const label = facility::plain_text(wanted.label, 100);
    if (!label) return tl::make_unexpected(label.error());
    auto const token = Credential::make(facility, services.secrets);
    auto const real_now = services.real_clock.now();
    return services.store.write([&](store::Writer& writer) -> Result<std::string> {
        auto const person = person_named(writer, facility, wanted.login);
        if (!person) return tl::make_unexpected(person.error());
        auto const roles = roles_of_token(*person, wanted.roles);
        if (!roles) return tl::make_unexpected(roles.error());
        insert_token(writer, token, person->id, {*label, *roles}, real_now,
                     real_now + wanted.lifetime);
        boost::json::object const after{
            {"label", *label}, {"roles", boost::json::array(roles->begin(), roles->end())}};
        tell(writer, facility, "createToken", *person, boost::json::serialize(after),
             services.clock.now());
        return std::string{bearer_prefix} + token.text();
    });
}

}  // namespace karkhana::people

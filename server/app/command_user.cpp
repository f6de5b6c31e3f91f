#include <iostream>
#include <stdexcept>

#include "server/app/commands.hpp"
#include "server/app/load.hpp"
#include "server/app/prepare.hpp"
#include "server/people/first_people.hpp"
#include "server/people/roles.hpp"

namespace karkhana::app {
namespace {

people::Person person_of(UserOptions const& options) {
    people::Person person;
    person.login = options.login;
    person.name = {options.name.empty() ? options.login : options.name,
                   options.name.empty() ? options.login : options.name};
    for (auto const& role : options.roles) person.roles.push_back({role, std::nullopt});
    return person;
}

/// What to print: the secret, or a word that it is done.
Result<std::string> act(std::string const& what, UserOptions const& options,
                        people::Services const& services, FacilityId const& facility) {
    if (what == "password") return people::reset_password(services, facility, options.login);
    if (what == "token") {
        people::TokenRequest wanted;
        wanted.login = options.login;
        wanted.label = options.label.empty() ? "command line" : options.label;
        wanted.roles = options.roles;
        return people::create_token(services, facility, wanted);
    }
    if (what == "add")
        return people::create_first_people(services, facility, {person_of(options)})
            .map([](auto const& made) { return made.front().password; });
    return people::set_disabled(services, facility, options.login, what == "disable").map([](bool) {
        return std::string{"done"};
    });
}

}  // namespace

int roles() {
    std::cout << people::role_table_markdown();
    return 0;
}

int user(std::string const& what, UserOptions const& options) {
    auto const loaded = load_or_complain(options.config);
    if (!loaded) return 78;
    SystemWallClock const clock;
    auto random = system_random();
    IdSource ids{*random, clock};
    auto const stores = open_stores(loaded->config);
    auto const prepared =
        prepare_facility(stores.ledger(), loaded->config, loaded->profiles, ids, clock.now());
    people::PasswordHasher passwords;
    people::Services const services{stores.ledger(), clock, clock, ids, *random, passwords, {}, 1};
    auto const said = act(what, options, services, prepared.facility.id);
    if (!said) {
        std::cerr << "karkhana: " << said.error().code << ' ' << said.error().detail << '\n';
        return 1;
    }
    std::cout << *said << '\n';
    return 0;
}

}  // namespace karkhana::app

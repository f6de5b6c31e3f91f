#include "server/access/api.hpp"

#include "server/access/routes.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/me.hpp"

namespace karkhana::access {

http::Route route(Services const& services, std::string method, std::string path,
                  std::string operation_id, Action action) {
    bool const changes = method == "POST";
    return {.method = std::move(method),
            .pattern = "/api/v1/" + std::move(path),
            .operation_id = std::move(operation_id),
            .handler = [&services,
                        action](http::Request const& request) { return action(services, request); },
            .access = http::Access::signed_in,
            .idempotent = changes};
}

http::Route open_route(Services const& services, std::string method, std::string path,
                       std::string operation_id, Action action) {
    auto made =
        route(services, std::move(method), std::move(path), std::move(operation_id), action);
    made.access = http::Access::open;
    made.idempotent = false;
    return made;
}

Result<people::Credential> own_session(http::Request const& request) {
    if (auto const session = people::session_of(request)) return *session;
    return refuse(ErrorKind::forbidden, "session_needed",
                  "A token may not change how one gets in.");
}

tl::expected<people::Credential, http::Response> asked_again(Services const& services,
                                                             http::Request const& request,
                                                             std::string_view password) {
    auto const session = own_session(request);
    if (!session) return tl::make_unexpected(http::problem(session.error()));
    auto const asked =
        people::ask_password(services.people, request.principal.value(), password, request.peer);
    if (!asked) return tl::make_unexpected(people::turned_away(asked.error()));
    return *session;
}

void told(Services const& services, store::Writer& writer, http::Request const& request,
          std::string_view action, PersonId const& whose, std::string after, std::string reason) {
    auto const& who = request.principal.value();
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::string{action},
                          .subject = "person/" + whose.text(),
                          .after = std::move(after),
                          .reason = std::move(reason)},
                         services.people.clock.now());
}

void add_routes(http::Router& router, Services const& services) {
    add_own_routes(router, services);
    add_token_routes(router, services);
    add_factor_routes(router, services);
    add_help_routes(router, services);
    add_settings_routes(router, services);
    add_pin_routes(router, services);
    add_set_up_routes(router, services);
}

}  // namespace karkhana::access

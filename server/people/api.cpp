#include "server/people/api.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/cookies.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/audit.hpp"
#include "server/people/handlers.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/json.hpp"
#include "server/people/login.hpp"
#include "server/people/me.hpp"
#include "server/people/profile.hpp"
#include "server/people/reach.hpp"
#include "server/people/records.hpp"
#include "server/people/role_requests.hpp"
#include "server/people/roles.hpp"
#include "server/people/rules_password.hpp"
#include "server/people/secrets.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using store::ConstraintViolated;

// ---------------------------------------------------------------- who I am

Response create_session(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const login = body.text("login", 100);
    auto const password = body.text("password", 200);
    auto const code = body.maybe_text("code", 40).value_or("");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const done = log_in(services, {.login = login,
                                        .password = password,
                                        .peer = request.peer,
                                        .previous = session_of(request),
                                        .code = code,
                                        .device = device_of(request)});
    if (!done) return turned_away(done.error());
    return welcome(services, request, *done);
}

/// Ends what the request was let in by: the session, or the token.
Response delete_session(Services const& services, Request const& request) {
    services.store.write([&](store::Writer& writer) {
        if (auto const token = token_of(request))
            delete_token(writer, *token);
        else if (auto const session = session_of(request))
            delete_session(writer, *session);
        return true;
    });
    Response answer{.status = 204};
    answer.with("Set-Cookie", http::clear_session_cookie(request.secure));
    return answer;
}

Response get_me(Services const& services, Request const& request) {
    return http::json_response(200,
                               me_json(services, request.principal.value(), session_of(request)));
}

// ---------------------------------------------------------------- lists

/// One more than asked for was looked for: if it is there, the page has a successor.
template <class T, class Key>
json::value next_cursor(std::vector<T>& items, int limit, Key&& key) {
    if (items.size() <= static_cast<std::size_t>(limit)) return nullptr;
    items.resize(static_cast<std::size_t>(limit));
    return json::value(key(items.back()));
}

/// What the desk asks by, one of three; empty ones are not asked for.
struct Question {
    std::string search;
    std::string last4;
    std::string card;  ///< its hash
    std::string cursor;
    int limit = 50;
};

Result<Question> read_question(Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return tl::make_unexpected(limit.error());
    auto const search = facility::plain_text(request.parameter("search").value_or(""), 200);
    if (!search) return tl::make_unexpected(search.error());
    Question question{.search = *search,
                      .last4 = "",
                      .card = "",
                      .cursor = std::string{request.parameter("cursor").value_or("")},
                      .limit = *limit};
    if (!question.cursor.empty() && !EnterpriseId::parse(question.cursor))
        return refuse(ErrorKind::invalid, "bad_cursor", "The cursor is not one of this list.");
    auto const digits = request.parameter("last4").value_or("");
    auto const number = request.parameter("card").value_or("");
    if (!question.search.empty() + !digits.empty() + !number.empty() > 1)
        return refuse(ErrorKind::invalid, "one_question", "search, last4 or card, one of them.");
    if (!digits.empty()) {
        auto four = last_four(digits);
        if (!four) return tl::make_unexpected(four.error());
        question.last4 = std::move(*four);
    }
    if (!number.empty()) {
        auto hash = card_hash(request.principal.value().facility, number);
        if (!hash) return tl::make_unexpected(hash.error());
        question.card = std::move(*hash);
    }
    return question;
}

/// Of the MEs that an officer of a partner organisation sees.
std::vector<Enterprise> answer_of_own(store::Reader& reader, http::Principal const& who,
                                      Question const& question) {
    std::vector<Enterprise> found;
    auto const words = search_words(question.search);
    for (auto& [id, each] : find_enterprises(reader, who.facility, who.enterprises))
        if (search_key(each).find(words) != std::string::npos) found.push_back(std::move(each));
    std::ranges::sort(found, {}, [](Enterprise const& each) {
        return std::pair{search_key(each), each.id.text()};
    });
    auto const last = std::ranges::find(found, question.cursor,
                                        [](Enterprise const& each) { return each.id.text(); });
    if (last != found.end()) found.erase(found.begin(), last + 1);
    if (found.size() > static_cast<std::size_t>(question.limit) + 1)
        found.resize(static_cast<std::size_t>(question.limit) + 1);
    return found;
}

std::vector<Enterprise> answer_to(store::Reader& reader, http::Principal const& who,
                                  Question const& question) {
    auto const& mine = who.facility;
    auto const limit = question.limit + 1;
    std::vector<Enterprise> found;
    if (!question.last4.empty())
        found = enterprises_by_last4(reader, mine, question.last4, limit);
    else if (!question.card.empty())
        found = enterprises_by_card(reader, mine, question.card, limit);
    else if (!is_staff(who))
        return answer_of_own(reader, who, question);
    else
        return people::list_enterprises(reader, mine, question.search, question.cursor, limit);
    std::erase_if(found,
                  [&](Enterprise const& each) { return !is_staff(who) && !who.acts_for(each.id); });
    return found;
}

Response list_enterprises(Services const& services, Request const& request) {
    auto const question = read_question(request);
    if (!question) return http::problem(question.error());
    auto const& mine = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto found = answer_to(reader, request.principal.value(), *question);
        auto next =
            next_cursor(found, question->limit, [](auto const& last) { return last.id.text(); });
        // A handful at most: whoever asks so has somebody in front of them.
        if (!question->last4.empty() || !question->card.empty()) next = nullptr;
        auto const zone = Zone::find(facility::find_facility(reader, mine).value().zone).value();
        auto const balances = services.balances(reader, mine);
        std::vector<EnterpriseId> ids;
        for (auto const& each : found) ids.push_back(each.id);
        std::unordered_map<EnterpriseId, Instant> bookings;
        if (services.next_bookings)
            bookings = services.next_bookings(reader, mine, ids, services.clock.now());
        json::array items;
        for (auto const& each : found) {
            auto const owed = balances.find(each.id);
            auto item = enterprise_json(each, owed == balances.end() ? Money{} : owed->second);
            auto const booked = bookings.find(each.id);
            item["next_booking_at"] = booked == bookings.end()
                                          ? json::value{}
                                          : json::value(to_rfc3339(booked->second, zone));
            items.push_back(std::move(item));
        }
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
    });
}

Response list_people(Services const& services, Request const& request) {
    auto const found = services.store.read([&](store::Reader& reader) {
        return people::list_people(reader, request.principal.value().facility);
    });
    json::array items;
    for (auto const& person : found) items.push_back(person_json(person));
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

Response list_audit(Services const& services, Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const cursor = http::query_cursor(request);
    if (!cursor) return http::problem(cursor.error());
    auto const& mine = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = Zone::find(facility::find_facility(reader, mine).value().zone).value();
        auto found = people::list_audit(reader, mine, *cursor, *limit + 1);
        auto next = next_cursor(found, *limit,
                                [](auto const& last) { return std::to_string(last.sequence); });
        json::array items;
        for (auto const& record : found) items.push_back(audit_json(record, zone));
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
    });
}

// ---------------------------------------------------------------- changes

std::vector<RoleGrant> read_roles(JsonBody& body) {
    std::vector<RoleGrant> grants;
    for (auto& part : body.objects("roles", 4)) {
        grants.push_back(read_grant(part));
        body.close(part);
    }
    return grants;
}

void tell(store::Writer& writer, http::Principal const& who, std::string_view action,
          std::string subject, json::object const& after, Instant now) {
    append_audit(writer, who.facility,
                 {.person = who.person,
                  .action = std::string{action},
                  .subject = std::move(subject),
                  .after = json::serialize(after)},
                 now);
}

Response create_enterprise(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const typed = read_profile(body, {});
    Enterprise draft{.name = typed.name,
                     .phone = body.maybe_text("phone", 20),
                     .place = typed.place,
                     .women_led = body.maybe_flag("women_led").value_or(false)};
    if (auto const error = body.finish()) return http::problem(*error);
    auto enterprise = valid_enterprise(std::move(draft));
    if (!enterprise) return http::problem(enterprise.error());
    auto const profile = valid_profile(typed);
    if (!profile) return http::problem(profile.error());
    enterprise->id = services.ids.make<EnterpriseId>();
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    auto const answer = enterprise_json(*enterprise, Money{});
    auto told = answer;
    show_profile(told, *profile);
    return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        insert_enterprise(writer, who.facility, *enterprise, now);
        if (profile->partner && !is_partner(writer, who.facility, *profile->partner))
            return http::problem({ErrorKind::invalid, "unknown_partner", "/partner_id",
                                  "There is no such partner organisation."});
        save_profile(writer, who.facility, enterprise->id, *profile, 1);
        tell(writer, who, "createEnterprise", "enterprise/" + enterprise->id.text(), told, now);
        return http::json_response(201, answer);
    });
}

std::chrono::local_days today_at(Services const& services, Request const& request) {
    auto const zone = services.store.read([&](store::Reader& reader) {
        return facility::zone_of(reader, request.principal.value().facility);
    });
    return local_day(zone, services.clock.now());
}

/// When somebody was born, as the office writes it down; null: not known.
Response change_birth(Services const& services, Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const birth = body.maybe_text("born_on", 10);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const born_on = valid_birth(birth, today_at(services, request));
    if (!born_on) return http::problem(born_on.error());
    auto const& who = request.principal.value();
    return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto person = find_person(writer, who.facility, *id);
        if (!person) return http::problem({ErrorKind::not_found, "not_found"});
        auto const before = person_json(*person);
        person->born_on = *born_on;
        auto const after = person_json(*person);
        set_born_on(writer, who.facility, *id, *born_on);
        append_audit(writer, who.facility,
                     {.person = who.person,
                      .action = "changeBirth",
                      .subject = "person/" + id->text(),
                      .before = json::serialize(before),
                      .after = json::serialize(after)},
                     services.clock.now());
        return http::json_response(200, after);
    });
}

Response create_person(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const password = body.text("password", 200);
    Person draft{.login = body.text("login", 100),
                 .name = read_both_names(body),
                 .phone = body.maybe_text("phone", 20),
                 .language = body.maybe_text("language", 2).value_or("bn"),
                 .roles = read_roles(body)};
    auto const birth = body.maybe_text("born_on", 10);
    if (auto const error = body.finish()) return http::problem(*error);
    auto person = valid_person(std::move(draft));
    if (!person) return http::problem(person.error());
    auto const born_on = valid_birth(birth, today_at(services, request));
    if (!born_on) return http::problem(born_on.error());
    person->born_on = *born_on;
    auto const& who = request.principal.value();
    auto const mine = services.store.read([&](store::Reader& reader) {
        return facility::find_facility(reader, who.facility).value();
    });
    auto const accepted = acceptable_password(password, own_words(*person, mine));
    if (!accepted) return http::problem(accepted.error());
    auto const hash = services.passwords.hash(*accepted);
    if (!hash) return http::problem(hash.error()).with("Retry-After", "1");
    person->id = services.ids.make<PersonId>();
    auto const now = services.clock.now();
    auto const asked = take_powerful(person->roles);
    auto answer = person_json(*person);
    if (!asked.empty()) answer["pending_roles"] = json::array(asked.begin(), asked.end());
    try {
        return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
            insert_person(writer, who.facility, *person, *hash, now);
            for (auto const& role : asked)
                ask_for_role(writer, who.facility,
                             {.id = services.ids.make<RoleRequestId>(),
                              .person = person->id,
                              .role = role,
                              .reason = "with the log-in",
                              .asked_by = who.person,
                              .asked_at = now});
            set_one_time(writer, who.facility, person->id,
                         services.real_clock.now() + first_password_lasts);
            tell(writer, who, "createPerson", "person/" + person->id.text(), answer, now);
            return http::json_response(201, answer);
        });
    } catch (ConstraintViolated const& violated) {
        // An enterprise of another facility is as unknown here as one that does not exist.
        if (violated.kind() == ConstraintViolated::Kind::foreign_key)
            return http::problem({ErrorKind::invalid, "unknown_enterprise", "/roles",
                                  "There is no such enterprise or partner organisation."});
        if (violated.kind() != ConstraintViolated::Kind::unique) throw;
        return http::problem(
            {ErrorKind::conflict, "login_taken", "/login", "Somebody has this login."});
    }
}

using Action = Response (*)(Services const&, Request const&);

http::Route route(Services const& services, std::string method, std::string path,
                  std::string operation_id, Action action) {
    bool const log_in = operation_id == "createSession";
    bool const creates = method == "POST" && !log_in;
    return {.method = std::move(method),
            .pattern = "/api/v1/" + std::move(path),
            .operation_id = std::move(operation_id),
            .handler = [&services,
                        action](Request const& request) { return action(services, request); },
            .access = log_in ? http::Access::open : http::Access::signed_in,
            .idempotent = creates};
}

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    router.add(route(services, "POST", "session", "createSession", create_session));
    router.add(route(services, "DELETE", "session", "deleteSession", delete_session));
    router.add(route(services, "GET", "me", "getMe", get_me));
    router.add(route(services, "GET", "enterprises", "listEnterprises", list_enterprises));
    router.add(route(services, "POST", "enterprises", "createEnterprise", create_enterprise));
    router.add(route(services, "GET", "people", "listPeople", list_people));
    router.add(route(services, "POST", "people", "createPerson", create_person));
    router.add(route(services, "POST", "people/{id}/birth", "changeBirth", change_birth));
    router.add(route(services, "POST", "people/{id}/roles", "grantRole", grant_role));
    router.add(route(services, "POST", "people/{id}/roles/revoke", "revokeRole", revoke_role));
    router.add(route(services, "GET", "role-requests", "listRoleRequests", list_role_requests));
    router.add(route(services, "POST", "role-requests/{id}/decide", "decideRole", decide_role));
    router.add(route(services, "GET", "partners", "listPartners", list_partners));
    router.add(route(services, "POST", "partners", "createPartner", create_partner));
    router.add(route(services, "GET", "sectors", "listSectors", list_sectors));
    router.add(route(services, "GET", "comments", "listComments", list_comments));
    router.add(route(services, "POST", "comments", "addComment", add_comment));
    router.add(route(services, "GET", "audit", "listAudit", list_audit));
}

}  // namespace karkhana::people

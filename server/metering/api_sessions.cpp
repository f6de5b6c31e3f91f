#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include "server/booking/caller.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/handlers.hpp"
#include "server/metering/json.hpp"
#include "server/metering/sessions.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

Result<void> read_cursor(std::string_view text, SessionPage& wanted) {
    auto const dot = text.find('.');
    std::int64_t start = 0;
    auto const number = text.substr(0, dot);
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), start);
    auto const id = dot == text.npos ? std::nullopt : SessionId::parse(text.substr(dot + 1));
    if (error != std::errc{} || end != number.data() + number.size() || !id)
        return refuse(ErrorKind::invalid, "bad_cursor", "The cursor is not one of ours.");
    wanted.before_start = instant(start);
    wanted.before_id = id->text();
    return {};
}

Result<void> read_time(http::Request const& request, std::string_view name, Instant& at) {
    if (!request.parameter(name)) return {};
    auto const found = http::query_time(request, name);
    if (!found) return tl::make_unexpected(found.error());
    at = *found;
    return {};
}

Result<SessionPage> read_wanted(http::Request const& request) {
    SessionPage wanted;
    if (auto read = read_time(request, "from", wanted.from); !read)
        return tl::make_unexpected(read.error());
    if (auto read = read_time(request, "to", wanted.to); !read)
        return tl::make_unexpected(read.error());
    if (auto const text = request.parameter("machine_id")) {
        wanted.machine = MachineId::parse(*text);
        if (!wanted.machine)
            return refuse(ErrorKind::invalid, "bad_id", "machine_id must be a UUID.");
    }
    if (auto const name = request.parameter("kind")) {
        if (!session_kind_of(*name))
            return refuse(ErrorKind::invalid, "unknown_kind", "There is no such kind.");
        wanted.kind = std::string{*name};
    }
    if (auto const text = request.parameter("cursor"))
        if (auto read = read_cursor(*text, wanted); !read) return tl::make_unexpected(read.error());
    auto const limit = http::query_limit(request);
    if (!limit) return tl::make_unexpected(limit.error());
    wanted.limit = *limit;
    return wanted;
}

/// One more than the page, newest first: staff of everything, members of each of their MEs.
std::vector<SessionPlace> visible_places(store::Reader& reader, http::Principal const& who,
                                         SessionPage const& wanted) {
    if (people::is_staff(who)) return session_places(reader, who.facility, wanted, std::nullopt);
    std::vector<SessionPlace> found;
    for (auto const& mine : who.enterprises)
        std::ranges::copy(session_places(reader, who.facility, wanted, mine),
                          std::back_inserter(found));
    std::ranges::sort(found, std::ranges::greater{});
    return found;
}

Result<UsageSession> visible_session(store::Reader& reader, http::Request const& request) {
    auto const& who = request.principal.value();
    auto const id = http::path_id<SessionId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto session = find_session(reader, who.facility, *id);
    bool const mine = session && session->enterprise && who.acts_for(*session->enterprise);
    if (!session || (!mine && !people::is_staff(who)))
        return refuse(ErrorKind::not_found, "not_found");
    return *session;
}

http::Response answer(store::Reader& reader, UsageSession const& session) {
    auto const names = names_for(reader, session.facility, {session});
    return http::json_response(200, session_json(session, names))
        .with("ETag", http::etag(session.version));
}

struct Assignment {
    SessionKind kind = SessionKind::suspicious;
    std::optional<EnterpriseId> enterprise;
    std::string reason;
};

Result<Assignment> read_assignment(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const kind = session_kind_of(body.text("kind"));
    Assignment const assignment{kind.value_or(SessionKind::booked),
                                body.maybe_id<EnterpriseId>("enterprise_id"),
                                body.text("reason", 500)};
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (!kind || *kind == SessionKind::booked || *kind == SessionKind::unattributed)
        return refuse(ErrorKind::invalid, "unknown_kind", "There is no such kind.", "/kind");
    if (assignment.reason.empty())
        return refuse(ErrorKind::invalid, "reason_missing", "Say why.", "/reason");
    // Only a walk-in is somebody's, and is billed; all else is the facility's own.
    bool const billed = *kind == SessionKind::walk_in;
    if (billed && !assignment.enterprise)
        return refuse(ErrorKind::invalid, "enterprise_missing", "Whose was it?", "/enterprise_id");
    if (!billed && assignment.enterprise)
        return refuse(ErrorKind::invalid, "enterprise_not_allowed",
                      "Only a walk-in belongs to an enterprise.", "/enterprise_id");
    return assignment;
}

http::Response assign(Services const& services, store::Writer& writer, http::Request const& request,
                      Assignment const& assignment) {
    auto const session = visible_session(writer, request);
    if (!session) return http::problem(session.error());
    if (session->kind != SessionKind::unattributed)
        return http::problem({ErrorKind::conflict, "wrong_state", "",
                              "Only an unattributed session can be assigned, and only once."});
    auto const& facility = session->facility;
    if (assignment.enterprise && !people::find_enterprise(writer, facility, *assignment.enterprise))
        return http::problem({ErrorKind::not_found, "not_found", "/enterprise_id"});
    if (!assign_session(writer, *session, assignment.kind, assignment.enterprise,
                        assignment.reason))
        return http::problem({ErrorKind::conflict, "wrong_state", "", "It has just changed."});
    json::object after{{"kind", name_of(assignment.kind)}};
    if (assignment.enterprise) after["enterprise_id"] = assignment.enterprise->text();
    people::append_audit(writer, facility,
                         {.person = request.principal->person,
                          .action = "assignUsageSession",
                          .subject = "usage_session/" + session->id.text(),
                          .before = json::serialize(json::object{{"kind", name_of(session->kind)}}),
                          .after = json::serialize(after),
                          .reason = assignment.reason},
                         services.clock.now());
    return answer(writer, find_session(writer, facility, session->id).value());
}

}  // namespace

http::Response list_usage_sessions(Services const& services, http::Request const& request) {
    auto const wanted = read_wanted(request);
    if (!wanted) return http::problem(wanted.error());
    auto const& who = request.principal.value();
    return services.ledger.read([&](store::Reader& reader) {
        auto places = visible_places(reader, who, *wanted);
        auto const limit = static_cast<std::size_t>(wanted->limit);
        json::value next = nullptr;
        if (places.size() > limit) {
            places.resize(limit);
            auto const& [start, id] = places.back();
            next = json::value(std::to_string(micros(start)) + "." + id.text());
        }
        std::vector<SessionId> ids;
        for (auto const& place : places) ids.push_back(place.second);
        auto sessions = find_sessions(reader, who.facility, ids);
        std::ranges::sort(sessions, [](UsageSession const& a, UsageSession const& b) {
            return SessionPlace{a.start, a.id} > SessionPlace{b.start, b.id};
        });
        auto const names = names_for(reader, who.facility, sessions);
        json::array items;
        for (auto const& session : sessions) items.push_back(session_json(session, names));
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
    });
}

http::Response get_usage_session(Services const& services, http::Request const& request) {
    return services.ledger.read([&](store::Reader& reader) {
        auto const session = visible_session(reader, request);
        if (!session) return http::problem(session.error());
        return answer(reader, *session);
    });
}

http::Response assign_usage_session(Services const& services, http::Request const& request) {
    auto const assignment = read_assignment(request);
    if (!assignment) return http::problem(assignment.error());
    return people::write_once(services.ledger, services.clock, request, [&](store::Writer& writer) {
        return assign(services, writer, request, *assignment);
    });
}

}  // namespace karkhana::metering

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "server/billing/api_parts.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/correction_records.hpp"
#include "server/billing/late_corrections.hpp"
#include "server/billing/runs.hpp"
#include "server/http/json.hpp"
#include "server/metering/json.hpp"
#include "server/metering/sessions.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::Request;
using http::Response;
using metering::Edge;
using metering::UsageSession;

constexpr std::int64_t kMostWh = 1'000'000'000'000'000;
constexpr std::int64_t kMostChannel = 1'000'000;
std::optional<Edge> correctable_edge(std::string_view name) {
    for (auto const each : {Edge::start, Edge::boundary, Edge::stop})
        if (name == name_of(each)) return each;
    return std::nullopt;
}

Result<Correction> read_correction(Request const& request) {
    auto const id = http::path_id<SessionId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto body = http::JsonBody::parse(request);
    Correction correction;
    correction.session = *id;
    if (auto const channel = body.maybe_integer("channel", 0, kMostChannel))
        correction.channel = static_cast<Channel>(*channel);
    auto const edge = body.text("edge");
    correction.at = body.maybe_at("at");
    correction.replaces = static_cast<int>(body.integer("replaces", 1, 1'000'000));
    correction.value = {body.integer("value_wh", 0, kMostWh)};
    correction.reason = body.text("reason", 500);
    correction.said_by = request.principal->person;
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    auto const known = correctable_edge(edge);
    if (!known)
        return refuse(ErrorKind::invalid, "unknown_edge", "start, boundary or stop", "/edge");
    correction.edge = *known;
    if (correction.reason.empty())
        return refuse(ErrorKind::invalid, "reason_missing", "Say why.", "/reason");
    return correction;
}

json::object told(UsageSession const& session, Correction const& correction) {
    json::object object{{"edge", name_of(correction.edge)}, {"energy_wh", session.energy->wh}};
    for (auto const& reg : session.registers)
        if (reg.edge == correction.edge && (!correction.at || reg.at == *correction.at) &&
            (!correction.channel || reg.channel == *correction.channel)) {
            object["value_wh"] = reg.value.wh;
            object["version"] = reg.version;
        }
    return object;
}

/// The session as it stands, with what was corrected after its bill.
UsageSession as_it_stands(store::Reader& reader, UsageSession session) {
    auto const late = late_corrections_of(reader, session.facility, session.id);
    return with_late(std::move(session), late);
}

/// After the bill: what was read stays, and the difference is billed or given back.
Response correct_late(Services const& services, store::Writer& writer, UsageSession const& read,
                      Correction correction) {
    auto const before = as_it_stands(writer, read);
    auto const after = correct(before, correction, neighbours_of(writer, read, correction));
    if (!after) return http::problem(after.error());
    auto const* meant = meant_by(before, correction);
    correction.channel = meant->channel;
    correction.at = meant->at;
    auto const due = rate_as_rated(writer, *after);
    if (!due) return http::problem(due.error());
    auto charged = charges_of_sessions(writer, read.facility, {read.id})[read.id];
    auto const now = services.clock.now();
    keep_late(writer, read.facility, services.ids, correction, charged, *due, now);
    people::append_audit(writer, read.facility,
                         {.person = correction.said_by,
                          .action = "correctRegister",
                          .subject = "usage_session/" + read.id.text(),
                          .before = json::serialize(told(before, correction)),
                          .after = json::serialize(told(*after, correction)),
                          .reason = correction.reason},
                         now);
    auto const names = metering::names_for(writer, read.facility, {*after});
    return http::json_response(200, metering::session_json(*after, names))
        .with("ETag", http::etag(after->version));
}

Response correct_once(Services const& services, store::Writer& writer, FacilityId const& facility,
                      Correction const& correction) {
    lock_billing(writer, facility);
    auto const before = metering::find_session(writer, facility, correction.session);
    if (!before) return http::problem({ErrorKind::not_found, "not_found"});
    auto const invoice = invoice_of(writer, facility, correction.session);
    if (invoice && invoice->issued) return correct_late(services, writer, *before, correction);
    auto const after = correct(*before, correction, neighbours_of(writer, *before, correction));
    if (!after) return http::problem(after.error());
    keep_correction(writer, *after, correction);
    take_off(writer, facility, correction.session,
             invoice ? std::optional{invoice->id} : std::nullopt);
    auto const now = metering::find_session(writer, facility, correction.session).value();
    people::append_audit(writer, facility,
                         {.person = correction.said_by,
                          .action = "correctRegister",
                          .subject = "usage_session/" + correction.session.text(),
                          .before = json::serialize(told(*before, correction)),
                          .after = json::serialize(told(now, correction)),
                          .reason = correction.reason},
                         services.clock.now());
    auto const names = metering::names_for(writer, facility, {now});
    return http::json_response(200, metering::session_json(now, names))
        .with("ETag", http::etag(now.version));
}

Response correct_register(Services const& services, Request const& request) {
    auto const correction = read_correction(request);
    if (!correction) return http::problem(correction.error());
    auto const facility = request.principal->facility;
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        return correct_once(services, writer, facility, *correction);
    });
}

/// A whole number of the query that may be left out.
Result<std::optional<std::int64_t>> maybe_number(Request const& request, std::string_view name,
                                                 std::int64_t most) {
    auto const text = request.parameter(name);
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    auto const* const last = text->data() + text->size();
    auto const [end, error] = std::from_chars(text->data(), last, number);
    if (error != std::errc{} || end != last || number < 0 || number > most)
        return refuse(ErrorKind::invalid, "out_of_range", "A whole number.", std::string{name});
    return number;
}

/// What is asked before a register is corrected; without a value, it is the one that it has.
struct Question {
    Correction correction;
    std::optional<std::int64_t> value_wh;
};

Result<Question> read_question(Request const& request) {
    auto const id = http::path_id<SessionId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const edge = correctable_edge(request.parameter("edge").value_or(""));
    if (!edge) return refuse(ErrorKind::invalid, "unknown_edge", "start, boundary or stop", "edge");
    auto const channel = maybe_number(request, "channel", kMostChannel);
    if (!channel) return tl::make_unexpected(channel.error());
    auto const value = maybe_number(request, "value_wh", kMostWh);
    if (!value) return tl::make_unexpected(value.error());
    Question question{{.session = *id, .edge = *edge}, *value};
    if (*channel) question.correction.channel = static_cast<Channel>(**channel);
    if (!request.parameter("at")) return question;
    auto const at = http::query_time(request, "at");
    if (!at) return tl::make_unexpected(at.error());
    question.correction.at = *at;
    return question;
}

/// What the session costs by the rates, or null: it is nobody's, or no rate holds.
json::value cost_of(store::Reader& reader, UsageSession const& session) {
    auto const terms = rate_now(reader, session);
    return terms ? http::to_json(total_of(*terms)) : json::value(nullptr);
}

/// Between which values the register may lie, and what would follow if it had this one.
Response preview(store::Reader& reader, UsageSession const& read, Question question) {
    auto const session = as_it_stands(reader, read);
    auto& correction = question.correction;
    auto const* meant = meant_by(session, correction);
    if (meant == nullptr) return http::problem({ErrorKind::not_found, "no_such_register"});
    correction.replaces = meant->version;
    correction.value = {question.value_wh.value_or(meant->value.wh)};
    auto const neighbours = neighbours_of(reader, read, correction);
    auto const bounds = bounds_of(session, correction, neighbours);
    auto const after = correct(session, correction, neighbours);
    auto const invoice = invoice_of(reader, session.facility, session.id);
    bool const issued = invoice && invoice->issued;
    json::value refused = nullptr;
    if (!after) refused = after.error().code;
    auto const names = metering::names_for(reader, session.facility, {session});
    return http::json_response(
        200,
        json::object{
            {"register", metering::register_json(*meant, names)},
            {"least_wh", http::or_null(bounds.least)},
            {"most_wh", http::or_null(bounds.most)},
            {"invoice", invoice ? json::value(issued ? "final" : "draft") : json::value(nullptr)},
            {"refused", refused},
            {"energy_wh", session.energy ? json::value(session.energy->wh) : nullptr},
            {"energy_after_wh", after ? json::value(after->energy->wh) : json::value(nullptr)},
            {"cost", cost_of(reader, session)},
            {"cost_after", after ? cost_of(reader, *after) : nullptr}});
}

Response preview_correction(Services const& services, Request const& request) {
    auto const question = read_question(request);
    if (!question) return http::problem(question.error());
    return services.store.read([&](store::Reader& reader) {
        auto const session = metering::find_session(reader, request.principal->facility,
                                                    question->correction.session);
        if (!session) return http::problem({ErrorKind::not_found, "not_found"});
        return preview(reader, *session, *question);
    });
}

}  // namespace

void add_correction_routes(http::Router& router, Services const& services) {
    router.add(
        {"GET", "/api/v1/usage-sessions/{id}/registers", "previewCorrection",
         [services](Request const& request) { return preview_correction(services, request); },
         http::Access::signed_in, false, false});
    router.add({"POST", "/api/v1/usage-sessions/{id}/registers", "correctRegister",
                [services](Request const& request) { return correct_register(services, request); },
                http::Access::signed_in, true, false});
}

}  // namespace karkhana::billing

#include "server/metering/api_commissioning.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::metering {
namespace {

namespace json = boost::json;

constexpr int last_unit = 247;  // those above are reserved, 0 is everybody
constexpr int last_address = 0xFFFF;
constexpr std::size_t longest_confirmation = 60;

json::object sign_json(DeviceSign const& sign) {
    return {{"sign", sign.sign}, {"point", sign.point}, {"value", sign.value}, {"unit", sign.unit}};
}

json::object candidate_json(DeviceCandidate const& candidate) {
    json::array models, signs;
    for (auto const& model : candidate.models) models.emplace_back(model);
    for (auto const& sign : candidate.signs) signs.push_back(sign_json(sign));
    return {
        {"profile", candidate.profile},
        {"maker", candidate.maker},
        {"models", std::move(models)},
        {"turned", candidate.turned},
        {"switches", candidate.switches},
        {"serial", http::text_or_null(candidate.serial ? std::to_string(*candidate.serial) : "")},
        {"evidence", std::move(signs)}};
}

json::object word_json(ReadWord const& word) {
    json::array meanings;
    for (auto const& each : word.meanings)
        meanings.push_back(
            json::object{{"type", each.type}, {"order", each.order}, {"value", each.value}});
    return {{"address", word.address},
            {"word", fmt::format("{:04x}", word.word)},
            {"meanings", std::move(meanings)}};
}

bool is_theirs(CommissionServices const& services, http::Request const& request) {
    return request.principal.value().facility == services.facility;
}

int number(http::JsonBody& body, std::string_view key, std::int64_t min, std::int64_t max) {
    return static_cast<int>(body.integer(key, min, max));
}

http::Response scan_line(CommissionServices const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const first = number(body, "first_unit", 1, last_unit);
    auto const most = std::min(last_unit, first + CommissionPort::most_units - 1);
    auto const last = number(body, "last_unit", first, most);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const found = services.port.scan(request.param("name"), first, last);
    if (!found) return http::problem(found.error());
    json::array items;
    for (auto const& unit : *found)
        items.push_back(json::object{{"unit", unit.unit},
                                     {"refusal", http::text_or_null(unit.refusal)},
                                     {"took_us", unit.took_us}});
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

http::Response identify_unit(CommissionServices const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const unit = number(body, "unit", 1, last_unit);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const found = services.port.identify(request.param("name"), unit);
    if (!found) return http::problem(found.error());
    json::array candidates;
    for (auto const& each : found->candidates) candidates.push_back(candidate_json(each));
    return http::json_response(
        200, json::object{{"sure", found->sure}, {"candidates", std::move(candidates)}});
}

http::Response read_unit(CommissionServices const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    UnitQuestion question;
    question.unit = number(body, "unit", 1, last_unit);
    question.function = number(body, "function", 1, 4);
    question.address = number(body, "address", 0, last_address);
    auto const most = std::min(CommissionPort::most_words, last_address + 1 - question.address);
    question.count = number(body, "count", 1, most);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const answer = services.port.read(request.param("name"), question);
    if (!answer) return http::problem(answer.error());
    json::array items;
    for (auto const& word : answer->words) items.push_back(word_json(word));
    return http::json_response(200, json::object{{"refusal", http::text_or_null(answer->refusal)},
                                                 {"items", std::move(items)}});
}

json::object coil_json(Coil const& coil, bool closed) {
    return {
        {"line", coil.line}, {"unit", coil.unit}, {"address", coil.address}, {"closed", closed}};
}

http::Response told(CommissionServices const& services, Coil const& coil, bool closed) {
    auto const now = services.port.state(coil);
    if (!now) return http::problem(now.error());
    auto answer = coil_json(coil, closed);
    answer["reads_closed"] = *now ? json::value(**now) : json::value(nullptr);
    return http::json_response(200, answer);
}

/// The trail knows of it before the device does. A repeat finds that it was told already, and only
/// reads: in between somebody may have written something else.
http::Response write_coil(CommissionServices const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    Coil coil;
    coil.line = request.param("name");
    coil.unit = number(body, "unit", 1, last_unit);
    coil.address = number(body, "address", 0, last_address);
    bool const closed = body.flag("closed");
    auto const typed = body.text("confirmation", longest_confirmation);
    if (typed != confirmation_of(coil))
        body.fail("wrong_confirmation", "confirmation", "It says another coil.");
    if (auto const error = body.finish()) return http::problem(*error);
    if (auto const allowed = services.port.may_write(coil); !allowed)
        return http::problem(allowed.error());
    bool first = false;
    auto const answer =
        people::write_once(services.ledger, services.clock, request, [&](store::Writer& writer) {
            auto const& who = request.principal.value();
            auto const now = services.clock.now();
            people::append_audit(writer, who.facility,
                                 {.person = who.person,
                                  .action = "writeCoil",
                                  .subject = "line/" + coil.line,
                                  .before = {},
                                  .after = json::serialize(coil_json(coil, closed)),
                                  .reason = typed},
                                 now);
            first = true;
            return http::json_response(200, coil_json(coil, closed));
        });
    if (answer.status != 200) return answer;
    if (first)
        if (auto const written = services.port.write(coil, closed); !written)
            return http::problem(written.error());
    return told(services, coil, closed);
}

using Handler = http::Response (*)(CommissionServices const&, http::Request const&);

/// One operation on a line.
void add(http::Router& router, CommissionServices const& services, std::string path,
         std::string operation, Handler handler, bool idempotent = false) {
    router.add({.method = "POST",
                .pattern = std::move(path),
                .operation_id = std::move(operation),
                .handler =
                    [services, handler](http::Request const& request) {
                        if (!is_theirs(services, request))
                            return http::problem({ErrorKind::not_found, "not_found"});
                        return handler(services, request);
                    },
                .idempotent = idempotent});
}

}  // namespace

std::string confirmation_of(Coil const& coil) {
    return fmt::format("coil {} of unit {}", coil.address, coil.unit);
}

void add_commission_routes(http::Router& router, CommissionServices const& services) {
    add(router, services, "/api/v1/lines/{name}/scan", "scanLine", scan_line);
    add(router, services, "/api/v1/lines/{name}/identify", "identifyUnit", identify_unit);
    add(router, services, "/api/v1/lines/{name}/registers", "readUnit", read_unit);
    add(router, services, "/api/v1/lines/{name}/write-coil", "writeCoil", write_coil, true);
}

}  // namespace karkhana::metering

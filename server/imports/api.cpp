#include "server/imports/api.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "server/base/digest.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/runs.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/imports/records.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::imports {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::size_t longest_table = 1 << 20;
/// So many are told; who mends them sees the others.
constexpr std::size_t most_faults = 200;

/// What was made of a table.
struct Outcome {
    std::size_t rows = 0;   ///< that were read
    std::size_t added = 0;  ///< the others are there already
    std::vector<Fault> faults;
    std::string toml = {};  ///< of machines: what the configuration needs
};

json::array faults_json(std::vector<Fault> const& faults) {
    json::array shown;
    for (auto const& [row, column, code, value] : faults) {
        if (shown.size() == most_faults) break;
        shown.push_back(
            json::object{{"row", row}, {"column", column}, {"code", code}, {"value", value}});
    }
    return shown;
}

json::object report_json(Outcome const& outcome, bool dry) {
    return {{"dry_run", dry},
            {"rows", outcome.rows},
            {"added", outcome.added},
            {"unchanged", outcome.rows - outcome.added},
            {"errors", faults_json(outcome.faults)},
            {"toml", outcome.toml}};
}

/// Reads the table and compares it with what is there; writes nothing.
struct Plan {
    Outcome outcome;
    std::vector<people::Enterprise> enterprises = {};
    std::vector<Balance> balances = {};
};

Plan plan_enterprises(store::Reader& reader, FacilityId const& facility, std::string_view text) {
    auto const read = read_enterprises(text);
    auto const fresh = new_enterprises(read, people::all_enterprises(reader, facility));
    Plan plan{{read.rows.size(), fresh.rows.size(), fresh.faults}};
    for (auto const& [row, one] : fresh.rows) plan.enterprises.push_back(one);
    return plan;
}

Plan plan_balances(store::Reader& reader, FacilityId const& facility, std::string_view text) {
    auto const read = read_openings(text);
    auto const fresh = new_balances(read, people::all_enterprises(reader, facility),
                                    booked_balances(reader, facility));
    Plan plan{{read.rows.size(), fresh.rows.size(), fresh.faults}};
    for (auto const& [row, one] : fresh.rows) plan.balances.push_back(one);
    return plan;
}

Plan plan_machines(std::string_view text) {
    auto const read = read_machines(text);
    Plan plan{{read.rows.size(), read.rows.size(), read.faults}};
    if (read.faults.empty()) plan.outcome.toml = machines_toml(read);
    return plan;
}

/// nullopt: there is no such table.
std::optional<Plan> plan_of(store::Reader& reader, FacilityId const& facility,
                            std::string_view what, std::string_view text) {
    if (what == "enterprises") return plan_enterprises(reader, facility, text);
    if (what == "machines") return plan_machines(text);
    if (what == "opening-balances") return plan_balances(reader, facility, text);
    return std::nullopt;
}

/// Returns what the audit trail names: the ids.
json::array apply(store::Writer& writer, FacilityId const& facility, Plan const& plan,
                  IdSource& ids, Instant now) {
    json::array made;
    for (auto one : plan.enterprises) {
        one.id = ids.make<EnterpriseId>();
        people::insert_enterprise(writer, facility, one, now);
        made.emplace_back(one.id.text());
    }
    auto const zone = facility::zone_of(writer, facility);
    for (auto const& one : plan.balances) {
        auto const since = one.since ? std::min(at_minute(zone, *one.since, 0), now) : now;
        billing::open_account(writer, facility, ids,
                              {one.enterprise, one.amount, one.note, now,
                               billing::open_date(writer, facility, since, now)});
        made.emplace_back(one.enterprise.text());
    }
    return made;
}

Response import_table(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const text = body.text("text", longest_table);
    bool const dry = body.maybe_flag("dry_run").value_or(false);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const& what = request.param("what");
    auto const absent = http::problem({ErrorKind::not_found, "not_found"});
    if (dry)
        return services.store.read([&](store::Reader& reader) {
            auto const plan = plan_of(reader, who.facility, what, text);
            return plan ? http::json_response(200, report_json(plan->outcome, true)) : absent;
        });
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        // Of two at once, the second sees what the first one brought.
        billing::lock_billing(writer, who.facility);
        auto const plan = plan_of(writer, who.facility, what, text);
        if (!plan) return absent;
        auto const& outcome = plan->outcome;
        if (!outcome.faults.empty())
            return http::problem({ErrorKind::invalid, "import_refused", "/text",
                                  "Nothing was taken over: see the rows."},
                                 {{"rows", faults_json(outcome.faults)}});
        auto const now = services.clock.now();
        auto made = apply(writer, who.facility, *plan, services.ids, now);
        people::append_audit(writer, who.facility,
                             {.person = who.person,
                              .action = "importTable",
                              .subject = "import/" + what,
                              .after = json::serialize(json::object{{"rows", outcome.rows},
                                                                    {"sha256", sha256_hex(text)},
                                                                    {"added", std::move(made)}})},
                             now);
        return http::json_response(200, report_json(outcome, false));
    });
}

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    auto const shared = std::make_shared<Services const>(services);
    router.add(
        {.method = "POST",
         .pattern = "/api/v1/imports/{what}",
         .operation_id = "importTable",
         .handler = [shared](Request const& request) { return import_table(*shared, request); },
         .idempotent = true,
         .body_limit = longest_table});
}

}  // namespace karkhana::imports

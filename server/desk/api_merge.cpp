#include <algorithm>
#include <boost/json/array.hpp>

#include "server/desk/handlers.hpp"
#include "server/desk/merge.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/json.hpp"
#include "server/people/reach.hpp"
#include "server/people/records.hpp"

namespace karkhana::desk {
namespace {

namespace json = boost::json;
using http::Request;
using http::Response;

/// More look-alikes than this help nobody.
constexpr std::size_t most_duplicates = 20;

Response not_found() { return http::problem({ErrorKind::not_found, "not_found"}); }

json::object moved_json(Moved const& moved) {
    return {{"bookings", moved.bookings}, {"phones", moved.phones},   {"cards", moved.cards},
            {"people", moved.grants},     {"waiting", moved.waiting}, {"series", moved.series}};
}

/// Both records as they stand now. Their balances stay apart in the books; together is what the
/// enterprise owes.
json::object outcome_json(Services const& services, store::Reader& reader,
                          FacilityId const& facility, Merge const& merge, Moved const& moved) {
    auto const owed = services.balances(reader, facility);
    Money together;
    for (auto const& id : {merge.gone, merge.kept})
        if (auto const found = owed.find(id); found != owed.end()) together += found->second;
    return {{"id", merge.id.text()},
            {"gone", enterprise_page(services, reader, facility, merge.gone)},
            {"kept", enterprise_page(services, reader, facility, merge.kept)},
            {"balance_together", http::to_json(together)},
            {"moved", moved_json(moved)}};
}

json::array why_json(people::Alike const& each) {
    json::array why;
    for (auto const likeness : each.why) why.emplace_back(people::name_of(likeness));
    return why;
}

}  // namespace

Response list_duplicates(Services const& services, Request const& request) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return http::problem(id.error());
    auto const& facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        if (!people::find_enterprise(reader, facility, *id)) return not_found();
        auto const all = people::all_known(reader, facility);
        auto const mine = std::ranges::find(all, *id, &people::Known::id);
        json::array items;
        // One that was merged into another has no duplicates: it is one.
        if (mine == all.end()) return http::json_response(200, json::object{{"items", items}});
        auto found = people::alike(*mine, all);
        if (found.size() > most_duplicates) found.resize(most_duplicates);
        std::vector<EnterpriseId> ids;
        for (auto const& each : found) ids.push_back(each.id);
        auto const records = people::find_enterprises(reader, facility, ids);
        auto const owed = services.balances(reader, facility);
        for (auto const& each : found) {
            auto const balance = owed.find(each.id);
            auto const record = people::enterprise_json(
                records.at(each.id), balance == owed.end() ? Money{} : balance->second);
            items.push_back(json::object{{"enterprise", record}, {"why", why_json(each)}});
        }
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response merge_enterprises(Services const& services, Request const& request) {
    auto const kept = http::path_id<EnterpriseId>(request);
    if (!kept) return http::problem(kept.error());
    auto body = http::JsonBody::parse(request);
    auto const gone = body.id<EnterpriseId>("gone_id");
    auto const reason = body.text("reason", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        Merge const made{.id = services.ids.make<MergeId>(),
                         .gone = gone,
                         .kept = *kept,
                         .merged_at = now,
                         .merged_by = who.person,
                         .reason = reason,
                         .undone_at = {}};
        auto const moved = merge(writer, who.facility, made);
        if (!moved) return http::problem(moved.error());
        auto const answer = outcome_json(services, writer, who.facility, made, *moved);
        tell(writer, who, "mergeEnterprises", "enterprise/" + kept->text(), answer, reason, now);
        return http::json_response(201, answer);
    });
}

Response undo_merge(Services const& services, Request const& request) {
    auto const id = http::path_id<MergeId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        auto const made = find_merge(writer, who.facility, *id);
        if (!made) return not_found();
        auto const moved = undo(writer, who.facility, *made, who.person, now);
        if (!moved) return http::problem(moved.error());
        auto const answer = outcome_json(services, writer, who.facility, *made, *moved);
        tell(writer, who, "undoMerge", "enterprise/" + made->kept.text(), answer, "", now);
        return http::json_response(200, answer);
    });
}

}  // namespace karkhana::desk

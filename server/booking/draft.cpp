#include "server/booking/draft.hpp"

#include "server/booking/caller.hpp"

namespace karkhana::booking {
namespace {

constexpr std::size_t most_overrides = 25, most_resources = 20;

/// The doors that a person can say they came by; the others are the daemon's.
Origin read_origin(http::JsonBody& body) {
    auto const name = body.maybe_text("origin");
    auto const origin = name ? origin_of(*name) : Origin::web;
    bool const said = origin && (*origin == Origin::web || *origin == Origin::desk ||
                                 *origin == Origin::phone || *origin == Origin::kiosk);
    if (!said) body.fail("unknown_origin", "origin", "web, desk, phone or kiosk");
    return said ? *origin : Origin::web;
}

}  // namespace

Kind read_kind(http::JsonBody& body) {
    auto const name = body.maybe_text("kind");
    auto const kind = name ? kind_of(*name) : Kind::job;
    if (!kind) body.fail("unknown_kind", "kind", "job, trial or training");
    return kind.value_or(Kind::job);
}

std::vector<ResourceId> read_resources(http::JsonBody& body) {
    std::vector<ResourceId> found;
    for (auto& each : body.objects("resources", most_resources)) {
        found.push_back(each.id<ResourceId>("id"));
        body.close(each);
    }
    return found;
}

std::vector<Override> read_overrides(http::JsonBody& body) {
    std::vector<Override> found;
    for (auto& each : body.objects("overrides", most_overrides)) {
        auto const rule = rule_of(each.text("rule"));
        auto reason = each.text("reason", 500);
        if (!rule) each.fail("unknown_rule", "rule", "a code of a violation");
        body.close(each);
        found.push_back({rule.value_or(Rule::in_past), std::move(reason), ""});
    }
    return found;
}

Result<Draft> read_draft(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    Draft draft;
    auto& wish = draft.wish;
    wish.machine = body.maybe_id<MachineId>("machine_id");
    wish.group = body.maybe_id<GroupId>("group_id");
    auto const named = body.maybe_id<EnterpriseId>("enterprise_id");
    wish.during = {body.at("start"), body.at("end")};
    wish.quantity = body.maybe_integer("quantity", 0, 1'000'000);
    wish.kind = read_kind(body);
    wish.people = static_cast<int>(body.maybe_integer("people", 1, 1000).value_or(1));
    wish.assisted = body.maybe_flag("assisted").value_or(false);
    wish.operated_by = body.maybe_id<PersonId>("operated_by");
    wish.resources = read_resources(body);
    wish.overrides = read_overrides(body);
    wish.quote = body.maybe_text("quote", 1000).value_or("");
    draft.note = body.maybe_text("note", 500).value_or("");
    draft.origin = read_origin(body);
    if (wish.machine.has_value() == wish.group.has_value())
        body.fail("machine_or_group", "machine_id", "a machine or a group, and not both");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (wish.during.empty())
        return refuse(ErrorKind::invalid, "bad_interval", "the end comes after the start", "/end");
    auto const& who = request.principal.value();
    auto const party = Caller{who}.party(named);
    if (!party) return tl::make_unexpected(party.error());
    wish.enterprise = *party;
    bool const other = wish.operated_by && (wish.assisted || *wish.operated_by != who.person);
    if (!Caller{who}.is_desk() && other)
        return refuse(ErrorKind::forbidden, "not_theirs", "the desk says who runs the machine",
                      "/operated_by");
    return draft;
}

}  // namespace karkhana::booking

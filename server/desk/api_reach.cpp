#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/desk/handlers.hpp"
#include "server/desk/merge.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/json.hpp"
#include "server/people/profile.hpp"
#include "server/people/reach.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::desk {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

json::object merge_json(Merge const& merge, std::map<EnterpriseId, people::Enterprise> const& names,
                        Zone const& zone) {
    auto const ref = [&](EnterpriseId const& id) {
        return people::enterprise_ref_json(names.at(id));
    };
    return {{"id", merge.id.text()},
            {"gone", ref(merge.gone)},
            {"kept", ref(merge.kept)},
            {"merged_at", to_rfc3339(merge.merged_at, zone)},
            {"reason", merge.reason},
            {"undone_at",
             merge.undone_at ? json::value(to_rfc3339(*merge.undone_at, zone)) : json::value{}},
            {"undo_until", to_rfc3339(merge.merged_at + undo_window, zone)}};
}

json::array merges_json(store::Reader& reader, FacilityId const& facility, EnterpriseId const& id,
                        Zone const& zone) {
    auto const merges = merges_of(reader, facility, id);
    std::vector<EnterpriseId> ids;
    for (auto const& merge : merges) ids.insert(ids.end(), {merge.gone, merge.kept});
    auto const names = people::find_enterprises(reader, facility, ids);
    json::array out;
    for (auto const& merge : merges) out.push_back(merge_json(merge, names, zone));
    return out;
}

/// Changes an enterprise that is there, keeps in the audit trail what is known of it before and
/// afterwards, and answers with the latter. `change` answers what is wrong, if anything.
template <class Change>
Response on_enterprise(Services const& services, Request const& request, std::string action,
                       Change const& change) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (!people::find_enterprise(writer, who.facility, *id))
            return http::problem({ErrorKind::not_found, "not_found"});
        if (merged_into(writer, who.facility, *id))
            return http::problem({ErrorKind::conflict, "already_merged", "",
                                  "It was merged into another: change that one."});
        auto const now = services.clock.now();
        auto const before = enterprise_page(services, writer, who.facility, *id);
        if (auto const error = change(writer, *id, now)) return http::problem(*error);
        auto const after = enterprise_page(services, writer, who.facility, *id);
        people::append_audit(writer, who.facility,
                             {.person = who.person,
                              .action = action,
                              .subject = "enterprise/" + id->text(),
                              .before = json::serialize(before),
                              .after = json::serialize(after)},
                             now);
        return http::json_response(200, after);
    });
}

}  // namespace

json::object enterprise_page(Services const& services, store::Reader& reader,
                             FacilityId const& facility, EnterpriseId const& id) {
    auto const zone = facility::zone_of(reader, facility);
    auto const owed = services.balances(reader, facility);
    auto const balance = owed.find(id);
    auto const found = people::find_enterprise(reader, facility, id).value();
    auto out = people::enterprise_json(found, balance == owed.end() ? Money{} : balance->second);
    auto const into = merged_into(reader, facility, id);
    out["merged_into"] = into ? json::value(into->text()) : json::value{};
    json::array phones, cards;
    for (auto const& phone : people::phones_of(reader, facility, id))
        phones.push_back(json::object{{"phone", phone.number}, {"label", phone.label}});
    for (auto const& card : people::cards_of(reader, facility, id))
        cards.push_back(json::object{
            {"id", card.id.text()},
            {"issued_at", to_rfc3339(card.issued_at, zone)},
            {"revoked_at",
             card.revoked_at ? json::value(to_rfc3339(*card.revoked_at, zone)) : json::value{}}});
    auto const [level, until] = people::membership_of(reader, facility, id);
    out["membership"] = level;
    out["member_until"] =
        until ? json::value(to_date(local_day(zone, *until - Duration{1}))) : json::value{};
    out["bin"] = people::bin_of(reader, facility, id);
    auto const [profile, version] = people::profile_of(reader, facility, id);
    people::show_profile(out, profile);
    out["version"] = version;
    json::array attested;
    for (auto const& each : people::attestations_of(reader, facility, id))
        attested.push_back(
            json::object{{"women_share", each.women_share},
                         {"woman_manages", each.woman_manages},
                         {"women_led", people::is_women_led(each.women_share, each.woman_manages)},
                         {"evidence", each.evidence},
                         {"by", each.by.text()},
                         {"at", to_rfc3339(each.at, zone)}});
    out["attestations"] = std::move(attested);
    out["phones"] = std::move(phones);
    out["cards"] = std::move(cards);
    out["merges"] = merges_json(reader, facility, id, zone);
    return out;
}

Response get_enterprise(Services const& services, Request const& request) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    auto const& facility = who.facility;
    return services.store.read([&](store::Reader& reader) {
        bool const seen = people::is_staff(who) || who.acts_for(*id);
        if (!seen || !people::find_enterprise(reader, facility, *id))
            return http::problem({ErrorKind::not_found, "not_found"});
        auto const page = enterprise_page(services, reader, facility, *id);
        auto const version = people::profile_of(reader, facility, *id).second;
        return http::json_response(200, page).with("ETag", http::etag(version));
    });
}

Response change_enterprise(Services const& services, Request const& request) {
    auto const version = http::if_match(request);
    if (!version) return http::problem(version.error());
    return on_enterprise(
        services, request, "changeEnterprise",
        [&](store::Writer& writer, EnterpriseId const& id, Instant) -> std::optional<Error> {
            auto const& facility = request.principal->facility;
            auto body = JsonBody::parse(request);
            auto const typed =
                people::read_profile(body, people::profile_of(writer, facility, id).first);
            if (auto error = body.finish()) return error;
            auto const profile = people::valid_profile(typed);
            if (!profile) return profile.error();
            if (profile->partner && !people::is_partner(writer, facility, *profile->partner))
                return Error{ErrorKind::invalid, "unknown_partner", "/partner_id",
                             "There is no such partner organisation."};
            if (people::save_profile(writer, facility, id, *profile, *version)) return std::nullopt;
            return Error{ErrorKind::stale, "stale", "", "Somebody changed it meanwhile."};
        });
}

Response attest_women_led(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    people::Attestation attestation{.women_share =
                                        static_cast<int>(body.integer("women_share", 0, 100)),
                                    .woman_manages = body.flag("woman_manages"),
                                    .evidence = body.text("evidence", 500),
                                    .by = request.principal.value().person,
                                    .at = {}};
    if (auto const error = body.finish()) return http::problem(*error);
    return on_enterprise(
        services, request, "attestWomenLed",
        [&](store::Writer& writer, EnterpriseId const& id, Instant now) -> std::optional<Error> {
            attestation.at = now;
            people::attest(writer, services.ids, request.principal->facility, id, attestation);
            return std::nullopt;
        });
}

Response add_phone(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const typed = body.text("phone", 30);
    auto const label = body.maybe_text("label", 60).value_or("");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const number = people::normal_phone(typed);
    if (!number) return http::problem(number.error());
    return on_enterprise(
        services, request, "addPhone",
        [&](store::Writer& writer, EnterpriseId const& id, Instant now) -> std::optional<Error> {
            auto const& facility = request.principal->facility;
            if (people::add_phone(writer, facility, id, {*number, label}, now)) return std::nullopt;
            return Error{ErrorKind::conflict, "phone_known", "/phone", "It has this number."};
        });
}

Response remove_phone(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const typed = body.text("phone", 30);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const number = people::normal_phone(typed);
    if (!number) return http::problem(number.error());
    return on_enterprise(
        services, request, "removePhone",
        [&](store::Writer& writer, EnterpriseId const& id, Instant) -> std::optional<Error> {
            if (people::remove_phone(writer, request.principal->facility, id, *number))
                return std::nullopt;
            return Error{ErrorKind::not_found, "not_found", "/phone", "It has no such number."};
        });
}

Response issue_card(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const typed = body.text("number", 100);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const hash = people::card_hash(who.facility, typed);
    if (!hash) return http::problem(hash.error());
    try {
        return on_enterprise(services, request, "issueCard",
                             [&](store::Writer& writer, EnterpriseId const& id,
                                 Instant now) -> std::optional<Error> {
                                 people::issue_card(writer, who.facility, id,
                                                    services.ids.make<people::CardId>(), *hash,
                                                    who.person, now);
                                 return std::nullopt;
                             });
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::unique) throw;
        return http::problem(
            {ErrorKind::conflict, "card_in_use", "/number", "Somebody has this card."});
    }
}

Response revoke_card(Services const& services, Request const& request) {
    auto const card = http::path_id<people::CardId>(request, "card");
    if (!card) return http::problem(card.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    return on_enterprise(
        services, request, "revokeCard",
        [&](store::Writer& writer, EnterpriseId const& id, Instant now) -> std::optional<Error> {
            if (people::revoke_card(writer, request.principal->facility, id, *card, now))
                return std::nullopt;
            return Error{ErrorKind::not_found, "not_found", "", "It has no such card in use."};
        });
}

Response change_membership(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const typed = body.text("membership", 20);
    auto const last = body.maybe_text("member_until", 10);
    std::optional<std::chrono::local_days> last_day;
    if (last) {
        auto const day = parse_date(*last);
        if (!day) body.fail("bad_date", "member_until", "A day looks like 2026-11-20.");
        last_day = day.value_or(std::chrono::local_days{});
    }
    if (auto const error = body.finish()) return http::problem(*error);
    auto const level = people::valid_membership(typed);
    if (!level) return http::problem(level.error());
    return on_enterprise(
        services, request, "changeMembership",
        [&](store::Writer& writer, EnterpriseId const& id, Instant) -> std::optional<Error> {
            auto const& facility = request.principal->facility;
            people::Membership membership{*level, std::nullopt};
            // A member until a day is one to the end of it.
            if (last_day)
                membership.until = day_interval(facility::zone_of(writer, facility), *last_day).end;
            people::set_membership(writer, facility, id, membership);
            return std::nullopt;
        });
}

Response change_bin(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const typed = body.maybe_text("bin", 20).value_or("");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const bin = people::valid_bin(typed);
    if (!bin) return http::problem(bin.error());
    return on_enterprise(
        services, request, "changeBin",
        [&](store::Writer& writer, EnterpriseId const& id, Instant) -> std::optional<Error> {
            people::set_bin(writer, request.principal->facility, id, *bin);
            return std::nullopt;
        });
}

}  // namespace karkhana::desk

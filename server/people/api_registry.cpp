#include <boost/json/serialize.hpp>

#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/people/audit.hpp"
#include "server/people/handlers.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/profile.hpp"
#include "server/people/sectors.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;

json::object partner_json(Partner const& partner) {
    return {{"id", partner.id.text()}, {"name", facility::name_json(partner.name)}};
}

json::object items_of(json::array items) { return {{"items", std::move(items)}}; }

}  // namespace

Name read_both_names(http::JsonBody& body) {
    auto part = body.object("name");
    Name name{part.maybe_text("en").value_or(""), part.maybe_text("bn").value_or("")};
    body.close(part);
    return name;
}

http::Response list_partners(Services const& services, http::Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        json::array items;
        for (auto const& each : list_partners(reader, request.principal.value().facility))
            items.push_back(partner_json(each));
        return http::json_response(200, items_of(std::move(items)));
    });
}

http::Response create_partner(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const typed = read_both_names(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const name = facility::complete(typed);
    if (!name) return http::problem(name.error());
    Partner const partner{services.ids.make<PartnerId>(), *name};
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    auto const answer = partner_json(partner);
    try {
        return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
            insert_partner(writer, who.facility, partner, now);
            append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = "createPartner",
                          .subject = "partner/" + partner.id.text(),
                          .after = json::serialize(answer)},
                         now);
            return http::json_response(201, answer);
        });
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::unique) throw;
        return http::problem(
            {ErrorKind::conflict, "partner_known", "/name", "There is one of this name."});
    }
}

http::Response list_sectors(Services const&, http::Request const&) {
    json::array items;
    for (auto const& each : sectors())
        items.push_back({{"slug", each.slug},
                         {"area", each.area},
                         {"sector", each.sector},
                         {"name", json::object{{"en", each.en}, {"bn", each.bn}}}});
    return http::json_response(200, items_of(std::move(items)));
}

// ---------------------------------------------------------------- what the auditor says

http::Response list_comments(Services const& services, http::Request const& request) {
    auto const subject = request.parameter("subject").value_or("");
    auto const& mine = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, mine);
        auto items = reader.all(
            "SELECT c.comment_id, c.subject, c.text, c.said_at, p.name_en, p.name_bn "
            "FROM audit_comment c JOIN person p ON p.facility_id = c.facility_id "
            "AND p.person_id = c.said_by WHERE c.facility_id = $1 "
            "AND ($2 = '' OR c.subject = $2) ORDER BY c.said_at DESC, c.comment_id DESC LIMIT 200",
            [&](store::Row const& row) {
                return json::object{{"id", row.id<Id<struct CommentTag>>(0).text()},
                                    {"subject", row.text(1)},
                                    {"text", row.text(2)},
                                    {"at", to_rfc3339(row.at(3), zone)},
                                    {"by", facility::name_json({row.text(4), row.text(5)})}};
            },
            mine, subject);
        return http::json_response(200, items_of(json::array(items.begin(), items.end())));
    });
}

http::Response add_comment(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const subject = body.text("subject", 100);
    auto const text = body.text("text", 2000);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    auto const id = services.ids.make<Id<struct CommentTag>>();
    json::object const answer{{"id", id.text()}, {"subject", subject}, {"text", text}};
    return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        writer.execute("INSERT INTO audit_comment (facility_id, comment_id, subject, text, "
                       "said_by, said_at) VALUES ($1, $2, $3, $4, $5, $6)",
                       who.facility, id, subject, text, who.person, now);
        append_audit(writer, who.facility,
                     {.person = who.person,
                      .action = "addComment",
                      .subject = subject,
                      .after = json::serialize(answer)},
                     now);
        return http::json_response(201, answer);
    });
}

}  // namespace karkhana::people

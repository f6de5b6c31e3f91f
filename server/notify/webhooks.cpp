#include "server/notify/webhooks.hpp"

namespace karkhana::notify {
namespace {

Webhook webhook_of(store::Row const& row) {
    return {row.id<WebhookId>(0), row.text(1), row.text(2), row.at(3)};
}

}  // namespace

std::vector<Webhook> webhooks(store::Reader& reader, FacilityId const& facility) {
    return reader.all("SELECT webhook_id, url, secret, created_at FROM webhook "
                      "WHERE facility_id = $1 AND secret IS NOT NULL ORDER BY webhook_id",
                      webhook_of, facility);
}

std::optional<Webhook> find_webhook(store::Reader& reader, FacilityId const& facility,
                                    WebhookId const& id) {
    return reader.first("SELECT webhook_id, url, secret, created_at FROM webhook "
                        "WHERE facility_id = $1 AND webhook_id = $2 AND secret IS NOT NULL",
                        webhook_of, facility, id);
}

void insert_webhook(store::Writer& writer, FacilityId const& facility, Webhook const& webhook) {
    writer.execute("INSERT INTO webhook (facility_id, webhook_id, url, secret, created_at) "
                   "VALUES ($1, $2, $3, $4, $5)",
                   facility, webhook.id, webhook.url, webhook.secret, webhook.created_at);
}

bool delete_webhook(store::Writer& writer, FacilityId const& facility, WebhookId const& id) {
    auto const gone = writer.execute("UPDATE webhook SET secret = NULL WHERE facility_id = $1 "
                                     "AND webhook_id = $2 AND secret IS NOT NULL",
                                     facility, id);
    if (gone == 0) return false;
    writer.execute("UPDATE message SET state = 'failed', failure = 'no longer wanted' "
                   "WHERE facility_id = $1 AND webhook_id = $2 AND state = 'waiting' "
                   "AND channel <> 'in_app'",
                   facility, id);
    return true;
}

}  // namespace karkhana::notify

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/notify/message.hpp"
#include "server/store/store.hpp"

namespace karkhana::notify {

/// Another program that wants to be told.
struct Webhook {
    WebhookId id;
    std::string url;
    /// What its messages are signed with, as Standard Webhooks writes it: "whsec_" and base64 of
    /// 32 bytes.
    std::string secret;
    Instant created_at;
};

/// Those still wanted, oldest first.
std::vector<Webhook> webhooks(store::Reader& reader, FacilityId const& facility);
std::optional<Webhook> find_webhook(store::Reader& reader, FacilityId const& facility,
                                    WebhookId const& id);
void insert_webhook(store::Writer& writer, FacilityId const& facility, Webhook const& webhook);
/// Forgets the secret and gives up what waits for it. False when there is none.
bool delete_webhook(store::Writer& writer, FacilityId const& facility, WebhookId const& id);

}  // namespace karkhana::notify

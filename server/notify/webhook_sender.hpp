#pragma once

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/notify/http_client.hpp"
#include "server/notify/transport.hpp"
#include "server/notify/webhooks.hpp"

namespace karkhana::notify {

/// A secret to sign with: "whsec_" and 32 random bytes in base64.
std::string new_webhook_secret(Random& secrets);

/// The request as https://www.standardwebhooks.com says: webhook-id, webhook-timestamp and
/// webhook-signature "v1,base64(HMAC-SHA256(secret, id.timestamp.body))".
Call webhook_call(Webhook const& webhook, Message const& message, Instant now);

class WebhookSender final : public Transport {
public:
    WebhookSender(store::Store& store, WallClock const& real_clock, AddressRule may_connect)
        : store_(store), real_clock_(real_clock), may_connect_(std::move(may_connect)) {}
    Outcome send(Message const& message, std::stop_token const& stop) override;

private:
    store::Store& store_;
    WallClock const& real_clock_;
    AddressRule may_connect_;
};

}  // namespace karkhana::notify

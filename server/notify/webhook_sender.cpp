#include "server/notify/webhook_sender.hpp"

#include <array>

#include "server/base/digest.hpp"

namespace karkhana::notify {
namespace {

constexpr std::string_view secret_mark = "whsec_";

}  // namespace

std::string new_webhook_secret(Random& secrets) {
    std::array<std::uint8_t, 32> bytes{};
    secrets.fill(bytes);
    return std::string{secret_mark} +
           to_base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

Call webhook_call(Webhook const& webhook, Message const& message, Instant now) {
    auto const id = message.id.text();
    auto const seconds = std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    auto const key = from_base64(std::string_view{webhook.secret}.substr(secret_mark.size()));
    auto const signature =
        to_base64(hmac_sha256(key.value(), id + "." + seconds + "." + message.text));
    return {.url = webhook.url,
            .headers = {"Content-Type: application/json", "webhook-id: " + id,
                        "webhook-timestamp: " + seconds, "webhook-signature: v1," + signature},
            .body = message.text};
}

Outcome WebhookSender::send(Message const& message, std::stop_token const& stop) {
    using Kind = Outcome::Kind;
    auto const webhook = store_.read([&](store::Reader& reader) {
        return find_webhook(reader, message.facility, message.webhook.value());
    });
    if (!webhook) return {Kind::refused, "no longer wanted"};
    auto request = webhook_call(*webhook, message, real_clock_.now());
    request.may_connect = may_connect_;
    auto const answer = call(request, stop);
    if (answer.status / 100 == 2) return {Kind::sent, {}};
    if (answer.status == 410) return {Kind::refused, "410 the other side wants it no longer"};
    if (answer.status == 0) return {Kind::later, answer.failure};
    return {Kind::later, std::to_string(answer.status) + " " + answer.body};
}

}  // namespace karkhana::notify

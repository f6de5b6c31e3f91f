#pragma once

#include <string>
#include <vector>

#include "server/notify/http_client.hpp"
#include "server/notify/transport.hpp"

namespace karkhana::notify {

/// How the facility's gateway wants to be asked. In `url`, `headers` and `body` stand {to} (the
/// number in E.164), {text}, {reference} (the message's id: the same when it is sent again) and
/// {secret}.
struct SmsSettings {
    std::string url;
    std::string method = "POST";
    std::string content_type = "application/json";
    std::vector<std::string> headers;
    std::string body;
    /// What an answer contains that says yes; empty: any with a status of 2xx. Many gateways answer
    /// 200 to everything.
    std::string accepted;
    std::string secret;  ///< what the facility is known by to the gateway
};

/// The request for one message: values are written as the place asks for, percent-encoded in the
/// URL and in a form, escaped in JSON.
Call sms_call(SmsSettings const& settings, Message const& message);
/// What the gateway's answer means: 4xx is a no that stays, unless it is busy (408, 429) or the
/// facility's account or settings are what it does not take (401 to 405, 407).
Outcome sms_outcome(SmsSettings const& settings, Answer const& answer);

class SmsGateway final : public Transport {
public:
    explicit SmsGateway(SmsSettings settings) : settings_(std::move(settings)) {}
    Outcome send(Message const& message, std::stop_token const& stop) override;

private:
    SmsSettings settings_;
};

}  // namespace karkhana::notify

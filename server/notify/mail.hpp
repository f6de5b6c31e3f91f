#pragma once

#include <string>

#include "server/base/clock.hpp"
#include "server/notify/transport.hpp"

namespace karkhana::notify {

struct SmtpSettings {
    std::string url;   ///< "smtp://mail.example.org:587" or "smtps://..."
    std::string from;  ///< the address that letters come from
    std::string user;  ///< empty: the server takes them without
    std::string password;
    bool tls = true;  ///< refuses to speak without it; a server on this machine may do without
};

/// The header lines of the letter: RFC 5322, with the subject as RFC 2047 writes UTF-8. The
/// Message-ID is made of the message's id, so that a second copy can be told.
std::vector<std::string> mail_headers(SmtpSettings const& settings, Message const& message,
                                      Instant now);

class MailServer final : public Transport {
public:
    MailServer(SmtpSettings settings, WallClock const& real_clock)
        : settings_(std::move(settings)), real_clock_(real_clock) {}
    Outcome send(Message const& message, std::stop_token const& stop) override;

private:
    SmtpSettings settings_;
    WallClock const& real_clock_;
};

}  // namespace karkhana::notify

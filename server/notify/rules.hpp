#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/result.hpp"
#include "server/notify/message.hpp"

namespace karkhana::notify {

/// Local minutes after midnight between which nobody's phone is to ring; may lie across midnight.
/// Equal ends: never quiet.
struct QuietHours {
    int from_minute = 22 * 60;
    int until_minute = 7 * 60;

    bool operator==(QuietHours const&) const = default;
};

/// When a text may go out that is written at `at`: now, or at the end of the quiet hours.
Instant first_allowed(Zone const& zone, QuietHours const& quiet, Instant at);

/// How an SMS is counted (3GPP TS 23.038): 160 septets of the GSM alphabet or 70 code units of
/// UCS-2 fit in one; in longer ones each part gives 7 septets or 3 code units to the header, and no
/// character is cut in two.
struct SmsSize {
    bool ucs2 = false;
    int units = 0;  ///< septets, or UTF-16 code units
    int parts = 0;

    bool operator==(SmsSize const&) const = default;
};
/// `text` is UTF-8.
SmsSize sms_size(std::string_view text);

/// How long to wait after the n-th attempt has failed (n from 1); nullopt: it is given up, after
/// about a day.
std::optional<Duration> wait_after(int attempts);

/// Who is told, and by which ways. A shop without a member who logs in has its own number alone.
struct Contact {
    std::optional<PersonId> person;
    Language language = Language::bn;
    std::optional<std::string> phone;
    std::optional<std::string> email;
    bool by_sms = true;
    bool by_email = true;
};

/// A way to a contact.
struct Way {
    Channel channel = Channel::in_app;
    std::string address;

    bool operator==(Way const&) const = default;
};
/// Everybody is told on the screen; besides by SMS or e-mail, as they wish and as there is an
/// address. `has` says which ways the facility has at all.
struct Ways {
    bool sms = false;
    bool email = false;
};
std::vector<Way> ways_to(Contact const& contact, Ways const& has);

/// Something that an address may be: one @ with something on both sides, no spaces, no control
/// characters, 254 characters at most; small letters. Errors: `bad_email`.
Result<std::string> normal_email(std::string_view text);

/// An address that only this machine or its own network can reach, or that reaches no single
/// machine: a webhook that may go there would let a manager read what is behind the firewall.
/// `bytes` are 4 of an IPv4 or 16 of an IPv6 address (RFC 1918, 6598, 3927, 5735, 4193, 4291).
bool is_private(std::string_view bytes);

/// An https (or http) address with a host and without a password. Errors: `bad_url`.
Result<std::string> valid_webhook_url(std::string_view url);

}  // namespace karkhana::notify

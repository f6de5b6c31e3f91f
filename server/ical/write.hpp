#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/text.hpp"
#include "server/base/time.hpp"
#include "server/ical/recurrence.hpp"

namespace karkhana::ical {

/// What a calendar is sent for (RFC 5546): to be subscribed to, to invite, to take back.
enum class Method { publish, request, cancel };
enum class Status { tentative, confirmed, cancelled };

/// How an event comes back.
struct Repeat {
    Rule rule;
    std::vector<Instant> except;  ///< dates of the rule that there is nothing on
    Instant last;                 ///< when the last date begins
};

/// One event to write. Who has the UID already takes the one with the higher sequence.
struct Entry {
    std::string uid;
    std::int64_t sequence = 0;
    Instant changed;
    Interval during;
    Status status = Status::confirmed;
    std::string summary;
    std::string description;
    std::string location;
    std::string organizer;               ///< an e-mail address; empty: none is said
    std::vector<std::string> attendees;  ///< e-mail addresses
    std::optional<Repeat> repeat{};
    /// Of an event that comes back under the same UID, this is the date that it has then by its
    /// rule (RECURRENCE-ID).
    std::optional<Instant> instead_of{};
};

struct Calendar {
    Method method = Method::publish;
    std::string name;  ///< how a reader titles it
    Language language = Language::bn;
    std::vector<Entry> entries;
    /// Whose wall time all times are told in, as what comes back needs it; without it in UTC.
    std::optional<Zone> zone{};
};

/// The text as RFC 5545 wants it: CRLF, lines folded at 75 octets between characters, texts
/// escaped. Precondition: where something repeats there is a zone.
std::string write_calendar(Calendar const& calendar);

}  // namespace karkhana::ical

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/base/result.hpp"
#include "server/notify/message.hpp"

namespace karkhana::notify {

/// What is said on one kind of occasion. Texts name their values in braces: "{machine}".
struct Template {
    std::string_view kind;
    /// Goes out in quiet hours too: it is of no use the next morning.
    bool urgent = false;
    facility::Name subject;
    facility::Name text;
    /// Not worth an SMS or a letter.
    bool screen_only = false;
};

std::span<Template const> templates();
/// Throws std::out_of_range for a kind that there is none of: kinds are written in our code.
Template const& template_of(std::string_view kind);

/// The text with its values in, with the digits of the language. Throws std::out_of_range when one
/// is missing.
std::string filled(std::string_view text, Values const& values, Language language);

/// "Fri 27 Nov, 14:00-16:00" in both languages, with the end's day where it is another.
facility::Name span_words(Zone const& zone, Interval during);
/// "Fri"; Monday is 1.
facility::Name weekday_words(int weekday);
/// "Fri 27 Nov"
facility::Name day_words(Zone const& zone, Instant at);
/// "Fri 27 Nov, 14:00"
facility::Name time_words(Zone const& zone, Instant at);

}  // namespace karkhana::notify

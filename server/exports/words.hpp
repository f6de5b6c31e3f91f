#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/base/reading.hpp"
#include "server/base/text.hpp"
#include "server/facility/rules.hpp"
#include "server/metering/session.hpp"

/// What a printed bill says, in Bangla and English.
namespace karkhana::exports {

struct Wording {
    std::string_view title, billed_to, number, issued, period, item, quantity, price, amount;
    std::string_view total, in_words, paid, due, rates, version, chain, chain_note, meter, raw,
        trail;
    std::string_view marked_note, page, scan_note;
    std::string_view part, between, used, all_meters;  ///< of energy that was shared out
};
Wording const& wording(Language language);

/// The languages of a document.
enum class Speech { bn, en, both };
std::optional<Speech> speech_of(std::string_view name);
/// The text in the languages wanted; once where the two differ in digits and currency sign alone.
std::string said(facility::Name const& text, Speech speech, std::string_view between);
/// What `say` says in each language.
template <class Say>
facility::Name in_both(Say&& say) {
    return {std::string{say(Language::en)}, std::string{say(Language::bn)}};
}

std::string_view words_of(Quality quality, Language language);
std::string_view words_of(metering::Method method, Language language);
std::string_view words_of(metering::Edge edge, Language language);
std::string_view words_of(metering::Split split, Language language);

std::string const& in_language(facility::Name const& name, Language language);
/// Digits of numbers and dates, not those of serial numbers.
std::string digits(std::string text, Language language);
/// "20 November 2026", "২০ নভেম্বর ২০২৬".
std::string date_text(Instant at, Zone const& zone, Language language);
/// "16:40:05", local.
std::string clock_text(Instant at, Zone const& zone, Language language);
/// "November 2026" from "2026-11".
std::string month_text(std::string_view period, Language language);

}  // namespace karkhana::exports

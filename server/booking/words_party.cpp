#include <array>

#include "server/base/text.hpp"
#include "server/booking/words.hpp"
#include "server/booking/words_text.hpp"

/// What is said about who may book, and what else is needed.
namespace karkhana::booking {
namespace {

facility::Name audience_word(facility::Reserved::Audience audience) {
    using Audience = facility::Reserved::Audience;
    switch (audience) {
    case Audience::women_led: return {"women-led enterprises", "নারী পরিচালিত প্রতিষ্ঠান"};
    case Audience::member: return {"members", "সদস্য"};
    case Audience::priority: return {"priority members", "অগ্রাধিকার সদস্য"};
    }
    return {};
}

std::string_view name_of(Quota quota) {
    constexpr std::array<std::string_view, 3> names{"daily", "weekly", "future"};
    return names.at(static_cast<std::size_t>(quota));
}

/// "on 21 Nov", "in the week from 15 Nov", "ahead".
facility::Name window_words(World const& world, Quota quota, Interval window) {
    auto const day = day_text(local_day(world.zone(), window.start));
    switch (quota) {
    case Quota::daily: return said("on " + day.en, day.bn + " তারিখে");
    case Quota::weekly: return said("in the week from " + day.en, day.bn + " থেকে সপ্তাহে");
    case Quota::future: return said("ahead", "সামনে");
    }
    return {};
}

Violation unauthorised(facility::Machine const& machine, std::string reason,
                       facility::Name message) {
    message.en += " An operator can run it for you.";
    message.bn += " একজন অপারেটর আপনার হয়ে চালাতে পারেন।";
    return {Rule::not_authorised,
            std::move(message),
            {{"reason", std::move(reason)}, {"machine_kind", machine.kind}}};
}

}  // namespace

Violation said_nobody_runs_it(facility::Machine const& machine) {
    return unauthorised(machine, "unnamed",
                        said("Say who will run the machine.", "মেশিন কে চালাবেন তা জানান।"));
}

Violation said_not_authorised(facility::Machine const& machine) {
    return unauthorised(machine, "missing",
                        said("Whoever runs this machine must be trained on it first.",
                             "এই মেশিন চালাতে আগে প্রশিক্ষণ নিতে হবে।"));
}

Violation said_authorisation_over(Zone const& zone, facility::Machine const& machine,
                                  Instant until) {
    auto const day = date_text(local_day(zone, until));
    auto violation = unauthorised(machine, "expired",
                                  said("The permission to run this machine ends on " + day.en + ".",
                                       "এই মেশিন চালানোর অনুমতির মেয়াদ " + day.bn + " তারিখে শেষ।"));
    violation.numbers.emplace_back("expires_at", to_rfc3339(until, zone));
    return violation;
}

Violation said_age_unknown(facility::Machine const& machine, int least_age) {
    auto const age = std::to_string(least_age);
    auto violation = unauthorised(
        machine, "age_unknown",
        said("Whoever runs it must be " + age +
                 " years old, and the birth date of this person is not known.",
             "যিনি চালাবেন তাঁর বয়স অন্তত " + age + " বছর হতে হবে; এই ব্যক্তির জন্মতারিখ জানা নেই।"));
    violation.numbers.emplace_back("least_age", least_age);
    return violation;
}

Violation said_too_young(facility::Machine const& machine, int least_age) {
    auto const age = std::to_string(least_age);
    auto violation = unauthorised(machine, "age",
                                  said("Whoever runs it must be " + age + " years old.",
                                       "যিনি চালাবেন তাঁর বয়স অন্তত " + age + " বছর হতে হবে।"));
    violation.numbers.emplace_back("least_age", least_age);
    return violation;
}

Violation said_reserved(World const& world, Interval kept, facility::Reserved::Audience audience,
                        Instant released) {
    auto const span = span_text(world.zone(), kept);
    auto const day = day_text(local_day(world.zone(), released));
    auto const until = clock_text(world.zone(), released);
    auto const who = audience_word(audience);
    return {Rule::reserved_hours,
            said(span.en + " is kept for " + who.en + " until " + day.en + " " + until + ".",
                 span.bn + " সময়টি " + day.bn + " " + until + " পর্যন্ত " + who.bn + "-এর জন্য রাখা।"),
            {{"audience", std::string{facility::name_of(audience)}},
             {"from", to_rfc3339(kept.start, world.zone())},
             {"until", to_rfc3339(kept.end, world.zone())},
             {"released_at", to_rfc3339(released, world.zone())}}};
}

Violation said_quota(World const& world, Quota quota, Exceeded const& over) {
    constexpr std::array<Rule, 3> rules{Rule::daily_quota, Rule::weekly_quota, Rule::future_quota};
    bool const minutes = over.unit == "minutes";
    auto const window = window_words(world, quota, over.window);
    auto const limit = std::to_string(over.limit), used = std::to_string(over.used),
               asked = std::to_string(over.asked);
    auto message =
        minutes ? said("At most " + limit + " minutes " + window.en + ": " + used +
                           " are booked, and this is " + asked + " more.",
                       window.bn + " সর্বোচ্চ " + limit + " মিনিট: " + used +
                           " মিনিট বুক করা আছে, এটি আরও " + asked + " মিনিট।")
                : said("At most " + limit + " bookings " + window.en + ": there are " + used + ".",
                       window.bn + " সর্বোচ্চ " + limit + "টি বুকিং: " + used + "টি আছে।");
    Violation violation{rules.at(static_cast<std::size_t>(quota)),
                        std::move(message),
                        {{"unit", std::string{over.unit}},
                         {"limit", over.limit},
                         {"used", over.used},
                         {"asked", over.asked},
                         {"from", to_rfc3339(over.window.start, world.zone())}}};
    if (quota != Quota::future)
        violation.numbers.emplace_back("until", to_rfc3339(over.window.end, world.zone()));
    violation.numbers.emplace_back("window", std::string{name_of(quota)});
    return violation;
}

Violation said_gap(World const& world, std::int64_t gap_minutes, Interval other) {
    auto const gap = std::to_string(gap_minutes);
    auto const span = span_text(world.zone(), other);
    return {Rule::gap,
            said("Between two bookings of yours on this machine lie " + gap +
                     " minutes; there is one " + span.en + ".",
                 "এই মেশিনে আপনার দুই বুকিংয়ের মাঝে " + gap + " মিনিট থাকতে হবে; একটি আছে " +
                     span.bn + "।"),
            {{"gap_minutes", gap_minutes},
             {"from", to_rfc3339(other.start, world.zone())},
             {"until", to_rfc3339(other.end, world.zone())}}};
}

Violation said_trial_used() {
    return {Rule::trial_used,
            said("This enterprise has had its trial of this machine.",
                 "এই প্রতিষ্ঠান এই মেশিনে পরীক্ষামূলক বুকিং নিয়ে ফেলেছে।"),
            {}};
}

Violation said_no_trials() {
    return {Rule::no_trials,
            said("There are no trials of this machine.", "এই মেশিনে পরীক্ষামূলক বুকিং হয় না।"),
            {}};
}

Violation said_suspended() {
    return {Rule::suspended,
            said("This enterprise may not book at present; please ask at the desk.",
                 "এই প্রতিষ্ঠান এখন বুকিং করতে পারবে না; ডেস্কে কথা বলুন।"),
            {}};
}

Violation said_missed_too_often(std::int64_t missed, std::int64_t most, int in_days) {
    auto const times = std::to_string(missed), days = std::to_string(in_days);
    return {
        Rule::suspended,
        said("Nobody came to " + times + " bookings in " + days + " days; please ask at the desk.",
             "গত " + days + " দিনে " + times + "টি বুকিংয়ে কেউ আসেননি; ডেস্কে কথা বলুন।"),
        {{"missed", missed}, {"missed_most", most}, {"missed_days", in_days}}};
}

Violation said_membership_over(World const& world, Instant until) {
    // Its last day is that of the last moment before its end.
    auto const day = date_text(local_day(world.zone(), until - Duration{1}));
    return {
        Rule::membership_over,
        said("The membership ends on " + day.en + ".", "সদস্যপদের মেয়াদ " + day.bn + " তারিখে শেষ।"),
        {{"member_until", to_rfc3339(until, world.zone())}}};
}

Violation said_overdue(Account const& account) {
    auto const days = std::to_string(account.overdue_days);
    return {Rule::overdue,
            {"Tk " + amount_text(account.overdue, Language::en) + " has been unpaid for " + days +
                 " days.",
             amount_text(account.overdue, Language::bn) + " টাকা " + bangla_digits(days) +
                 " দিন ধরে বাকি।"},
            {{"overdue_poisha", account.overdue.poisha}, {"overdue_days", account.overdue_days}}};
}

Violation said_low_balance(Money balance, Money price, Money least) {
    return {Rule::low_balance,
            {"The balance is Tk " + amount_text(balance, Language::en) + " and this costs Tk " +
                 amount_text(price, Language::en) + "; Tk " + amount_text(least, Language::en) +
                 " must stay.",
             "জমা আছে " + amount_text(balance, Language::bn) + " টাকা, এর দাম " +
                 amount_text(price, Language::bn) + " টাকা; অন্তত " +
                 amount_text(least, Language::bn) + " টাকা থাকতে হবে।"},
            {{"balance_poisha", balance.poisha},
             {"price_poisha", price.poisha},
             {"least_balance_poisha", least.poisha}}};
}

Violation said_lack(Lack const& lack) {
    auto const wanted = std::to_string(lack.wanted), free = std::to_string(lack.free);
    Violation violation{lack.rule, {}, {{"wanted", lack.wanted}, {"free", lack.free}}};
    if (lack.rule == Rule::operator_busy)
        violation.message =
            said("No operator is on shift and free then.", "তখন কোনো অপারেটর শিফটে ও খালি নেই।");
    else if (lack.rule == Rule::capacity)
        violation.message = said("There is room for " + free + " more; this is for " + wanted + ".",
                                 "আর " + free + " জনের জায়গা আছে; এটি " + wanted + " জনের জন্য।");
    else if (lack.rule == Rule::power_budget)
        violation.message =
            said("The site has " + free + " W left then; this machine takes " + wanted + " W.",
                 "তখন " + free + " ওয়াট বাকি আছে; এই মেশিনের লাগে " + wanted + " ওয়াট।");
    else
        violation.message = said(lack.name.en + ": " + wanted + " needed, " + free + " free then.",
                                 lack.name.bn + ": লাগবে " + wanted + ", তখন খালি " + free + "।");
    violation.numbers.emplace_back("what", lack.name.en);
    return violation;
}

}  // namespace karkhana::booking

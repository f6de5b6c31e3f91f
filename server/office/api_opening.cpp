#include <algorithm>
#include <boost/json/array.hpp>

#include "server/facility/book_changes.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/records.hpp"
#include "server/office/handlers.hpp"
#include "server/office/json.hpp"
#include "server/office/rules_holidays.hpp"

namespace karkhana::office {
namespace {

namespace json = boost::json;
using facility::OpeningPlan;
using facility::SpecialDay;
using http::JsonBody;
using http::Request;
using http::Response;

std::string subject_of(Request const& request) {
    return "facility/" + request.principal.value().facility.text();
}

facility::Profile read_profile(JsonBody& body) {
    facility::Profile profile{.slug = body.text("slug", 40), .name = read_name(body)};
    for (auto& part : read_list(body, "hours", 50)) {
        profile.hours.push_back({read_weekday(part),
                                 static_cast<int>(part.integer("opens_minute", 0, 1439)),
                                 static_cast<int>(part.integer("closes_minute", 1, 2880))});
        body.close(part);
    }
    for (auto& part : read_list(body, "breaks", 50)) {
        profile.breaks.push_back({read_weekday(part), read_span(part), read_name(part)});
        body.close(part);
    }
    return profile;
}

/// With `profile` as its place in the list of slugs.
struct NamedPeriod {
    facility::Period period;
    std::string profile;
};

/// Errors: `unknown_profile`; `bad_period` for `normal`, which holds anyway.
std::optional<Error> resolve(OpeningPlan const& plan, std::vector<NamedPeriod>& periods) {
    for (auto& each : periods) {
        auto const found = std::ranges::find(plan.profiles, each.profile, &facility::Profile::slug);
        if (found == plan.profiles.end())
            return Error{ErrorKind::invalid, "unknown_profile", "/items",
                         "There is no profile '" + each.profile + "'."};
        if (found == plan.profiles.begin())
            return Error{ErrorKind::invalid, "bad_period", "/items",
                         "The normal hours hold where no period says otherwise."};
        each.period.profile = static_cast<std::size_t>(found - plan.profiles.begin());
    }
    return std::nullopt;
}

std::vector<SpecialDay> read_special_days(JsonBody& body) {
    std::vector<SpecialDay> days;
    for (auto& part : read_list(body, "items", 2000)) {
        SpecialDay day{.day = read_day(part, "day"),
                       .name = read_name(part),
                       .source = part.maybe_text("source", 100).value_or("")};
        for (auto& span : part.objects("spans", 20)) {
            day.spans.push_back(read_span(span));
            part.close(span);
        }
        body.close(part);
        days.push_back(std::move(day));
    }
    return days;
}

/// By day. Errors: those of valid_special_day, `day_twice`.
Result<std::vector<SpecialDay>> valid_special_days(std::vector<SpecialDay> days) {
    for (auto& each : days) {
        auto valid = facility::valid_special_day(std::move(each));
        if (!valid) return tl::make_unexpected(std::move(valid.error()));
        each = std::move(*valid);
    }
    std::ranges::sort(days, {}, &SpecialDay::day);
    if (std::ranges::adjacent_find(days, {}, &SpecialDay::day) != days.end())
        return refuse(ErrorKind::invalid, "day_twice", "A day is named twice.", "/items");
    return days;
}

json::object opening_json(store::Reader& reader, FacilityId const& id) {
    auto const plan = facility::read_opening(reader, id);
    auto shown = week_json(facility::find_facility(reader, id).value());
    json::array profiles;
    for (auto const& each : plan.profiles) profiles.push_back(profile_json(each));
    shown["profiles"] = std::move(profiles);
    shown["periods"] = periods_json(plan);
    shown["special_days"] = special_days_json(plan.special);
    return shown;
}

/// The days that are taken of a calendar, which may go on for ever.
Interval years_around(Instant now) {
    return {now - std::chrono::days{400}, now + std::chrono::days{1100}};
}

Show special_days_of(FacilityId const& facility) {
    return [facility](store::Reader& reader) {
        return items_json(special_days_json(facility::read_opening(reader, facility).special));
    };
}

Show opening_of(FacilityId const& facility) {
    return [facility](store::Reader& reader) { return opening_json(reader, facility); };
}

}  // namespace

Response get_opening(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        return answer_with_etag(opening_json(reader, request.principal.value().facility));
    });
}

Response save_profile(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto read = read_profile(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto profile = facility::valid_profile(std::move(read));
    if (!profile) return http::problem(profile.error());
    profile->id = services.ids.make<ProfileId>();
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        auto const plan = facility::read_opening(reader, here);
        auto const found =
            std::ranges::find(plan.profiles, profile->slug, &facility::Profile::slug);
        return found == plan.profiles.end() ? json::object{} : profile_json(*found);
    };
    return change_once(services, request, {"saveProfile", "opening_profile/" + profile->slug}, show,
                       [&](store::Writer& writer) {
                           facility::save_profile(writer, here, *profile);
                           return std::nullopt;
                       });
}

Response save_periods(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    std::vector<NamedPeriod> named;
    for (auto& part : read_list(body, "items", 100)) {
        named.push_back(
            {{read_day(part, "first_day"), read_day(part, "last_day")}, part.text("profile", 40)});
        body.close(part);
    }
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        return items_json(periods_json(facility::read_opening(reader, here)));
    };
    return change_once(services, request,
                       {"savePeriods", subject_of(request), 200, opening_of(here)}, show,
                       [&](store::Writer& writer) -> std::optional<Error> {
                           auto const plan = facility::read_opening(writer, here);
                           auto resolved = named;
                           if (auto const error = resolve(plan, resolved)) return error;
                           std::vector<facility::Period> periods;
                           for (auto const& each : resolved) periods.push_back(each.period);
                           auto const valid = facility::valid_periods(std::move(periods));
                           if (!valid) return valid.error();
                           facility::replace_periods(writer, here, plan.profiles, *valid);
                           return std::nullopt;
                       });
}

Response save_special_days(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto read = read_special_days(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const days = valid_special_days(std::move(read));
    if (!days) return http::problem(days.error());
    auto const here = request.principal.value().facility;
    return change_once(services, request,
                       {"saveSpecialDays", subject_of(request), 200, opening_of(here)},
                       special_days_of(here), [&](store::Writer& writer) {
                           facility::replace_special_days(writer, here, *days);
                           return std::nullopt;
                       });
}

Response import_special_days(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const format = body.text("format", 20);
    auto const source = body.text("source", 100);
    auto const text = body.text("text", 1 << 20);
    if (format != "csv" && format != "ics") body.fail("unknown_format", "format", "csv or ics");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const zone =
        services.store.read([&](store::Reader& reader) { return facility::zone_of(reader, here); });
    auto const read =
        format == "csv"
            ? holidays_of_csv(text, source)
            : holidays_of_calendar(text, zone, years_around(services.clock.now()), source);
    if (!read) return http::problem(read.error());
    return change_once(services, request, {"importSpecialDays", subject_of(request)},
                       special_days_of(here), [&](store::Writer& writer) {
                           auto const kept = facility::read_opening(writer, here).special;
                           facility::replace_special_days(writer, here,
                                                          with_imported(kept, *read, source));
                           return std::nullopt;
                       });
}

Response save_week(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    facility::Facility week{.weekend = {}};
    for (auto& part : read_list(body, "weekend", 7)) {
        week.weekend.push_back(read_weekday(part));
        body.close(part);
    }
    week.week_starts = static_cast<int>(body.integer("week_starts", 1, 7));
    week.generator_w = body.integer("generator_w", 0, 100'000'000);
    if (auto const error = body.finish()) return http::problem(*error);
    week.id = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        return week_json(facility::find_facility(reader, week.id).value());
    };
    return change_once(services, request, {"saveWeek", subject_of(request)}, show,
                       [&](store::Writer& writer) {
                           facility::save_week(writer, week);
                           return std::nullopt;
                       });
}

}  // namespace karkhana::office

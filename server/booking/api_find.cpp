#include <algorithm>
#include <map>
#include <tuple>

#include "server/booking/find.hpp"
#include "server/booking/views.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/json.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::days;

constexpr int most_days = 14;

/// What a question about times is about.
struct Search {
    Which which;
    std::chrono::local_days day;
    int days = 1;
    std::optional<std::chrono::minutes> duration;
    std::optional<Work> work;  ///< instead of the duration
    std::optional<std::int64_t> quantity;
};

Result<void> read_size(http::Request const& request, Search& search) {
    auto const quantity = query_integer(request, "quantity", 1, 1'000'000);
    if (!quantity) return tl::make_unexpected(quantity.error());
    search.quantity = *quantity;
    if (auto const type = request.parameter("work_type")) {
        auto slug = facility::valid_slug(*type);
        if (!slug) return tl::make_unexpected(std::move(slug.error()));
        search.work = Work{std::move(*slug), quantity->value_or(1)};
        return {};
    }
    auto const duration = query_duration(request);
    if (!duration) return tl::make_unexpected(duration.error());
    search.duration = *duration;
    return {};
}

Result<Search> read_search(http::Request const& request) {
    Search search;
    bool const said = request.parameter("machine_kind") || request.parameter("machine_id") ||
                      request.parameter("group_id") || request.parameter("work_type");
    if (!said)
        return refuse(ErrorKind::invalid, "missing_parameter",
                      "The query needs machine_kind, machine_id, group_id or work_type.");
    auto which = read_which(request);
    if (!which) return tl::make_unexpected(std::move(which.error()));
    search.which = std::move(*which);
    auto const day = parse_date(request.parameter("day").value_or(""));
    if (!day) return tl::make_unexpected(day.error());
    search.day = *day;
    auto const more = query_integer(request, "days", 1, most_days);
    if (!more) return tl::make_unexpected(more.error());
    search.days = static_cast<int>(more->value_or(1));
    if (auto const size = read_size(request, search); !size)
        return tl::make_unexpected(size.error());
    return search;
}

/// Prices of one answer. What differs in nothing that a price looks at is priced once: machines of
/// one kind and power, at one time of the day, under one rate card, run by the same hands.
class Forecasts {
public:
    Forecasts(Services const& services, store::Reader& reader, Zone const& zone,
              Seeker const& seeker, Search const& search, Interval window)
        : services_(services),
          reader_(reader),
          facility_(seeker.facility),
          enterprise_(seeker.enterprise),
          quantity_(search.quantity),
          offset_(zone.offset_at(window.start)) {
        auto const& alike = services.pricing.every_day_alike;
        steady_ = !alike || alike(reader, facility_);
        if (services.pricing.changes) changes_ = services.pricing.changes(reader, facility_);
        for (auto at = window.start; at < window.end + longest_booking; at += days{1})
            steady_ = steady_ && zone.offset_at(at) == offset_;
    }

    Forecast operator()(Option const& option, Interval during) {
        // Where the clocks change a time of the day says too little.
        if (!steady_) return ask(option, during);
        auto const local = during.start.time_since_epoch() + offset_;
        auto const card = std::ranges::upper_bound(changes_, during.start) - changes_.begin();
        Key const key{class_of(option.place.machine), option.hand.assisted, during.length(),
                      local % days{1}, card};
        auto const known = known_.find(key);
        if (known != known_.end()) return known->second;
        return known_[key] = ask(option, during);
    }

private:
    /// Class of machine, assisted or not, length, time of the day, rate card.
    using Key = std::tuple<std::size_t, bool, Duration, Duration, std::ptrdiff_t>;

    /// As whoever asks would pay it: by the classes of their enterprise, with an operator or
    /// without.
    Forecast ask(Option const& option, Interval during) const {
        PriceWish const wish{
            .quantity = quantity_, .enterprise = enterprise_, .assisted = option.hand.assisted};
        auto const answer =
            services_.pricing.price(reader_, facility_, option.place.machine, during, wish);
        return {answer.price, answer.estimated_energy_wh};
    }

    /// Equal for machines of one kind and power; asked of one machine many times in a row.
    std::size_t class_of(facility::Machine const& machine) {
        if (last_ == &machine) return last_class_;
        last_ = &machine;
        last_class_ = classes_.emplace(std::pair{machine.kind, machine.rated_w}, classes_.size())
                          .first->second;
        return last_class_;
    }

    Services const& services_;
    store::Reader& reader_;
    FacilityId facility_;
    std::optional<EnterpriseId> enterprise_;
    std::optional<std::int64_t> quantity_;
    Duration offset_;
    bool steady_ = true;
    std::vector<Instant> changes_;
    facility::Machine const* last_ = nullptr;
    std::size_t last_class_ = 0;
    std::map<std::pair<std::string, std::int64_t>, std::size_t> classes_;
    std::map<Key, Forecast> known_;
};

json::object shown(Offer const& offer, Zone const& zone) {
    auto found = offer_json(offer.candidate, offer.price, zone);
    found["cheaper"] = offer.cheaper;
    found["energy_wh"] = offer.energy_wh;
    found["assisted"] = offer.assisted;
    if (offer.co2) {
        found["co2_g"] = *offer.co2;
        found["greener"] = offer.greener;
    }
    return found;
}

}  // namespace

http::Response find_time(Services const& services, http::Request const& request) {
    auto const search = read_search(request);
    if (!search) return http::problem(search.error());
    auto const seeker = read_seeker(request);
    if (!seeker) return http::problem(seeker.error());
    auto const length_of_one = [&](World const& world, facility::Machine const& machine) {
        if (search->work) return length_of(world, machine, *search->work);
        return std::optional<Duration>{*search->duration};
    };
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books->get(reader, seeker->facility)->zone;
        Interval const window{at_minute(zone, search->day, 0),
                              at_minute(zone, search->day + days{search->days}, 0)};
        auto const ground = look(services, reader, *seeker, search->which, window, length_of_one);
        if (!ground) return http::problem(ground.error());
        Forecasts forecasts{services, reader, zone, *seeker, *search, window};
        json::array offers;
        for (auto const& offer :
             find_times(ground->world, ground->options, window, std::ref(forecasts)))
            offers.push_back(shown(offer, zone));
        json::array work;
        for (auto const& type : work_types(ground->world)) work.emplace_back(type);
        return http::json_response(
            200, json::object{{"offers", std::move(offers)}, {"work_types", std::move(work)}});
    });
}

}  // namespace karkhana::booking

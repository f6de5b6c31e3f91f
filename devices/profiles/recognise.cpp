#include "devices/profiles/recognise.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "devices/profiles/decode.hpp"

namespace karkhana::profiles {
namespace {

/// Something speaks for a candidate from here on: a frequency and a voltage that make sense do.
constexpr int score_that_counts = 25;
/// Two candidates closer than this cannot be told apart.
constexpr int lead_that_counts = 12;

bool starts(Point const& point, std::string_view with) { return point.name.starts_with(with); }

/// Frequency and voltages tell more than any other value: they are never 0 on a live meter, and
/// hardly ever right by accident.
bool tells(Point const& point) {
    return point.name == "frequency" || starts(point, "voltage") || starts(point, "power_factor") ||
           starts(point, "current") || point.name == "active_power" ||
           point.name == "energy_import" || point.name == "energy_total";
}

int weight_of(Point const& point, Sign sign) {
    bool const frequency = point.name == "frequency";
    bool const voltage = starts(point, "voltage");
    switch (sign) {
    case Sign::plausible: return frequency ? 20 : voltage ? 10 : tells(point) ? 3 : 1;
    case Sign::implausible: return frequency ? -25 : -15;
    case Sign::nothing: return frequency ? -3 : 0;
    case Sign::refused: return -15;
    case Sign::model: return 60;
    case Sign::other_model: return -60;
    }
    return 0;
}

/// Answers, each asked for once.
class Answers {
public:
    explicit Answers(Ask const& ask) : ask_(ask) {}

    std::optional<std::vector<std::uint16_t>> const& to(Question const& question) {
        auto const known = known_.find(question);
        if (known != known_.end()) return known->second;
        auto answer = ask_(question);
        if (answer && answer->size() != question.count) answer.reset();
        return known_.emplace(question, std::move(answer)).first->second;
    }

private:
    Ask const& ask_;
    std::map<Question, std::optional<std::vector<std::uint16_t>>> known_;
};

class Trial {
public:
    Trial(std::shared_ptr<Profile const> profile, bool other_order, Answers& answers)
        : answers_(answers), asked_(other_order ? turned(*profile) : *profile) {
        candidate_.profile = std::move(profile);
        candidate_.turned = other_order;
        candidate_.score = other_order ? -1 : 0;  // of two that fit alike, the one as described
    }

    /// The points that tell most, then the others that tell something. Of devices that are no
    /// meters anything tells that they are there.
    Candidate take() {
        see_model();
        see_identity();
        std::vector<Point const*> points;
        for (auto const& point : asked_.points)
            if (point.kind != PointKind::command) points.push_back(&point);
        bool const meter = std::ranges::any_of(points, [](auto* point) { return tells(*point); });
        if (meter) std::erase_if(points, [](auto* point) { return !tells(*point); });
        std::ranges::stable_sort(points, std::greater{}, [](Point const* point) {
            return weight_of(*point, Sign::plausible);
        });
        for (auto const* point : points) {
            see(*point);
            // Two refusals or values out of all reason, and it is something else.
            if (candidate_.score <= -25) break;
        }
        return std::move(candidate_);
    }

private:
    void add(Sign sign, std::string point, int weight, std::int64_t value = 0,
             Unit unit = Unit::count) {
        candidate_.score += weight;
        candidate_.evidence.push_back({sign, std::move(point), value, unit});
    }

    void see_model() {
        auto const& model = asked_.model;
        if (!model) return;
        auto const& words = answers_.to({model->function, model->address, model->words});
        std::string text;
        for (auto const word : words.value_or(std::vector<std::uint16_t>{}))
            for (auto const byte : {word >> 8, word & 0xFF}) text += static_cast<char>(byte);
        auto const sign = !words                          ? Sign::refused
                          : text.starts_with(model->text) ? Sign::model
                                                          : Sign::other_model;
        add(sign, "model", weight_of({}, sign));
    }

    void see_identity() {
        auto const& identity = asked_.identity;
        if (!identity) return;
        auto const& words = answers_.to({identity->function, identity->address, identity->words});
        if (!words) return add(Sign::refused, "identity", weight_of({}, Sign::refused));
        if (!identity->expect.empty()) {
            auto const sign = *words == identity->expect ? Sign::model : Sign::other_model;
            return add(sign, "identity", weight_of({}, sign));
        }
        std::uint64_t serial = 0;
        for (auto const word : *words) serial = serial << 16 | word;
        if (serial == 0) return;
        candidate_.serial = serial;
        add(Sign::plausible, "identity", 2, static_cast<std::int64_t>(serial));
    }

    void see(Point const& point) {
        auto const first = point.first();
        auto const count = static_cast<std::uint16_t>(point.end() - first);
        auto const& words = answers_.to({point.function, first, count});
        if (!words) return add(Sign::refused, point.name, weight_of(point, Sign::refused));
        auto const decoded = decode_in(point, first, *words);
        auto const sign =
            decoded.quality == Quality::missing ? Sign::nothing : sign_of(point, decoded.value);
        add(sign, point.name, weight_of(point, sign), decoded.value, point.unit);
    }

    Answers& answers_;
    Profile asked_;
    Candidate candidate_;
};

bool has_order(Profile const& profile) {
    return std::ranges::any_of(profile.points,
                               [](Point const& point) { return words_of(point.type) > 1; });
}

}  // namespace

std::string_view name_of(Sign sign) {
    constexpr std::array<std::string_view, 6> names = {"model",       "other_model", "plausible",
                                                       "implausible", "nothing",     "refused"};
    return names.at(static_cast<std::size_t>(sign));
}

Profile turned(Profile profile) {
    for (auto& point : profile.points)
        if (words_of(point.type) > 1)
            point.order = point.order == WordOrder::big ? WordOrder::little : WordOrder::big;
    return profile;
}

Sign sign_of(Point const& point, std::int64_t value) {
    auto const within = [&](std::int64_t least, std::int64_t most) {
        auto const size = std::abs(value);
        return size >= least && size <= most ? Sign::plausible : Sign::implausible;
    };
    bool const lines =
        point.name == "voltage_ll_avg" ||
        (starts(point, "voltage_l") && point.name.find("_l", 9) != std::string::npos);
    if (value == 0) return tells(point) ? Sign::nothing : Sign::plausible;
    if (point.name == "frequency") return within(45'000, 65'000);
    if (lines) return within(150'000, 830'000);
    if (starts(point, "voltage")) return within(90'000, 480'000);
    if (point.name == "power_factor_4q") return within(1, 2'000);
    if (starts(point, "power_factor")) return within(1, 1'000);
    if (starts(point, "current")) return within(1, 5'000'000);
    if (point.name == "active_power") return within(1, 5'000'000);
    if (starts(point, "energy")) return value < 0 ? Sign::implausible : within(1, 100'000'000'000);
    return Sign::plausible;
}

Recognition recognise(std::span<std::shared_ptr<Profile const> const> known, Ask const& ask) {
    Answers answers{ask};
    Recognition found;
    for (auto const& profile : known) {
        auto best = Trial{profile, false, answers}.take();
        if (has_order(*profile)) {
            auto other = Trial{profile, true, answers}.take();
            if (other.score > best.score) best = std::move(other);
        }
        if (best.score > 0) found.candidates.push_back(std::move(best));
    }
    std::ranges::stable_sort(found.candidates, std::greater{}, &Candidate::score);
    if (found.candidates.empty()) return found;
    auto const best = found.candidates[0].score;
    found.alike = static_cast<std::size_t>(
        std::ranges::count_if(found.candidates, [&](Candidate const& candidate) {
            return best - candidate.score < lead_that_counts;
        }));
    found.sure = found.alike == 1 && best >= score_that_counts;
    return found;
}

}  // namespace karkhana::profiles

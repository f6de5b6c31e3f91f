#include "server/metering/meters.hpp"

#include <algorithm>
#include <ranges>

namespace karkhana::metering {
namespace {

constexpr int boundary_minutes = 15;
/// Enough to look back on for whoever closes a session right after a boundary.
constexpr std::size_t crossings_remembered = 4;
/// A year of them: what is older was either kept long ago or is of no use.
constexpr std::size_t most_crossings_of_a_gap = 36'000;
/// For a disk that takes nothing: a month of a hundred counters. Bills have theirs in the ledger.
constexpr std::size_t most_crossings_waiting = 300'000;
/// A value that was asked for this soon after a boundary is the register at the boundary.
constexpr Duration still_at_boundary = std::chrono::seconds(1);
constexpr std::chrono::seconds silence_to_note{60};

/// No workshop draws more. A meter of which nothing else is known, such as the site's, must not
/// take any value for the truth.
constexpr std::int64_t most_of_any_w = 1'000'000;

/// What all machines behind the meter can draw together; 0 for what is not energy.
std::int64_t most_w(Point const& point, std::map<MachineId, std::int64_t> const& max_w) {
    if (point.unit != Unit::wh) return 0;
    auto machines = point.machines;
    if (point.machine) machines.push_back(*point.machine);
    std::int64_t sum = 0;
    for (auto const& machine : machines) {
        auto const known = max_w.find(machine);
        if (known == max_w.end()) return most_of_any_w;
        sum += known->second;
    }
    return machines.empty() ? most_of_any_w : sum;
}

}  // namespace

void Meters::configure(std::vector<Point> const& points,
                       std::map<MachineId, std::int64_t> const& max_w,
                       std::vector<Remembered> const& remembered) {
    std::lock_guard const lock{mutex_};
    auto before = std::exchange(states_, {});
    for (auto const& point : points) {
        auto const place = static_cast<std::size_t>(point.channel);
        if (states_.size() <= place) states_.resize(place + 1);
        CounterPolicy const policy{.modulus = point.modulus, .max_w = most_w(point, max_w)};
        if (place < before.size() && goes_on(before[place], point, policy)) {
            states_[place] = std::move(before[place]);
            continue;
        }
        states_[place].point = point;
        if (!point.counter) continue;
        states_[place].resolution = {point.resolution, point.form};
        states_[place].counter.emplace(policy, std::nullopt, 0);
        auto const known_at = std::ranges::find(remembered, point.channel, &Remembered::channel);
        if (known_at == remembered.end()) continue;
        auto& state = states_[place];
        state.counter.emplace(state.counter->policy(), known_at->last, known_at->carried);
        if (point.form != point.form_before) state.counter->change_form();
        Reading reading;
        reading.channel = point.channel;
        reading.value = known_at->last.value;
        reading.asked = reading.answered = known_at->last.at;
        reading.quality = Quality::good;
        state.believed = Believed{reading, known_at->carried, std::nullopt};
        state.next_boundary = boundary_after(reading.answered);
    }
    pair_power();
}

/// A configuration that is read anew leaves alone what it does not change: a value that is doubted
/// goes on being doubted, and what arrived since the last was kept is not forgotten.
bool Meters::goes_on(State const& state, Point const& point, CounterPolicy const& policy) {
    auto same = point;
    same.form_before = state.point.form_before;
    return same == state.point && (!state.counter || state.counter->policy() == policy);
}

/// The energy that is billed is held against the power of the same device.
void Meters::pair_power() {
    for (auto& power : states_) power.counters.clear();
    for (auto& energy : states_) {
        auto const& point = energy.point;
        bool const billed = energy.counter && point.billing && point.unit == Unit::wh;
        auto const power = std::ranges::find_if(states_, [&](State const& state) {
            return billed && state.point.unit == Unit::w && state.point.name == "active_power" &&
                   state.point.device == point.device;
        });
        if (power == states_.end()) {
            energy.watch.reset();
            continue;
        }
        if (!energy.watch) energy.watch.emplace();
        power->counters.push_back(point.channel);
    }
}

void Meters::take(std::span<Reading> readings) {
    auto const heard = clock_.now();
    std::lock_guard const lock{mutex_};
    for (auto& reading : readings) take_one(reading, heard);
}

void Meters::take_one(Reading& reading, Monotonic heard) {
    auto* state = find(reading.channel);
    if (state == nullptr || reading.quality != Quality::good) return;
    // A snapshot comes back to whoever asked and through the sink as well: it counts once.
    if (reading.sequence != 0 && reading.sequence <= state->sequence) {
        if (reading.sequence == state->sequence) reading.quality = state->judged;
        return;
    }
    state->sequence = reading.sequence;
    auto const judged = judge(*state, reading, heard);
    reading.quality = judged.value_or(Quality::questionable);
    state->judged = reading.quality;
    if (!judged) return;
    feed_power(*state, reading, heard);
    state->latest = Latest{reading, heard};
    if (!state->fell_silent) return;
    state->fell_silent = false;
    events_.push_back({.channel = reading.channel,
                       .at = reading.answered,
                       .kind = "back",
                       .carried = state->counter ? state->counter->carried() : 0});
}

void Meters::feed_power(State const& state, Reading const& reading, Monotonic heard) {
    for (auto const channel : state.counters)
        find(channel)->watch->power(reading.answered, heard, reading.value);
}

/// What the power says to a value that was believed. Nothing of it is invented or left out for
/// that: but whoever is billed by it shall know.
Quality Meters::compare(State& state, Reading const& reading) {
    if (!state.watch) return Quality::good;
    auto const finding =
        state.watch->counter(reading.answered, reading.value + state.counter->carried(),
                             state.counter->last()->resolution);
    auto const tell = [&](std::string_view kind) {
        events_.push_back({.channel = reading.channel,
                           .at = reading.answered,
                           .kind = std::string{kind},
                           .carried = state.counter->carried()});
    };
    if (finding == Finding::frozen) tell("frozen");
    if (finding == Finding::moving) tell("moving");
    if (finding == Finding::disagrees) tell("disagrees");
    bool const doubtful = state.watch->frozen() || state.watch->disagrees();
    return doubtful ? Quality::questionable : Quality::good;
}

std::string_view Meters::alarm(Channel channel) const {
    std::lock_guard const lock{mutex_};
    auto const* state = find(channel);
    if (state == nullptr || !state->watch) return "";
    if (state->watch->frozen()) return "frozen";
    return state->watch->disagrees() ? "disagrees" : "";
}

std::optional<Quality> Meters::judge(State& state, Reading const& reading, Monotonic heard) {
    if (!state.counter) return Quality::good;
    if (state.held) return std::nullopt;
    auto const resolution = state.resolution.at(reading.value, reading.raw);
    auto const verdict = state.counter->take({reading.answered, reading.value, resolution, heard});
    if (verdict == Verdict::doubted) {
        if (state.counter->doubted_since() == reading.answered) state.first_doubted = reading;
        return std::nullopt;
    }
    if (verdict != Verdict::good) {
        note(state, reading, verdict);
        if (state.watch) state.watch->restart();
    }
    Believed now{reading, state.counter->carried(), heard};
    now.reading.quality = compare(state, reading);
    if (state.believed)
        cross(state, *state.believed, now);
    else
        state.next_boundary = boundary_after(reading.asked);
    state.believed = now;
    return now.reading.quality;
}

void Meters::note(State const& state, Reading const& reading, Verdict verdict) {
    auto const& event = *state.counter->event();
    MeterEvent told{.channel = reading.channel,
                    .at = event.at,
                    .kind = std::string{name_of(verdict)},
                    .before = event.before,
                    .after = event.after,
                    .carried = event.carried};
    if (verdict == Verdict::form) {
        told.note = state.point.form;
        told.last = state.believed->reading;
        told.carried_before = state.believed->carried;
        told.first = state.first_doubted;
    }
    events_.push_back(std::move(told));
}

Result<Meters::Held> Meters::hold(Channel channel) {
    std::lock_guard const lock{mutex_};
    auto* state = find(channel);
    if (state == nullptr || !state->counter || !state->believed)
        return refuse(ErrorKind::conflict, "never_read",
                      "The old meter was never read: there is nothing to go on from.");
    if (state->held)
        return refuse(ErrorKind::conflict, "exchange_under_way",
                      "Somebody else is just entering its exchange.");
    state->held = true;
    return Held{state->counter->policy(), *state->believed, state->counter->last()->resolution};
}

void Meters::release(Channel channel) {
    std::lock_guard const lock{mutex_};
    find(channel)->held = false;
}

void Meters::exchange(Channel channel, ExchangePlan const& plan) {
    std::lock_guard const lock{mutex_};
    auto& state = *find(channel);
    state.counter->go_on_from(plan.goes_on_from, plan.carried_after);
    if (state.watch) state.watch->restart();
    auto const before = *state.believed;
    Believed after{before.reading, plan.carried_after, clock_.now()};
    if (!plan.late) {
        after.reading = {};
        after.reading.channel = channel;
        after.reading.value = plan.goes_on_from.value;
        after.reading.asked = after.reading.answered = plan.goes_on_from.at;
        after.reading.quality = Quality::edited;
        cross(state, before, after);
    }
    state.believed = after;
}

void Meters::cross(State& state, Believed const& before, Believed const& after) {
    // By when they were asked for: a poll that was under way at the boundary must not take the
    // place of the one that was asked for because of it.
    auto const at = after.reading.asked;
    if (at < state.next_boundary) return;
    auto passed = boundaries(zone_, {before.reading.asked, at + Duration{1}}, boundary_minutes);
    if (passed.size() > most_crossings_of_a_gap)
        passed.erase(passed.begin(), passed.end() - most_crossings_of_a_gap);
    for (auto const boundary : passed) {
        Crossing crossing{.channel = after.reading.channel,
                          .at = boundary,
                          .value = interpolate(before.knot(), after.knot(), boundary),
                          .carried = after.carried};
        bool const by_the_meter = after.reading.sequence != 0;
        if (by_the_meter && at <= boundary + still_at_boundary) {
            crossing.value = after.continued();
            crossing.quality = after.reading.quality;
            crossing.method = Method::read;
            crossing.reading = after.reading;
        }
        if (crossings_.size() < most_crossings_waiting) crossings_.push_back(crossing);
        state.crossings.push_back(crossing);
        if (state.crossings.size() > crossings_remembered) state.crossings.pop_front();
    }
    state.next_boundary = boundary_after(at);
}

Instant Meters::boundary_after(Instant at) const {
    // No zone has its quarters more than an hour apart, whatever its clocks do.
    auto const next = boundaries(zone_, {at, at + std::chrono::hours(2)}, boundary_minutes);
    return next.empty() ? at : next.front();
}

std::optional<Believed> Meters::believed(Channel channel) const {
    std::lock_guard const lock{mutex_};
    auto const* state = find(channel);
    return state == nullptr ? std::nullopt : state->believed;
}

std::optional<Latest> Meters::latest(Channel channel) const {
    std::lock_guard const lock{mutex_};
    auto const* state = find(channel);
    return state == nullptr ? std::nullopt : state->latest;
}

std::optional<Unit> Meters::unit_of(Channel channel) const {
    std::lock_guard const lock{mutex_};
    auto const* state = find(channel);
    return state == nullptr ? std::nullopt : std::optional{state->point.unit};
}

std::int64_t Meters::resolution_of(Channel channel) const {
    std::lock_guard const lock{mutex_};
    auto const* state = find(channel);
    bool const known = state != nullptr && state->counter && state->counter->last();
    return known ? state->counter->last()->resolution : 1;
}

bool Meters::silent(Channel channel, std::chrono::milliseconds longer_than) const {
    auto const found = latest(channel);
    return !found || clock_.now() - found->heard > longer_than;
}

std::optional<Crossing> Meters::crossing(Channel channel, Instant at) const {
    std::lock_guard const lock{mutex_};
    auto const* state = find(channel);
    if (state == nullptr) return std::nullopt;
    // The last one: a clock that was set back passes a boundary twice.
    auto const found = std::ranges::find(state->crossings | std::views::reverse, at, &Crossing::at);
    return found == state->crossings.rend() ? std::nullopt : std::optional{*found};
}

std::vector<bool> Meters::words_kept() const {
    std::lock_guard const lock{mutex_};
    std::vector<bool> kept(states_.size());
    for (std::size_t i = 0; i < states_.size(); ++i)
        kept[i] = states_[i].point.counter && states_[i].point.billing;
    return kept;
}

void Meters::watch_silence() {
    auto const now = clock_.now();
    std::lock_guard const lock{mutex_};
    for (auto& state : states_) {
        if (!state.counter || !state.latest || state.fell_silent) continue;
        if (now - state.latest->heard <= silence_to_note) continue;
        state.fell_silent = true;
        events_.push_back({.channel = state.point.channel,
                           .at = state.latest->reading.answered,
                           .kind = "silent",
                           .carried = state.counter->carried()});
    }
}

std::vector<MeterEvent> Meters::unkept_events() const {
    std::lock_guard const lock{mutex_};
    return events_;
}

void Meters::events_kept(std::vector<MeterEvent> const& events) {
    std::lock_guard const lock{mutex_};
    std::erase_if(events_, [&](MeterEvent const& mine) {
        return std::ranges::any_of(events, [&](MeterEvent const& kept) {
            return kept.channel == mine.channel && kept.at == mine.at && kept.kind == mine.kind;
        });
    });
}

std::vector<Crossing> Meters::unkept_crossings() const {
    std::lock_guard const lock{mutex_};
    return {crossings_.begin(), crossings_.end()};
}

void Meters::crossings_kept(std::size_t count) {
    std::lock_guard const lock{mutex_};
    crossings_.erase(crossings_.begin(), crossings_.begin() + static_cast<std::ptrdiff_t>(count));
}

Meters::State const* Meters::find(Channel channel) const {
    auto const place = static_cast<std::size_t>(channel);
    bool const known =
        channel > 0 && place < states_.size() && states_[place].point.channel == channel;
    return known ? &states_[place] : nullptr;
}

Meters::State* Meters::find(Channel channel) {
    return const_cast<State*>(std::as_const(*this).find(channel));
}

}  // namespace karkhana::metering

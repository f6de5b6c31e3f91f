#include "devices/poller/unit.hpp"

#include <algorithm>

namespace karkhana::poller {
namespace {

using modbus::Fault;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int misses_to_die = 2;
constexpr int longer_misses_most = 2;
constexpr std::size_t recent_most = 4;
constexpr Duration probe_delay_most = seconds(60);
constexpr Duration probe_delay_attended = seconds(5);
constexpr Duration identity_every = std::chrono::minutes(5);
constexpr Duration missing_repeat = seconds(60);
constexpr Duration refused_pause = hours(1);
/// What has answered before is refused for a while only: a meter that boots, a gateway in trouble.
constexpr Duration refused_again = std::chrono::minutes(1);

std::vector<Slot> slots_of(UnitSetup const& setup) {
    std::vector<Slot> slots;
    for (auto const& watched : setup.watched)
        slots.push_back({setup.profile->find(watched.point), watched.channel});
    return slots;
}

/// The number that the registers tell. A device without one says 0, or what flash memory says that
/// nobody has written to.
std::optional<std::uint64_t> number_in(std::vector<std::uint16_t> const& words) {
    std::uint64_t number = 0;
    for (auto const word : words) number = number << 16 | word;
    bool const unwritten = std::ranges::all_of(words, [](auto word) { return word == 0xFFFF; });
    return number == 0 || unwritten ? std::nullopt : std::optional{number};
}

}  // namespace

UnitRun::UnitRun(UnitSetup setup, Costs costs, int clock_speed, Monotonic start)
    : setup_(std::move(setup)),
      gate_{setup_.max_power_w, clock_speed},
      character_(costs.character),
      identity_due_(setup_.profile->identity.has_value()),
      // A second apart, so that a line does not ask all of its units in a row.
      identity_at_(start + identity_every + seconds(setup_.unit)) {
    costs.turnaround = milliseconds(setup_.profile->limits.turnaround_ms);
    for (auto& block : plan_blocks(*setup_.profile, slots_of(setup_), costs))
        tasks_.push_back({std::move(block), start});
    health_.unit = setup_.unit;
}

std::uint16_t UnitRun::count_to_ask(Task const& task) const {
    auto const& profile = *setup_.profile;
    auto const& block = task.block;
    auto const recent = [&](std::size_t bytes) {
        return std::ranges::find(recent_, std::pair(block.function, bytes)) != recent_.end();
    };
    bool const numbered = character_ == Duration{};
    if (numbered || task.plain_next || task.longer_by == 0) return block.count;
    if (!recent(block.byte_count())) return block.count;
    if (block.reads_bits() || profile.limits.no_holes) return block.count;
    auto const is_of_another = [&](int count) {
        auto const same = [&](std::uint8_t function, int registers) {
            return function == block.function && registers == count;
        };
        auto const& identity = profile.identity;
        return (identity && same(identity->function, identity->words)) ||
               std::ranges::any_of(tasks_, [&](Task const& other) {
                   return same(other.block.function, other.block.count);
               });
    };
    int count = block.count + task.longer_by;
    while (is_of_another(count) || recent(static_cast<std::size_t>(count) * 2))
        count += task.longer_by;
    bool const fits = count <= profile.limits.max_regs && block.address + count <= 0x1'0000 &&
                      (task.longest == 0 || count <= task.longest);
    return fits ? static_cast<std::uint16_t>(count) : block.count;
}

void UnitRun::asked(std::uint8_t function, std::size_t bytes) {
    std::erase(recent_, std::pair(function, bytes));
    recent_.emplace_back(function, bytes);
    if (recent_.size() > recent_most) recent_.erase(recent_.begin());
}

void UnitRun::longer_told(Task& task, int count, Longer what) {
    if (what == Longer::taken) {
        task.has_answered = true;
        task.taken_most = std::max(task.taken_most, count);
        return;
    }
    if (what != Longer::refused) {
        if (count <= task.taken_most) return;
        // Some say nothing where others refuse.
        task.plain_next = true;
        if (what == Longer::silent || ++task.longer_missed < longer_misses_most) return;
    }
    task.longer_missed = 0;
    if (task.taken_most > 0) {
        task.longest = task.taken_most;
        return;
    }
    // Many take whole values only, of two registers each.
    task.longer_by = task.longer_by == 1 ? 2 : 0;
}

Task* UnitRun::task_of(Channel channel) {
    for (auto& task : tasks_) {
        bool const has = std::ranges::count(task.block.slots, channel, &Slot::channel) > 0;
        if (channel == 0 ? task.block.billing : has) return &task;
    }
    return channel != 0 || tasks_.empty() ? nullptr : &tasks_.front();
}

Task* UnitRun::cheapest_task() {
    auto const cheapest =
        std::min_element(tasks_.begin(), tasks_.end(), [](Task const& a, Task const& b) {
            return a.block.count < b.block.count;
        });
    return cheapest == tasks_.end() ? nullptr : &*cheapest;
}

Duration UnitRun::patience(std::size_t reply_bytes) const {
    Duration const most = milliseconds(setup_.profile->limits.timeout_ms);
    // Whoever missed the usual time gets all of it, a dead unit every other time, so that one that
    // has become slower is found.
    bool const doubted = dead() ? failures_ % 2 == 0 : failures_ > 0 || in_haste_;
    if (doubted) return most;
    return latency_.patience(most, character_ * static_cast<int>(8 + 5 + 7 + reply_bytes));
}

void UnitRun::welcome(Monotonic now) {
    welcome_ = dead();
    retry_at_ = std::min(retry_at_, now);
}

void UnitRun::attend(Monotonic until, Monotonic now) {
    attended_until_ = until;
    if (until > now) retry_at_ = std::min(retry_at_, now + probe_delay_attended);
}

void UnitRun::answered(Monotonic began, Monotonic ended) {
    latency_.add(std::chrono::duration_cast<Duration>(ended - began));
    if (recent_.size() > 1) recent_.erase(recent_.begin(), recent_.end() - 1);
    health_.latency = latency_.mean();
    failures_ = 0;
    in_haste_ = false;
    welcome_ = false;
    ready_at_ = ended + milliseconds(setup_.profile->limits.min_gap_ms);
    if (!stranger()) health_.state = UnitState::healthy;
    if (ended < identity_at_) return;
    identity_at_ = advance(identity_at_, identity_every, ended).next;
    distrust();
}

void UnitRun::failed(modbus::Failure failure, Monotonic now, std::uint32_t dice) {
    health_.last_failure = failure;
    welcome_ = false;
    // What only took longer than usual is waited for longer before anything follows from it.
    in_haste_ = failure.fault == Fault::timeout && failures_ == 0 && !in_haste_ && !dead() &&
                latency_.learned();
    if (!in_haste_) ++failures_;
    switch (failure.fault) {
    case Fault::timeout: ++health_.timeouts; break;
    case Fault::disconnected: ++health_.disconnects; break;
    case Fault::refused: ++health_.exceptions; break;
    default: ++health_.protocol_errors;
    }
    distrust();
    ready_at_ = now + milliseconds(setup_.profile->limits.min_gap_ms);
    // A gateway that says the unit does not answer has waited for it already.
    bool const gateway = failure.fault == Fault::refused && !speaks(failure);
    if (gateway || failures_ >= misses_to_die) {
        health_.state = UnitState::dead;
        auto const failed_probes = std::max(1, failures_ - misses_to_die + 1);
        bool const attended = now < attended_until_;
        retry_at_ = now + retry_delay(failed_probes, dice,
                                      attended ? probe_delay_attended : probe_delay_most);
    } else if (!stranger()) {
        health_.state = UnitState::suspect;
    }
}

bool UnitRun::announced() const {
    return setup_.exchanged_for && setup_.exchanged_for->load() != announced_;
}

void UnitRun::take_announced() {
    if (!announced()) return;
    announced_ = setup_.exchanged_for->load();
    setup_.serial = announced_;
    if (announced_ == serial_of_letters) setup_.serial.reset();
    setup_.serial_told = identified_ = false;
}

void UnitRun::identity_read(std::vector<std::uint16_t> const& words) {
    auto const& identity = *setup_.profile->identity;
    bool const is_number = identity.expect.empty();
    auto const serial = is_number ? number_in(words) : std::nullopt;
    if (is_number && !serial) return identity_refused();
    identity_due_ = false;
    identity_retries = 0;
    take_announced();
    identified_ = true;
    health_.unproved = false;
    bool same = words == identity.expect;
    if (serial) {
        auto const known = setup_.serial ? setup_.serial : health_.serial;
        same = !known || known == serial;
        if (same) setup_.serial = serial;
        health_.serial = serial;
    }
    health_.state = same ? UnitState::healthy : UnitState::stranger;
}

void UnitRun::identity_refused() {
    identity_due_ = false;
    identity_retries = 0;
    take_announced();
    health_.serial.reset();
    bool const told_before = identified_ || (setup_.serial && setup_.serial_told);
    health_.unproved = setup_.serial && !told_before;
    health_.state = told_before ? UnitState::stranger : UnitState::healthy;
}

void UnitRun::refuse(Task& task, Monotonic now) {
    auto const parts = split(task.block);
    if (parts.empty()) {
        task.due = now + (task.has_answered ? refused_again : refused_pause);
        return;
    }
    auto const due = task.due;
    bool const has_answered = task.has_answered;
    tasks_.erase(tasks_.begin() + (&task - tasks_.data()));
    for (auto const& part : parts)
        tasks_.push_back({.block = part, .due = due, .has_answered = has_answered});
    std::vector<Block> blocks;
    for (auto& each : tasks_) blocks.push_back(std::move(each.block));
    tell_apart(blocks, *setup_.profile);
    for (std::size_t i = 0; i < blocks.size(); ++i) tasks_[i].block = std::move(blocks[i]);
}

std::vector<Reading> UnitRun::unsupported(std::uint8_t function, Monotonic now) {
    std::vector<Reading> readings;
    for (auto& task : tasks_) {
        if (task.block.function != function) continue;
        task.due = now + (task.has_answered ? refused_again : refused_pause);
        for (auto const& reading : missing(task.block.slots, now)) readings.push_back(reading);
    }
    return readings;
}

Judgement UnitRun::judge_slot(Slot const& slot, profiles::Decoded const& decoded,
                              Monotonic now) const {
    if (slot.point->kind != profiles::PointKind::counter || decoded.quality != Quality::good)
        return Judgement::plausible;
    auto const found = channels_.find(slot.channel);
    auto const before = found == channels_.end() ? std::nullopt : found->second.counter;
    return judge(*slot.point, decoded, before, now, gate_);
}

UnitRun::Values UnitRun::decode(Block const& block, std::vector<std::uint16_t> const& words,
                                Monotonic now) const {
    Values values;
    values.readings.reserve(block.slots.size());
    for (auto const& slot : block.slots) {
        auto const decoded = profiles::decode_in(*slot.point, block.address, words);
        Reading reading;
        reading.channel = slot.channel;
        reading.value = decoded.value;
        reading.raw = decoded.raw;
        reading.quality = decoded.quality;
        if (judge_slot(slot, decoded, now) != Judgement::plausible) {
            reading.quality = Quality::questionable;
            // Nothing that a stranger says is believed, however often it says it.
            values.suspicious |= !stranger();
        } else if (stranger() && reading.quality == Quality::good) {
            reading.quality = Quality::questionable;
        }
        values.readings.push_back(reading);
    }
    return values;
}

std::vector<Reading> UnitRun::believe(Block const& block, Values values, Monotonic now) {
    std::vector<Reading> told;
    told.reserve(values.readings.size());
    for (std::size_t i = 0; i < values.readings.size(); ++i) {
        auto const& reading = values.readings[i];
        auto const& point = *block.slots[i].point;
        if (reading.quality == Quality::missing) {
            if (tell_missing(reading.channel, now)) told.push_back(reading);
            continue;
        }
        if (reading.quality == Quality::questionable) ++health_.questionable;
        auto& channel = channels_[reading.channel];
        channel.missing_told.reset();
        bool const within = (!point.min || reading.value >= *point.min) &&
                            (!point.max || reading.value <= *point.max);
        if (point.kind == profiles::PointKind::counter && within && !stranger())
            channel.counter = CounterMemory{reading.value, now};
        told.push_back(reading);
    }
    return told;
}

bool UnitRun::tell_missing(Channel channel, Monotonic now) {
    auto& told = channels_[channel].missing_told;
    if (told && now - *told < missing_repeat) return false;
    told = now;
    return true;
}

std::vector<Reading> UnitRun::missing(std::vector<Slot> const& slots, Monotonic now) {
    std::vector<Reading> readings;
    for (auto const& slot : slots) {
        if (!tell_missing(slot.channel, now)) continue;
        Reading reading;
        reading.channel = slot.channel;
        readings.push_back(reading);
    }
    return readings;
}

std::vector<Reading> UnitRun::all_missing(Monotonic now) {
    std::vector<Reading> readings;
    for (auto const& task : tasks_)
        for (auto const& reading : missing(task.block.slots, now)) readings.push_back(reading);
    return readings;
}

void UnitRun::revive(Monotonic now) {
    for (auto& task : tasks_)
        if (task.due <= now) task.due = advance(task.due, setup_.period, now).next - setup_.period;
}

}  // namespace karkhana::poller

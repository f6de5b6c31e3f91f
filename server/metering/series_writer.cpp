#include "server/metering/series_writer.hpp"

#include <algorithm>
#include <map>

#include "server/metering/exchange.hpp"
#include "server/metering/journal.hpp"
#include "server/metering/rules_backlog.hpp"

namespace karkhana::metering {
namespace {

/// Where a frame belongs. Values that did not come may have no time of their own.
Hour hour_of_frame(ReadingFrame const& frame, Instant now) {
    for (auto const& reading : frame.readings) {
        if (reading.answered > Instant{}) return hour_of(reading.answered);
        if (reading.asked > Instant{}) return hour_of(reading.asked);
    }
    return hour_of(now);
}

}  // namespace

SeriesWriter::SeriesWriter(store::Store& ledger, store::Store& telemetry,
                           FacilityId const& facility, Meters& meters, WallClock const& clock,
                           Options options)
    : ledger_(ledger),
      facility_(facility),
      meters_(meters),
      clock_(clock),
      options_(options),
      series_(telemetry, facility) {}

void SeriesWriter::accept(ReadingFrame frame) {
    if (frame.readings.empty()) return;
    meters_.take(frame.readings);
    std::lock_guard const lock{mutex_};
    if (counts_.waiting + frame.readings.size() > options_.queue_limit)
        counts_.dropped += keep_counters(frame, meters_.words_kept());
    auto const count = frame.readings.size();
    if (count == 0) return;
    if (counts_.waiting + count > 2 * options_.queue_limit) {
        counts_.dropped += count;
        counts_.counters_dropped += count;
        return;
    }
    counts_.accepted += count;
    counts_.waiting += count;
    queue_.push_back(std::move(frame));
}

/// A commit that was never answered may hold all the same. The numbers of its rows tell: this is
/// the facility's only writer of them.
void SeriesWriter::settle() {
    if (!in_doubt_) return;
    auto const next = series_.next_number();
    if (next > *next_number_) written();
    in_doubt_ = false;
    next_number_ = next;
}

void SeriesWriter::written() {
    auto const readings = count_of(writing_);
    writing_.clear();
    std::lock_guard const lock{mutex_};
    counts_.durable += readings;
    counts_.waiting -= readings;
}

/// What found no room on the disk and has become too much goes in this order: what no bill rests
/// on, then every other reading of each counter.
void SeriesWriter::make_room() {
    if (count_of(writing_) <= options_.queue_limit) return;
    auto const gauges = keep_counters(writing_, meters_.words_kept());
    auto const counters = count_of(writing_) > options_.queue_limit ? thin(writing_) : 0;
    std::lock_guard const lock{mutex_};
    counts_.waiting -= gauges + counters;
    counts_.dropped += gauges + counters;
    counts_.counters_dropped += counters;
}

void SeriesWriter::flush() {
    settle();
    make_room();
    {
        std::lock_guard const lock{mutex_};
        std::ranges::move(queue_, std::back_inserter(writing_));
        queue_.clear();
    }
    // In this order: a value from after a reset must not be found on the disk by a daemon that
    // does not know of the reset.
    keep_events(ledger_, facility_, meters_);
    auto const crossings = meters_.unkept_crossings();
    auto const rows = pack();
    if (!next_number_) next_number_ = series_.next_number();
    in_doubt_ = true;
    series_.append(rows, crossings, *next_number_);
    in_doubt_ = false;
    *next_number_ += static_cast<std::int64_t>(rows.size());
    meters_.crossings_kept(crossings.size());
    written();
}

void SeriesWriter::compact() {
    // Before rows, whose numbers tell, are gone.
    settle();
    auto const now = clock_.now();
    // Looking for work is a look at the whole journal: once an hour is enough, but for the hours
    // that a restart finds.
    if (compacted_before_ == hour_of(now - std::chrono::minutes(2))) return;
    series_.compact(now);
    compacted_before_ = hour_of(now - std::chrono::minutes(2));
}

std::vector<JournalRow> SeriesWriter::pack() {
    auto const now = clock_.now();
    using Key = std::tuple<std::uint16_t, Hour, std::uint64_t>;
    std::map<Key, std::vector<ReadingFrame const*>> groups;
    for (auto const& frame : writing_)
        groups[{frame.line, hour_of_frame(frame, now), frame.boot}].push_back(&frame);
    auto const words = meters_.words_kept();
    std::vector<JournalRow> rows;
    for (auto const& [key, frames] : groups) {
        auto const& [line, hour, boot] = key;
        JournalRow row{.line = line, .hour = hour, .boot = static_cast<std::int64_t>(boot)};
        row.least = frames.front()->readings.front().channel;
        for (auto const* frame : frames) {
            row.readings += static_cast<std::int64_t>(frame->readings.size());
            for (auto const& reading : frame->readings) {
                row.least = std::min(row.least, reading.channel);
                row.most = std::max(row.most, reading.channel);
            }
        }
        row.data = pack_frames(hour, frames, words);
        rows.push_back(std::move(row));
    }
    return rows;
}

SeriesWriter::Counts SeriesWriter::counts() const {
    std::lock_guard const lock{mutex_};
    return counts_;
}

void keep_events(store::Store& ledger, FacilityId const& facility, Meters& meters) {
    auto const events = meters.unkept_events();
    if (events.empty()) return;
    ledger.write([&](store::Writer& writer) {
        for (auto const& event : events) {
            insert_event(writer, facility, event);
            if (event.kind == name_of(Verdict::form)) keep_form(writer, facility, event);
        }
        return true;
    });
    meters.events_kept(events);
}

}  // namespace karkhana::metering

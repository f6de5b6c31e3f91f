#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/metering/chunk.hpp"
#include "server/metering/meters.hpp"
#include "server/metering/retention.hpp"
#include "server/metering/rules_split.hpp"
#include "server/store/store.hpp"

/// The stored readings of one facility: journal, chunks, and registers at quarters of an hour.
namespace karkhana::metering {

/// A line's frames of one hour, packed, ready to be kept.
struct JournalRow {
    std::int64_t line = 0;
    Hour hour = 0;
    std::int64_t boot = 0;
    std::int64_t readings = 0;
    Channel least = 0;
    Channel most = 0;
    std::string data;
};

/// Columns of equal length, one entry a step; nothing where nothing good was read.
struct Trace {
    Interval during;
    Duration step{};
    std::vector<std::optional<std::int64_t>> min;
    std::vector<std::optional<std::int64_t>> max;
    std::vector<std::optional<std::int64_t>> last;
};

class Series {
public:
    Series(store::Store& telemetry, FacilityId facility) : store_(telemetry), facility_(facility) {}

    /// Keeps journal rows and crossings, together. `first_number` and those after it number the
    /// rows; a number is used once.
    void append(std::vector<JournalRow> const& rows, std::vector<Crossing> const& crossings,
                std::int64_t first_number);
    /// The number for the next row.
    std::int64_t next_number();

    /// Compacts the hours that are over at `now`, a line and hour at a time; returns how many
    /// readings went into chunks. What comes late for a compacted hour is added to its chunk.
    std::int64_t compact(Instant now);

    /// Deletes the chunks of hours before `before` that nothing holds; returns how many.
    std::int64_t forget(Hour before, std::span<Held const> held);

    /// At most `steps` steps of whole seconds. With `carried`, what rollovers and resets left is
    /// added, so that the line of a counter does not fall.
    Trace trace(Channel channel, Interval during, int steps, CarriedSteps const& carried);

    /// Good samples within the interval, by time.
    std::vector<Sample> samples(Channel channel, Interval during);
    /// The same with those that are not good.
    std::vector<Sample> all_samples(Channel channel, Interval during);

    /// What is known of a counter nearest to a moment on either side, continued: from the
    /// readings as long as they are kept, else from the quarters of an hour.
    struct Around {
        std::optional<Knot> before;  ///< at or before
        std::optional<Knot> after;
    };
    Around around(Channel channel, Instant at, CarriedSteps const& carried);

    /// The register kept for a quarter of an hour.
    std::optional<Crossing> boundary(Channel channel, Instant at);
    /// The one nearest to a moment that was read, not interpolated; of two the earlier.
    std::optional<Crossing> nearest_read(Channel channel, Instant at);
    /// Where each counter was furthest in the last quarters of an hour that are kept: some may be
    /// of a clock that ran ahead.
    std::map<Channel, Knot> last_boundaries();
    /// The latest good sample of each channel that is still in the journal.
    std::map<Channel, Sample> last_journaled();
    /// The greatest good one of those of its channel's moment and after.
    std::map<Channel, Sample> furthest_journaled(std::map<Channel, Instant> const& since);

private:
    void each_journaled(std::function<void(Channel, Sample const&)> const& visit);

    using Columns = std::map<Channel, std::vector<Sample>>;

    /// A line's hour of the journal: what it holds, and up to which row.
    struct Pending {
        std::int64_t line = 0;
        Hour hour = 0;
        std::int64_t up_to = 0;
        std::int64_t readings = 0;
        Channel least = 0;
        Channel most = 0;
    };
    struct Packed {
        Channel channel = 0;
        Chunk chunk;
    };

    /// Rows of hour, codec, data, and the summary; by time.
    void each_chunk(store::Reader& reader, Channel channel, Interval during,
                    std::function<void(store::Row const&)> const& each);
    /// Of the hours that the interval touches, whatever their quality.
    void each_journaled(store::Reader& reader, Channel channel, Interval during,
                        std::function<void(Sample const&)> const& each);
    /// Those within the interval, whatever their quality.
    void each_sample(store::Reader& reader, Channel channel, Interval during,
                     std::function<void(Sample const&)> const& each);
    std::vector<Pending> pending(Instant now);
    std::vector<Packed> pack(Pending const& pending, Channel from, Channel to);
    Columns journaled(store::Reader& reader, Pending const& pending, Channel from, Channel to);
    void replace(Pending const& pending, std::vector<Packed> const& chunks);

    store::Store& store_;
    FacilityId facility_;
};

}  // namespace karkhana::metering

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/reading.hpp"
#include "server/metering/meters.hpp"
#include "server/metering/series.hpp"

namespace karkhana::metering {

/// Takes readings from the lines, to the live meters at once and to the disk about once a second.
class SeriesWriter final : public ReadingSink {
public:
    struct Options {
        /// Readings that may wait for a slow or a full disk. More are counted and not kept, and
        /// of counters only when what bills rest on fills it twice.
        std::size_t queue_limit = 200'000;
    };

    SeriesWriter(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                 Meters& meters, WallClock const& clock, Options options);

    /// From the lines' threads. Never blocks: judges, queues, and counts what finds no room. That
    /// is everything else before a counter.
    void accept(ReadingFrame frame) override;

    /// Writes what has come since the last time, in one transaction, after the ledger has what
    /// happened to the counters. Throws what the store throws; what was to be written then stays
    /// for the next time. One thread.
    void flush();
    /// Compacts the hours that are over. The same thread as flush, or none beside it.
    void compact();

    struct Counts {
        std::uint64_t accepted = 0;
        std::uint64_t durable = 0;  ///< written and committed
        std::uint64_t dropped = 0;
        std::uint64_t counters_dropped = 0;  ///< of those: what a bill may rest on
        std::uint64_t waiting = 0;
    };
    Counts counts() const;

private:
    void settle();
    void written();
    void make_room();
    std::vector<JournalRow> pack();

    store::Store& ledger_;
    FacilityId facility_;
    Meters& meters_;
    WallClock const& clock_;
    Options options_;
    Series series_;

    mutable std::mutex mutex_;
    std::vector<ReadingFrame> queue_;
    Counts counts_;

    std::vector<ReadingFrame> writing_;  ///< only flush() touches these
    std::optional<std::int64_t> next_number_;
    bool in_doubt_ = false;  ///< whether the last append was kept; `writing_` is what it was of
    std::optional<Hour> compacted_before_;
};

/// Keeps in the ledger what happened to counters, before any register that follows it.
void keep_events(store::Store& ledger, FacilityId const& facility, Meters& meters);

}  // namespace karkhana::metering

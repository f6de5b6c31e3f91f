#include <algorithm>

#include "server/metering/journal.hpp"
#include "server/metering/series.hpp"

namespace karkhana::metering {
namespace {

/// Readings on their way when the hour ended are still waited for.
constexpr auto hour_settles_after = std::chrono::minutes(2);
/// Samples held in memory at once: 24 bytes each.
constexpr std::int64_t samples_at_once = 400'000;

}  // namespace

std::int64_t Series::compact(Instant now) {
    std::int64_t compacted = 0;
    for (auto const& hour : pending(now)) {
        auto const channels = std::int64_t{hour.most} - hour.least + 1;
        auto const passes =
            std::clamp(hour.readings / samples_at_once + 1, std::int64_t{1}, channels);
        std::vector<Packed> chunks;
        for (std::int64_t pass = 0; pass < passes; ++pass) {
            auto const from = hour.least + static_cast<Channel>(channels * pass / passes);
            auto const to = hour.least + static_cast<Channel>(channels * (pass + 1) / passes) - 1;
            for (auto& packed : pack(hour, from, to)) chunks.push_back(std::move(packed));
        }
        replace(hour, chunks);
        compacted += hour.readings;
    }
    return compacted;
}

std::vector<Series::Pending> Series::pending(Instant now) {
    auto const open = hour_of(now - hour_settles_after);
    return store_.read([&](store::Reader& reader) {
        return reader.all(
            "SELECT line, hour, MAX(number), CAST(SUM(readings) AS bigint), MIN(channel_from), "
            "MAX(channel_to) FROM frame WHERE facility_id = $1 AND hour < $2 "
            "GROUP BY line, hour ORDER BY hour, line",
            [](store::Row const& row) {
                return Pending{.line = row.integer(0),
                               .hour = row.integer(1),
                               .up_to = row.integer(2),
                               .readings = row.integer(3),
                               .least = static_cast<Channel>(row.integer(4)),
                               .most = static_cast<Channel>(row.integer(5))};
            },
            facility_, open);
    });
}

/// Values that did not come are not in a chunk: the gap shows itself.
Series::Columns Series::journaled(store::Reader& reader, Pending const& pending, Channel from,
                                  Channel to) {
    Columns columns;
    reader.each(
        "SELECT data FROM frame WHERE facility_id = $1 AND line = $2 AND hour = $3 "
        "AND number <= $4 AND channel_from <= $6 AND channel_to >= $5 ORDER BY number",
        [&](store::Row const& row) {
            unpack_frames(pending.hour, row.blob(0), {from, to}, [&](Reading const& reading) {
                if (reading.quality != Quality::missing)
                    columns[reading.channel].push_back(
                        {reading.answered, reading.value, reading.quality});
            });
        },
        facility_, pending.line, pending.hour, pending.up_to, from, to);
    for (auto& [channel, samples] : columns) std::ranges::stable_sort(samples, {}, &Sample::at);
    return columns;
}

std::vector<Series::Packed> Series::pack(Pending const& pending, Channel from, Channel to) {
    return store_.read([&](store::Reader& reader) {
        std::vector<Packed> chunks;
        for (auto& [channel, samples] : journaled(reader, pending, from, to)) {
            auto const before = reader.first(
                "SELECT codec, data FROM chunk WHERE facility_id = $1 AND channel = $2 "
                "AND hour = $3",
                [&](store::Row const& row) {
                    return unpack_chunk(pending.hour, static_cast<int>(row.integer(0)),
                                        row.blob(1));
                },
                facility_, channel, pending.hour);
            if (before) samples = merge(*before, samples);
            chunks.push_back({channel, pack_chunk(pending.hour, samples)});
        }
        return chunks;
    });
}

void Series::replace(Pending const& pending, std::vector<Packed> const& chunks) {
    store_.write([&](store::Writer& writer) {
        for (auto const& [channel, chunk] : chunks) {
            auto const& sum = chunk.summary;
            writer.execute("INSERT INTO chunk (facility_id, channel, hour, samples, codec, data, "
                           "good, least, most, last, last_at) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
                           "ON CONFLICT (facility_id, channel, hour) DO UPDATE SET "
                           "samples = excluded.samples, codec = excluded.codec, "
                           "data = excluded.data, good = excluded.good, least = excluded.least, "
                           "most = excluded.most, last = excluded.last, "
                           "last_at = excluded.last_at",
                           facility_, channel, pending.hour, chunk.samples, chunk.codec,
                           store::Blob{chunk.data}, sum.good, sum.least, sum.most, sum.last,
                           sum.last_at);
        }
        return writer.execute("DELETE FROM frame WHERE facility_id = $1 AND line = $2 "
                              "AND hour = $3 AND number <= $4",
                              facility_, pending.line, pending.hour, pending.up_to);
    });
}

std::int64_t Series::forget(Hour before, std::span<Held const> held) {
    struct First {
        Channel channel = 0;
        Hour hour = 0;
    };
    auto const oldest = store_.read([&](store::Reader& reader) {
        return reader.all(
            "SELECT channel, MIN(hour) FROM chunk WHERE facility_id = $1 AND hour < $2 "
            "GROUP BY channel ORDER BY channel",
            [](store::Row const& row) {
                return First{static_cast<Channel>(row.integer(0)), row.integer(1)};
            },
            facility_, before);
    });
    std::int64_t gone = 0;
    for (auto const& [channel, first] : oldest)
        for (auto const& hours : forgettable(channel, first, before, held))
            gone += store_.write([&](store::Writer& writer) {
                return writer.execute("DELETE FROM chunk WHERE facility_id = $1 "
                                      "AND channel = $2 AND hour >= $3 AND hour < $4",
                                      facility_, channel, hours.from, hours.to);
            });
    return gone;
}

}  // namespace karkhana::metering

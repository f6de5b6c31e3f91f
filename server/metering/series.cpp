#include "server/metering/series.hpp"

#include <algorithm>
#include <tuple>

#include "server/metering/journal.hpp"
#include "server/metering/rows.hpp"

namespace karkhana::metering {
namespace {

/// The smallest and largest value of each step, and the one that came last.
class Steps {
public:
    Steps(Interval during, int steps) {
        auto const second = Duration{std::chrono::seconds(1)};
        auto const seconds = (during.length() + second - Duration{1}) / second;
        auto const wanted = std::max(1, steps);
        trace_.during = during;
        trace_.step = second * std::max<std::int64_t>(1, (seconds + wanted - 1) / wanted);
        auto const count =
            static_cast<std::size_t>((during.length() + trace_.step - Duration{1}) / trace_.step);
        trace_.min.resize(count);
        trace_.max.resize(count);
        trace_.last.resize(count);
        last_at_.resize(count);
    }

    void add(Instant at, std::int64_t value) { add(Summary{1, value, value, value, at}); }

    /// Takes a whole stretch at once. Precondition: it lies within one step.
    void add(Summary const& sum) {
        auto const place = place_of(sum.last_at);
        auto& least = trace_.min[place];
        auto& most = trace_.max[place];
        least = least ? std::min(*least, sum.least) : sum.least;
        most = most ? std::max(*most, sum.most) : sum.most;
        if (sum.last_at < last_at_[place]) return;
        last_at_[place] = sum.last_at;
        trace_.last[place] = sum.last;
    }

    bool hold_in_one(Interval stretch) const {
        auto const& during = trace_.during;
        return stretch.start >= during.start && stretch.end <= during.end &&
               place_of(stretch.start) == place_of(stretch.end - Duration{1});
    }

    Trace take() { return std::move(trace_); }

private:
    std::size_t place_of(Instant at) const {
        return static_cast<std::size_t>((at - trace_.during.start) / trace_.step);
    }

    Trace trace_;
    std::vector<Instant> last_at_;
};

}  // namespace

void Series::append(std::vector<JournalRow> const& rows, std::vector<Crossing> const& crossings,
                    std::int64_t first_number) {
    if (rows.empty() && crossings.empty()) return;
    store_.write([&](store::Writer& writer) {
        auto number = first_number;
        for (auto const& row : rows)
            writer.execute("INSERT INTO frame (facility_id, line, hour, number, boot, readings, "
                           "channel_from, channel_to, data) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                           facility_, row.line, row.hour, number++, row.boot, row.readings,
                           row.least, row.most, store::Blob{row.data});
        for (auto const& crossing : crossings)
            writer.execute("INSERT INTO boundary_15m (facility_id, channel, at, value, quality, "
                           "method) VALUES ($1, $2, $3, $4, $5, $6) "
                           "ON CONFLICT (facility_id, channel, at) DO NOTHING",
                           facility_, crossing.channel, crossing.at, crossing.value,
                           name_of(crossing.quality), name_of(crossing.method));
        return true;
    });
}

std::int64_t Series::next_number() {
    return store_.read([&](store::Reader& reader) {
        return reader
            .first(
                "SELECT COALESCE(MAX(number), 0) + 1 FROM frame WHERE facility_id = $1",
                [](store::Row const& row) { return row.integer(0); }, facility_)
            .value();
    });
}

namespace {

Interval whole(Hour hour) { return {start_of(hour), start_of(hour + 1)}; }

/// What an hour says as one, if its chunk was summed and its counter did not begin anew in it.
/// Stored times are rounded, so a step right beside the hour may belong to it.
std::optional<Summary> summed(store::Row const& row, CarriedSteps const& carried) {
    auto const hour = whole(row.integer(0));
    auto const good = row.maybe_integer(3);
    auto const slack = std::chrono::seconds(2);
    for (auto const& step : carried)
        if (step.at >= hour.start - slack && step.at <= hour.end + slack) return std::nullopt;
    if (!good) return std::nullopt;
    if (*good == 0) return Summary{};
    auto const more = carried_at(carried, hour.start, row.integer(4));
    return Summary{*good, row.integer(4) + more, row.integer(5) + more, row.integer(6) + more,
                   row.at(7)};
}

}  // namespace

void Series::each_chunk(store::Reader& reader, Channel channel, Interval during,
                        std::function<void(store::Row const&)> const& each) {
    reader.each("SELECT hour, codec, data, good, least, most, last, last_at FROM chunk "
                "WHERE facility_id = $1 AND channel = $2 AND hour BETWEEN $3 AND $4 ORDER BY hour",
                each, facility_, channel, hour_of(during.start), hour_of(during.end - Duration{1}));
}

void Series::each_journaled(store::Reader& reader, Channel channel, Interval during,
                            std::function<void(Sample const&)> const& each) {
    reader.each(
        "SELECT hour, data FROM frame WHERE facility_id = $1 AND hour BETWEEN $3 AND $4 "
        "AND channel_from <= $2 AND channel_to >= $2 ORDER BY line, hour, number",
        [&](store::Row const& row) {
            unpack_frames(row.integer(0), row.blob(1), {channel, channel},
                          [&](Reading const& reading) {
                              each({reading.answered, reading.value, reading.quality});
                          });
        },
        facility_, channel, hour_of(during.start), hour_of(during.end - Duration{1}));
}

void Series::each_sample(store::Reader& reader, Channel channel, Interval during,
                         std::function<void(Sample const&)> const& each) {
    auto const within = [&](Sample const& sample) {
        if (during.contains(sample.at)) each(sample);
    };
    each_chunk(reader, channel, during, [&](store::Row const& row) {
        unpack_chunk(row.integer(0), static_cast<int>(row.integer(1)), row.blob(2), within);
    });
    each_journaled(reader, channel, during, within);
}

Trace Series::trace(Channel channel, Interval during, int steps, CarriedSteps const& carried) {
    Steps found{during, steps};
    if (during.empty()) return found.take();
    auto const add = [&](Sample const& sample) {
        if (during.contains(sample.at) && is_good(sample))
            found.add(sample.at, sample.value + carried_at(carried, sample.at, sample.value));
    };
    return store_.read([&](store::Reader& reader) {
        each_chunk(reader, channel, during, [&](store::Row const& row) {
            auto const sum =
                found.hold_in_one(whole(row.integer(0))) ? summed(row, carried) : std::nullopt;
            if (!sum)
                unpack_chunk(row.integer(0), static_cast<int>(row.integer(1)), row.blob(2), add);
            else if (sum->good > 0)
                found.add(*sum);
        });
        each_journaled(reader, channel, during, add);
        return found.take();
    });
}

std::vector<Sample> Series::samples(Channel channel, Interval during) {
    auto found = all_samples(channel, during);
    std::erase_if(found, [](Sample const& sample) { return !is_good(sample); });
    return found;
}

std::vector<Sample> Series::all_samples(Channel channel, Interval during) {
    if (during.empty()) return {};
    return store_.read([&](store::Reader& reader) {
        std::vector<Sample> found;
        each_sample(reader, channel, during,
                    [&](Sample const& sample) { found.push_back(sample); });
        std::ranges::stable_sort(found, {}, &Sample::at);
        return found;
    });
}

Series::Around Series::around(Channel channel, Instant at, CarriedSteps const& carried) {
    auto const knot = [](store::Row const& row) { return Knot{row.at(0), row.integer(1)}; };
    return store_.read([&](store::Reader& reader) {
        Around found;
        found.before = reader.first("SELECT at, value FROM boundary_15m WHERE facility_id = $1 "
                                    "AND channel = $2 AND at <= $3 ORDER BY at DESC LIMIT 1",
                                    knot, facility_, channel, at);
        found.after = reader.first("SELECT at, value FROM boundary_15m WHERE facility_id = $1 "
                                   "AND channel = $2 AND at >= $3 ORDER BY at LIMIT 1",
                                   knot, facility_, channel, at);
        // Without a quarter of an hour on one side, the readings are at most an hour away.
        auto const hour = std::chrono::hours(1);
        Interval const near{found.before ? found.before->at : at - hour,
                            (found.after ? found.after->at : at + hour) + Duration{1}};
        each_sample(reader, channel, near, [&](Sample const& sample) {
            if (!is_good(sample)) return;
            Knot const here{sample.at, sample.value + carried_at(carried, sample.at, sample.value)};
            if (here.at <= at && (!found.before || here.at >= found.before->at))
                found.before = here;
            if (here.at >= at && (!found.after || here.at < found.after->at)) found.after = here;
        });
        return found;
    });
}

std::optional<Crossing> Series::boundary(Channel channel, Instant at) {
    return store_.read([&](store::Reader& reader) {
        return reader.first(
            "SELECT value, quality, method FROM boundary_15m "
            "WHERE facility_id = $1 AND channel = $2 AND at = $3",
            [&](store::Row const& row) {
                return Crossing{.channel = channel,
                                .at = at,
                                .value = row.integer(0),
                                .quality = quality_of(row.text(1)),
                                .method = row.text(2) == name_of(Method::read)
                                              ? Method::read
                                              : Method::interpolated};
            },
            facility_, channel, at);
    });
}

std::optional<Crossing> Series::nearest_read(Channel channel, Instant at) {
    auto const crossing = [&](store::Row const& row) {
        return Crossing{.channel = channel,
                        .at = row.at(0),
                        .value = row.integer(1),
                        .quality = quality_of(row.text(2)),
                        .method = Method::read};
    };
    return store_.read([&](store::Reader& reader) {
        auto const before = reader.first(
            "SELECT at, value, quality FROM boundary_15m WHERE facility_id = $1 AND channel = $2 "
            "AND at <= $3 AND method = 'read' ORDER BY at DESC LIMIT 1",
            crossing, facility_, channel, at);
        auto const after = reader.first(
            "SELECT at, value, quality FROM boundary_15m WHERE facility_id = $1 AND channel = $2 "
            "AND at > $3 AND method = 'read' ORDER BY at LIMIT 1",
            crossing, facility_, channel, at);
        if (before && after) return at - before->at <= after->at - at ? before : after;
        return before ? before : after;
    });
}

std::map<Channel, Knot> Series::last_boundaries() {
    return store_.read([&](store::Reader& reader) {
        std::map<Channel, Knot> found;
        // A seek a channel: the table holds years, and only its ends are wanted.
        auto after = reader.first(
            "SELECT MIN(channel) FROM boundary_15m WHERE facility_id = $1",
            [](store::Row const& row) { return row.maybe_integer(0); }, facility_);
        while (after && *after) {
            auto const channel = static_cast<Channel>(**after);
            reader.each(
                "SELECT at, value FROM (SELECT at, value FROM boundary_15m WHERE facility_id = $1 "
                "AND channel = $2 ORDER BY at DESC LIMIT 200) AS latest "
                "ORDER BY value DESC, at DESC LIMIT 1",
                [&](store::Row const& row) { found[channel] = {row.at(0), row.integer(1)}; },
                facility_, channel);
            after = reader.first(
                "SELECT MIN(channel) FROM boundary_15m "
                "WHERE facility_id = $1 AND channel > $2",
                [](store::Row const& row) { return row.maybe_integer(0); }, facility_, channel);
        }
        return found;
    });
}

std::map<Channel, Sample> Series::last_journaled() {
    std::map<Channel, Sample> found;
    each_journaled([&](Channel channel, Sample const& sample) { found[channel] = sample; });
    return found;
}

std::map<Channel, Sample> Series::furthest_journaled(std::map<Channel, Instant> const& since) {
    std::map<Channel, Sample> found;
    each_journaled([&](Channel channel, Sample const& sample) {
        auto const from = since.find(channel);
        if (from != since.end() && sample.at < from->second) return;
        auto const known = found.try_emplace(channel, sample).first;
        if (std::tie(known->second.value, known->second.at) < std::tie(sample.value, sample.at))
            known->second = sample;
    });
    return found;
}

void Series::each_journaled(std::function<void(Channel, Sample const&)> const& visit) {
    store_.read([&](store::Reader& reader) {
        reader.each(
            "SELECT hour, data FROM frame WHERE facility_id = $1 ORDER BY hour, number",
            [&](store::Row const& row) {
                unpack_frames(row.integer(0), row.blob(1), {}, [&](Reading const& reading) {
                    Sample const sample{reading.answered, reading.value, reading.quality};
                    if (is_good(sample)) visit(reading.channel, sample);
                });
            },
            facility_);
        return true;
    });
}

}  // namespace karkhana::metering

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/quantities.hpp"
#include "server/exports/paper.hpp"

/// What a job was, for whoever did it: at the machine on 80 mm paper, or in one message.
namespace karkhana::exports {

/// What went into one piece, or into all.
struct Spent {
    Money money;
    Energy energy;
    std::int64_t seconds = 0;

    bool operator==(Spent const&) const = default;
};
/// Each divided by the pieces, rounded half away from zero. Precondition: pieces > 0.
Spent each_of(Spent const& all, std::int64_t pieces);

/// START and STOP of one meter.
struct MeterPair {
    Energy start;
    Energy stop;
};

struct JobSlip {
    facility::Facility facility;
    Zone zone;
    std::string id;  ///< of the session
    Text machine;
    Text enterprise;  ///< empty: nobody's yet
    Interval during;
    std::vector<MeterPair> meters;
    Spent spent;
    bool priced = false;  ///< the money of `spent` is known
    std::optional<std::int64_t> pieces;
    std::string unit;      ///< pair, kg, piece, ...
    int earlier_jobs = 0;  ///< of the same enterprise on this machine, three at most
    Spent earlier;         ///< in all of them
    std::int64_t earlier_pieces = 0;

    std::optional<Spent> each() const;
    std::optional<Spent> earlier_each() const;
};

constexpr std::size_t longest_message = 160;
/// In at most 160 characters; the name of the machine is what gives way, and after it the
/// comparison.
std::string message_of(JobSlip const& slip, Language language);
/// As paper.
Printed paper_of(JobSlip const& slip);
/// As lines for a printer that knows text alone.
std::string lines_of(JobSlip const& slip, Language language);

}  // namespace karkhana::exports

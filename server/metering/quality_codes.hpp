#pragma once

#include <string_view>

#include "server/metering/session.hpp"

namespace karkhana::metering {

/// A quality in the words of others. `iec` is a reading quality of IEC 61968-9, system, category
/// and index; `espi` a QualityOfReading of Green Button (NAESB REQ.21).
struct QualityCodes {
    std::string_view iec;
    int espi = 0;

    bool operator==(QualityCodes const&) const = default;
};

/// Of a value and how it came to be. One that was believed and read has been validated: 3.0.0, 17.
QualityCodes codes_of(Quality quality, Method method);

}  // namespace karkhana::metering

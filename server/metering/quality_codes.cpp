#include "server/metering/quality_codes.hpp"

namespace karkhana::metering {

QualityCodes codes_of(Quality quality, Method method) {
    switch (quality) {
    case Quality::good:
        // A bound and what lies between two readings are derived, however good those were.
        if (method == Method::interpolated) return {"3.8.0", 9};
        if (method == Method::last_good || method == Method::first_good) return {"3.11.0", 11};
        if (method == Method::entered) return {"3.7.0", 7};
        return {"3.0.0", 17};
    case Quality::stale: return {"2.4.0", 16};
    case Quality::missing: return {"2.5.259", 16};
    case Quality::estimated:
        return method == Method::interpolated ? QualityCodes{"3.8.0", 9}
                                              : QualityCodes{"3.11.0", 11};
    case Quality::edited: return {"3.7.0", 7};
    case Quality::questionable: return {"3.10.0", 10};
    }
    return {"3.10.0", 10};
}

}  // namespace karkhana::metering

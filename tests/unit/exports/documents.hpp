#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "server/exports/job_slip.hpp"
#include "server/exports/paper.hpp"

namespace karkhana::exports {

struct Sample {
    std::string name;
    Printed document;

    friend void PrintTo(Sample const& sample, std::ostream* out) { *out << sample.name; }
};
JobSlip sample_slip();
/// One of every kind of document.
std::vector<Sample> sample_documents();

}  // namespace karkhana::exports

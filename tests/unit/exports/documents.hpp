#pragma once

#include <string>
#include <vector>

#include "server/exports/paper.hpp"

namespace karkhana::exports {

struct Sample {
    std::string name;
    Printed document;
};
/// One of every kind of document.
std::vector<Sample> sample_documents();

}  // namespace karkhana::exports

#include "tests/unit/exports/documents.hpp"

#include "server/exports/bill.hpp"
#include "tests/unit/exports/samples.hpp"

namespace karkhana::exports {
namespace {

Proof proof() {
    return {std::string(64, 'a'), std::string(64, 'b'),
            "https://karkhana.example.org/verify?f=bhairab&n=BHAIRAB/2026-27/000123"
            "&c=0123456789abcdef"};
}

}  // namespace

std::vector<Sample> sample_documents() {
    return {{"Bill", bill_of(sample_bill(3), proof())},
            {"SharedBill", bill_of(shared_bill(), proof())}};
}

}  // namespace karkhana::exports

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/billing/credits.hpp"
#include "server/billing/invoices.hpp"

/// The part of verify that holds credit notes against what they correct.
namespace karkhana::billing {

/// Looks at the notes one after the other, in the order of their numbers.
class CreditCheck {
public:
    CreditCheck(store::Reader& reader, FacilityId const& facility)
        : reader_(reader), facility_(facility) {}

    /// What is wrong with a note: its references, its rates, or its tax; empty when nothing is.
    std::string_view fault_of(Invoice const& note, InvoiceDocument const& document);
    /// In the end: of which lines more was given back than was ever billed of them.
    std::vector<std::string> too_much() const;

private:
    struct Bill {
        Invoice invoice;
        InvoiceDocument document;
        GivenOf given;
    };
    Bill* bill_of(std::optional<InvoiceId> const& id);

    store::Reader& reader_;
    FacilityId facility_;
    std::map<InvoiceId, Bill> bills_;
};

}  // namespace karkhana::billing

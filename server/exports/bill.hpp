#pragma once

#include "server/exports/billed.hpp"
#include "server/exports/tax_forms.hpp"

namespace karkhana::exports {

/// A bill or a credit note of who collects no value added tax.
Printed plain_bill(Billed const& billed);

/// An issued document in the layout that its tax regime asks for.
Printed bill_of(billing::InvoiceDocument const& document, Proof const& proof,
                Columns columns = Columns::eleven);

}  // namespace karkhana::exports

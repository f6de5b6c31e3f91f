#pragma once

#include "server/billing/document.hpp"

namespace karkhana::exports {

/// A bill of one session with every kind of line, the first register read, the second estimated.
billing::InvoiceDocument sample_bill();
/// One whose machine has two meters, the first of which it shares with another machine.
billing::InvoiceDocument shared_bill();
/// The same with so many sessions.
billing::InvoiceDocument sample_bill(int sessions);

}  // namespace karkhana::exports

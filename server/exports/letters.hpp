#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/quantities.hpp"
#include "server/booking/pricing.hpp"
#include "server/exports/paper.hpp"

/// What a facility writes to an enterprise beside its issued documents. Each is told from plain
/// values; who reads them is in letters_records.
namespace karkhana::exports {

/// Who writes to whom.
struct Parties {
    facility::Facility from;
    Text to;
    std::string place;  ///< may be empty
    Zone zone;
};

struct Receipt {
    std::string number;
    Instant at;
    Money amount;
    Text method;
    std::string reference;  ///< may be empty
    std::string invoice;    ///< the numbers of the bills it pays; empty: none
    bool taken_back = false;
};
Printed receipt_of(Parties const& parties, Receipt const& receipt);

struct Movement {
    Instant at;
    Text what;
    std::string document;
    Money amount;  ///< positive: owed, negative: paid or credited
};
struct Statement {
    std::string period;  ///< "2026-11"
    Instant end;         ///< of it
    Money opening;
    std::vector<Movement> movements;
};
/// What was owed, what came and went, what is owed.
Printed statement_of(Parties const& parties, Statement const& statement);

struct OpenBill {
    std::string number;  ///< empty: an opening balance
    Instant issued_at;
    Money total;
    Money paid;
};
/// Asks for what is due.
Printed reminder_of(Parties const& parties, std::vector<OpenBill> const& bills, Instant now);

struct Quotation {
    std::string number;
    Instant made;
    Text machine;
    Interval during;
    std::string piece_unit;
    std::vector<booking::PriceTerm> terms;
    Money price;
};
/// What a booking is expected to cost: no bill.
Printed quotation_of(Parties const& parties, Quotation const& quotation);

}  // namespace karkhana::exports

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/quantities.hpp"
#include "server/billing/document.hpp"
#include "server/exports/paper.hpp"

/// An issued document told in words, whatever layout it is printed in.
namespace karkhana::exports {

/// What stands on an issued document beside what was issued.
struct Proof {
    std::string hash;
    std::string previous_hash;  ///< empty for the first of a series
    std::string address;        ///< where anybody may check it
    std::string trail{};        ///< number and hash of the audit trail's line that tells of it
};

struct BilledParty {
    Text name;
    std::string bin;  ///< of who is registered; may be empty
    Text address;     ///< may be empty
};

struct BilledLine {
    Text section;  ///< of the first line of a session: machine and time
    Text what;
    Text unit;
    Text count;     ///< "2.800", to go with the unit; as the quantity where that is no one number
    Text quantity;  ///< "2.800 kWh"
    Text price;     ///< of a unit, without tax; may be empty
    Text brief;     ///< "2.800 kWh × 14.00"; may be empty
    Money net;
    std::int64_t rate_e4 = 0;  ///< of its tax: 1500 is 15 %
    Money tax;
    std::vector<Text> details;  ///< what the line rests on
};

/// What a credit note takes back. Its amounts are positive.
struct Credit {
    std::string invoice;
    Instant invoice_issued_at;
    Text reason;
};

struct Billed {
    std::string number;
    Instant issued_at;
    Zone zone;
    BilledParty seller;
    BilledParty buyer;
    Text period;
    std::vector<BilledLine> lines;
    Money net;
    Money tax;
    Money total;
    std::optional<Credit> credit;
    std::vector<Text> notes;
    Proof proof;
};

/// The document as it was issued, and nothing of today: printed years later it is the same.
/// Precondition: its time zone is known.
Billed billed_of(billing::InvoiceDocument const& document, Proof const& proof);

/// "1 December 2026, 09:05:07"
Text issued_text(Instant at, Zone const& zone);
Text amount_of(Money money);
Text in_words(Money money);
/// The hash, what it follows, and that the code may be scanned.
std::vector<Text> proof_notes(Proof const& proof);
/// The rows of a line whose cells a layout has made: its section before it, its details after it.
void add_rows(Printed& paper, BilledLine const& line, std::vector<Text> cells);

}  // namespace karkhana::exports

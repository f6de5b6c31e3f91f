#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/billing/rating.hpp"
#include "server/facility/rules.hpp"
#include "server/metering/session.hpp"

/// An invoice as it was issued. It holds all that a reader of the paper sees, so that a name, a
/// price or a meter that changes later changes nothing that was issued before.
namespace karkhana::billing {

struct IssuedRegister {
    metering::Edge edge = metering::Edge::start;
    Instant at;
    Energy value;
    std::string words;  ///< raw, in hexadecimal; empty when derived
    std::string meter;  ///< serial number, or the device's name
    Quality quality = Quality::good;
    metering::Method method = metering::Method::read;
    /// What of the energy since the register before is the session's; empty: all of it.
    std::optional<metering::Share> share = {};

    bool operator==(IssuedRegister const&) const = default;
};

struct IssuedSession {
    SessionId id;
    facility::Name machine;
    std::string piece_unit;
    Interval during;
    /// START and STOP of each meter, none without one; where a part was shared out, every register
    /// of that meter, so that the parts add up.
    std::vector<IssuedRegister> registers;

    bool operator==(IssuedSession const&) const = default;
};

struct IssuedRates {
    RateCardId id;
    std::string name;
    int version = 1;

    bool operator==(IssuedRates const&) const = default;
};

struct IssuedLine {
    int line = 0;
    SessionId session;
    RateCardId rate_card;
    Term term;
};

struct Seller {
    FacilityId id;
    facility::Name name;
    facility::Name address;
    std::string zone;
};

struct Buyer {
    EnterpriseId id;
    facility::Name name;
    std::string place;
};

struct InvoiceDocument {
    std::string number;
    Instant issued_at;
    std::string period;
    Seller seller;
    Buyer buyer;
    std::vector<IssuedRates> rate_cards;  ///< those of the lines
    std::vector<IssuedSession> sessions;  ///< in the order of their lines
    std::vector<IssuedLine> lines;
    Money total;
};

/// The registers of a session that a bill tells of.
std::vector<metering::Register> told_registers(metering::UsageSession const& session);

/// The text that the hash is taken of: fixed order of fields, integers only.
std::string canonical_text(InvoiceDocument const& document);
/// The other way round. Errors: `bad_document` when the text is not exactly what canonical_text
/// makes of the document in it.
Result<InvoiceDocument> read_document(std::string_view canonical);

/// SHA-256 of the previous hash, a line feed, and the canonical text.
std::string chain_hash(std::string_view previous_hash, std::string_view canonical);

}  // namespace karkhana::billing

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/billing/items.hpp"
#include "server/billing/rating.hpp"
#include "server/billing/tax.hpp"
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

    bool operator==(IssuedLine const&) const = default;
};

/// Which issued line another corrects.
struct IssuedReference {
    std::string number;
    Instant issued_at;
    int line = 0;  ///< 0: the whole invoice

    bool operator==(IssuedReference const&) const = default;
};

/// A line that no metered session stands behind.
struct IssuedItem {
    int line = 0;
    ItemId id;
    std::string source;
    std::string source_id;
    Instant happened_at;
    Label label;
    std::int64_t quantity = 1;
    std::string unit;
    std::int64_t per = 1;
    Rate price;
    Money amount;  ///< of a credit note what is given back, more than nothing
    std::string income;
    std::string sector;
    Money subsidy;
    std::string note;
    std::optional<IssuedReference> refers;

    bool operator==(IssuedItem const&) const = default;
};

/// How the bill was taxed, and the tax of each line in the order of the lines.
struct IssuedTax {
    Regime regime = Regime::none;
    TaxRounding rounding = TaxRounding::line;
    bool inclusive = false;
    std::string bin;
    std::vector<LineTax> lines;  ///< empty where the regime has no tax

    bool operator==(IssuedTax const&) const = default;
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
    std::string bin = {};  ///< empty: none is known
};

enum class DocumentKind { invoice, credit_note };
std::string_view name_of(DocumentKind kind);

struct InvoiceDocument {
    DocumentKind kind = DocumentKind::invoice;
    std::string number;
    Instant issued_at;
    std::string period;
    Seller seller;
    Buyer buyer;
    std::vector<IssuedRates> rate_cards;  ///< those of the lines
    std::vector<IssuedSession> sessions;  ///< in the order of their lines
    std::vector<IssuedLine> lines;
    std::vector<IssuedItem> items;  ///< after the lines, numbered on
    IssuedTax tax;
    std::optional<IssuedReference> refers_to;  ///< of a credit note
    std::string reason;                        ///< of a credit note
    Money total;                               ///< to be paid, the tax in it

    Money tax_total() const;
};

/// By which code a term of a rate card is taxed.
std::string tax_code_of(Term const& term);
/// What a document earned by account, without its tax; sums to total minus tax.
std::map<std::string, Money> income_by_account(InvoiceDocument const& document);

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

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/document.hpp"
#include "server/store/store.hpp"

/// A bill or a credit note as every trade knows it, for programs that know nothing of sessions.
namespace karkhana::exports {

/// What a tax is called by the code list that EN 16931 takes (UNCL 5305).
enum class TaxCategory { outside_scope, standard, exempt };

struct TradeLine {
    int line = 0;
    facility::Name name;  ///< machine and service
    /// `quantity` / `per` units, of which one costs `price`: their product is `net`, rounded once.
    /// What is no such product is one unit of that price.
    std::int64_t quantity = 1;
    std::int64_t per = 1;
    std::string unit = "C62";  ///< of UN/ECE Recommendation 20: KWH, MIN, HUR, C62 (one)
    Rate price;                ///< never negative: what is taken off is a negative quantity
    Money net;
    std::string income;  ///< the account of the ledger: "income:electricity"
    TaxCategory category = TaxCategory::outside_scope;
    std::int64_t tax_rate_e4 = 0;  ///< 10^-4 of the net: 15 % is 1'500
    Money tax;
};

struct TradeParty {
    std::string id;
    facility::Name name;
    std::string street;
    std::string tax_id;  ///< with "BD" in front; empty: none
};

struct TradeDocument {
    bool credit_note = false;
    std::string number;
    std::string refers_to;  ///< of a credit note: the number of the bill
    std::chrono::local_days issued;
    std::string period;  ///< "2026-11"
    std::string note;    ///< why it was issued; may be empty
    TradeParty seller, buyer;
    std::vector<TradeLine> lines;
    Money net, tax;  ///< the lines add up to these
    Money rounding;  ///< of what is to be paid
    Money payable;   ///< net + tax + rounding
};

TradeDocument trade_document(billing::InvoiceDocument const& document);

/// Every final document of a month of use, by number; one query.
std::vector<TradeDocument> trade_documents(store::Reader& reader, FacilityId const& facility,
                                           std::string const& period);

/// A price per unit in taka with as many decimals as it has, at least two: "10.7614".
std::string price_decimal(Rate price);
/// quantity / per with up to six decimals: "2.8", "16.666667".
std::string quantity_decimal(TradeLine const& line);
/// 1500 as "15", 750 as "7.5".
std::string percent_decimal(std::int64_t rate_e4);

/// UBL 2.1 by the rules of EN 16931.
std::string ubl_xml(TradeDocument const& document);

}  // namespace karkhana::exports

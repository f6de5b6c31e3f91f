#pragma once

#include <map>
#include <vector>

#include "server/billing/document.hpp"
#include "server/billing/items.hpp"
#include "server/store/store.hpp"

/// What credit notes give back of the lines of an issued bill.
namespace karkhana::billing {

struct Given {
    Money amount;  ///< before its tax, as its line
    Money tax;
};
using GivenOf = std::map<int, Given>;  ///< by line of the bill

/// Adds what a note gives back.
void add_given(GivenOf& given, InvoiceDocument const& note);
/// By all final notes of a bill.
GivenOf given_back(store::Reader& reader, FacilityId const& facility, InvoiceId const& bill);
struct IssuedText {
    std::string canonical;
    std::string previous_hash;
    std::string hash;
};
/// Of a final bill or note.
std::optional<IssuedText> issued_text(store::Reader& reader, FacilityId const& facility,
                                      InvoiceId const& id);
/// Of these notes, in the order of their numbers.
std::vector<IssuedText> notes_of(store::Reader& reader, FacilityId const& facility,
                                 InvoiceId const& bill);

/// So much of a line of the bill.
struct Part {
    int line = 0;
    Money amount;
};
std::vector<Part> parts_of(std::vector<Item> const& items);
/// The tax that a note gives back with these parts, after what was given before: each at the rate
/// that its line was issued with; empty where the bill had no tax.
/// Precondition: every part is of a line of the bill.
std::vector<LineTax> credit_taxes(InvoiceDocument const& bill, GivenOf given,
                                  std::vector<Part> const& parts);
/// How a note with these items is taxed: as its bill was, with the lines of the note.
/// Errors: `bad_document`.
Result<IssuedTax> tax_of_note(store::Reader& reader, FacilityId const& facility,
                              InvoiceId const& bill, std::vector<Item> const& items);

}  // namespace karkhana::billing

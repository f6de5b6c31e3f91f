#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/people/rules.hpp"
#include "server/people/rules_alike.hpp"
#include "server/store/store.hpp"

/// By what an ME is known at the desk: telephone numbers and cards.
namespace karkhana::people {

using CardId = Id<struct EnterpriseCardTag>;

struct Phone {
    std::string number;
    std::string label;  ///< whose or which it is, in the ME's words
};

struct Card {
    CardId id;
    Instant issued_at;
    std::optional<Instant> revoked_at;
};

/// The four digits in either script. Errors: `bad_last4`.
Result<std::string> last_four(std::string_view typed);
/// The hash that a card's number is kept as; letters, digits and dashes in any case and grouping,
/// 4 to 64 of them. A facility's hashes say nothing to another. Errors: `bad_card`.
Result<std::string> card_hash(FacilityId const& facility, std::string_view number);

std::vector<Phone> phones_of(store::Reader& reader, FacilityId const& facility,
                             EnterpriseId const& enterprise);
/// False when the ME has the number already. `number` as normal_phone writes it.
bool add_phone(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
               Phone const& phone, Instant now);
/// False when the ME has no such number. When it was the first one, the next takes its place.
bool remove_phone(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
                  std::string_view number);
/// What the ME is found by is made anew from its names, numbers and place.
void refresh_search_key(store::Writer& writer, FacilityId const& facility,
                        EnterpriseId const& enterprise);

/// Newest first, with the revoked ones.
std::vector<Card> cards_of(store::Reader& reader, FacilityId const& facility,
                           EnterpriseId const& enterprise);
/// Throws ConstraintViolated{unique} when the card is in use.
void issue_card(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
                CardId const& card, std::string_view hash, PersonId const& by, Instant now);
/// False when the ME has no such card in use.
bool revoke_card(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
                 CardId const& card, Instant now);

/// By what rules the ME books.
struct Membership {
    std::string level = "member";
    std::optional<Instant> until;  ///< it books nothing that ends later

    bool operator==(Membership const&) const = default;
};
/// Error: `unknown_membership`.
Result<std::string> valid_membership(std::string level);
/// Precondition: there is such an ME.
Membership membership_of(store::Reader& reader, FacilityId const& facility,
                         EnterpriseId const& enterprise);
/// `level` is a valid one.
void set_membership(store::Writer& writer, FacilityId const& facility,
                    EnterpriseId const& enterprise, Membership const& membership);

/// The number by which an ME is registered for VAT or tax: 13 digits as it is printed, nine, a
/// hyphen and four; of 9, 11 or 12, as older ones and those of income tax have, the digits alone;
/// empty for none. Errors: `bad_bin`.
Result<std::string> valid_bin(std::string_view typed);
std::string bin_of(store::Reader& reader, FacilityId const& facility,
                   EnterpriseId const& enterprise);
/// `bin` is a valid one.
void set_bin(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
             std::string_view bin);

/// By name, without those that were merged into another, at most `limit`.
std::vector<Enterprise> enterprises_by_last4(store::Reader& reader, FacilityId const& facility,
                                             std::string_view last4, int limit);
/// Whose card it is, as long as it is in use.
std::vector<Enterprise> enterprises_by_card(store::Reader& reader, FacilityId const& facility,
                                            std::string_view hash, int limit);
/// What all that were not merged into another are compared by; three queries.
std::vector<Known> all_known(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::people

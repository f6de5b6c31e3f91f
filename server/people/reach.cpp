#include "server/people/reach.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "server/base/digest.hpp"
#include "server/base/text.hpp"
#include "server/people/records.hpp"

namespace karkhana::people {
namespace {

Phone phone_of(store::Row const& row) { return {row.text(0), row.text(1)}; }

}  // namespace

Result<std::string> last_four(std::string_view typed) {
    auto digits = ascii_digits(typed);
    bool const four = digits.size() == 4 &&
                      std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!four)
        return refuse(ErrorKind::invalid, "bad_last4", "The last four digits of a number.",
                      "/last4");
    return digits;
}

Result<std::string> card_hash(FacilityId const& facility, std::string_view number) {
    std::string plain;
    for (char const c : ascii_digits(number)) {
        if (c == ' ') continue;
        plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    bool const shaped =
        plain.size() >= 4 && plain.size() <= 64 && std::ranges::all_of(plain, [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        });
    if (!shaped)
        return refuse(ErrorKind::invalid, "bad_card", "4 to 64 letters and digits.", "/number");
    return sha256_hex(facility.text() + ":" + plain);
}

std::vector<Phone> phones_of(store::Reader& reader, FacilityId const& facility,
                             EnterpriseId const& enterprise) {
    return reader.all("SELECT phone, label FROM enterprise_phone WHERE facility_id = $1 "
                      "AND enterprise_id = $2 ORDER BY added_at, phone",
                      phone_of, facility, enterprise);
}

void refresh_search_key(store::Writer& writer, FacilityId const& facility,
                        EnterpriseId const& enterprise) {
    auto const found = find_enterprise(writer, facility, enterprise).value();
    auto key = search_key(found);
    auto const known_as =
        writer
            .first(
                "SELECT known_as FROM enterprise WHERE facility_id = $1 "
                "AND enterprise_id = $2",
                [](store::Row const& row) { return row.text(0); }, facility, enterprise)
            .value();
    if (!known_as.empty()) key += "\n" + search_words(known_as);
    for (auto const& phone : phones_of(writer, facility, enterprise))
        if (phone.number != found.phone) key += "\n" + phone.number;
    writer.execute("UPDATE enterprise SET search_key = $3 WHERE facility_id = $1 "
                   "AND enterprise_id = $2",
                   facility, enterprise, key);
}

bool add_phone(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
               Phone const& phone, Instant now) {
    auto const added = writer.execute(
        "INSERT INTO enterprise_phone (facility_id, enterprise_id, phone, label, added_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        facility, enterprise, phone.number, phone.label, now);
    if (added == 0) return false;
    writer.execute("UPDATE enterprise SET phone = $3 WHERE facility_id = $1 "
                   "AND enterprise_id = $2 AND phone IS NULL",
                   facility, enterprise, phone.number);
    refresh_search_key(writer, facility, enterprise);
    return true;
}

bool remove_phone(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
                  std::string_view number) {
    auto const removed = writer.execute("DELETE FROM enterprise_phone WHERE facility_id = $1 "
                                        "AND enterprise_id = $2 AND phone = $3",
                                        facility, enterprise, number);
    if (removed == 0) return false;
    writer.execute("UPDATE enterprise SET phone = (SELECT p.phone FROM enterprise_phone p "
                   "WHERE p.facility_id = $1 AND p.enterprise_id = $2 "
                   "ORDER BY p.added_at, p.phone LIMIT 1) "
                   "WHERE facility_id = $1 AND enterprise_id = $2 AND phone = $3",
                   facility, enterprise, number);
    refresh_search_key(writer, facility, enterprise);
    return true;
}

std::vector<Card> cards_of(store::Reader& reader, FacilityId const& facility,
                           EnterpriseId const& enterprise) {
    return reader.all(
        "SELECT card_id, issued_at, revoked_at FROM enterprise_card "
        "WHERE facility_id = $1 AND enterprise_id = $2 ORDER BY issued_at DESC, card_id",
        [](store::Row const& row) { return Card{row.id<CardId>(0), row.at(1), row.maybe_at(2)}; },
        facility, enterprise);
}

void issue_card(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
                CardId const& card, std::string_view hash, PersonId const& by, Instant now) {
    writer.execute("INSERT INTO enterprise_card (facility_id, card_id, card_hash, enterprise_id, "
                   "issued_at, issued_by) VALUES ($1, $2, $3, $4, $5, $6)",
                   facility, card, hash, enterprise, now, by);
}

bool revoke_card(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
                 CardId const& card, Instant now) {
    return writer.execute("UPDATE enterprise_card SET revoked_at = $4 WHERE facility_id = $1 "
                          "AND enterprise_id = $2 AND card_id = $3 AND revoked_at IS NULL",
                          facility, enterprise, card, now) == 1;
}

Result<std::string> valid_bin(std::string_view typed) {
    constexpr std::array lengths{0, 9, 11, 12, 13};
    auto digits = ascii_digits(typed);
    std::erase_if(digits, [](char c) { return c == '-' || c == ' '; });
    bool const number = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!number || std::ranges::find(lengths, std::ssize(digits)) == lengths.end())
        return refuse(ErrorKind::invalid, "bad_bin", "13 digits; older ones 9 or 11, a TIN 12.",
                      "/bin");
    if (digits.size() == 13) digits.insert(9, "-");
    return digits;
}

std::string bin_of(store::Reader& reader, FacilityId const& facility,
                   EnterpriseId const& enterprise) {
    return reader
        .first(
            "SELECT bin FROM enterprise WHERE facility_id = $1 AND enterprise_id = $2",
            [](store::Row const& row) { return row.text(0); }, facility, enterprise)
        .value_or("");
}

void set_bin(store::Writer& writer, FacilityId const& facility, EnterpriseId const& enterprise,
             std::string_view bin) {
    writer.execute("UPDATE enterprise SET bin = $3 WHERE facility_id = $1 AND enterprise_id = $2",
                   facility, enterprise, bin);
}

Result<std::string> valid_membership(std::string level) {
    constexpr std::array levels{"member", "non_member", "concession", "priority"};
    if (std::ranges::find(levels, level) == levels.end())
        return refuse(ErrorKind::invalid, "unknown_membership",
                      "member, non_member, concession or priority.", "/membership");
    return level;
}

Membership membership_of(store::Reader& reader, FacilityId const& facility,
                         EnterpriseId const& enterprise) {
    return reader
        .first(
            "SELECT membership, member_until FROM enterprise WHERE facility_id = $1 "
            "AND enterprise_id = $2",
            [](store::Row const& row) { return Membership{row.text(0), row.maybe_at(1)}; },
            facility, enterprise)
        .value();
}

void set_membership(store::Writer& writer, FacilityId const& facility,
                    EnterpriseId const& enterprise, Membership const& membership) {
    writer.execute("UPDATE enterprise SET membership = $3, member_until = $4 "
                   "WHERE facility_id = $1 AND enterprise_id = $2",
                   facility, enterprise, membership.level, membership.until);
}

std::vector<Known> all_known(store::Reader& reader, FacilityId const& facility) {
    std::vector<Known> all;
    std::map<EnterpriseId, std::size_t> place;
    reader.each(
        "SELECT enterprise_id, name_en, name_bn FROM enterprise WHERE facility_id = $1 "
        "AND merged_into IS NULL ORDER BY search_key, enterprise_id",
        [&](store::Row const& row) {
            place.emplace(row.id<EnterpriseId>(0), all.size());
            all.push_back({row.id<EnterpriseId>(0), {row.text(1), row.text(2)}, {}, {}});
        },
        facility);
    auto const add_to = [&](std::vector<std::string> Known::* list) {
        return [&all, &place, list](store::Row const& row) {
            auto const found = place.find(row.id<EnterpriseId>(0));
            if (found != place.end()) (all[found->second].*list).push_back(row.text(1));
        };
    };
    reader.each("SELECT enterprise_id, phone FROM enterprise_phone WHERE facility_id = $1",
                add_to(&Known::phones), facility);
    reader.each("SELECT enterprise_id, card_hash FROM enterprise_card WHERE facility_id = $1",
                add_to(&Known::cards), facility);
    return all;
}

}  // namespace karkhana::people

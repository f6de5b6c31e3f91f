#include "server/people/second_factor.hpp"

#include <algorithm>
#include <array>

#include "server/base/text.hpp"
#include "server/people/first_people.hpp"
#include "server/people/seal.hpp"
#include "server/people/totp.hpp"

namespace karkhana::people {
namespace {

constexpr int kRecoveryCodes = 10;
constexpr std::size_t kSecretBytes = 20;  // RFC 4226 4: as long as the hash

std::string whose_factor(FacilityId const& facility, PersonId const& person) {
    return facility.text() + "/" + person.text();
}

/// Codes are read off paper: blanks, dashes and capitals do not count.
std::string typed_code(std::string_view text) {
    std::string out;
    for (char const c : ascii_digits(text)) {
        if (c == ' ' || c == '-') continue;
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

std::vector<std::string> make_recovery_codes(Services const& services, store::Writer& writer,
                                             FacilityId const& facility, PersonId const& person) {
    std::vector<std::string> codes;
    for (int i = 0; i < kRecoveryCodes; ++i) {
        codes.push_back(readable_password(services.secrets));
        writer.execute(
            "INSERT INTO recovery_code (facility_id, person_id, code_hash) VALUES ($1, $2, $3)",
            facility, person,
            keyed_hash(services.key, whose_factor(facility, person), codes.back()));
    }
    return codes;
}

bool take_step(Services const& services, store::Writer& writer, FacilityId const& facility,
               PersonId const& person, SecondFactor const& factor, std::string_view code) {
    auto const secret = unseal(services.key, whose_factor(facility, person), factor.sealed);
    if (!secret) return false;
    auto const step = matching_step(*secret, code, services.real_clock.now(), factor.last_step);
    // Of two who come with one code at the same moment, the second finds it taken.
    return step && writer.execute("UPDATE second_factor SET last_step = $3 "
                                  "WHERE facility_id = $1 AND person_id = $2 AND last_step < $3",
                                  facility, person, static_cast<std::int64_t>(*step)) == 1;
}

}  // namespace

std::optional<SecondFactor> find_second_factor(store::Reader& reader, FacilityId const& facility,
                                               PersonId const& person) {
    return reader.first(
        "SELECT sealed, confirmed_at, last_step FROM second_factor "
        "WHERE facility_id = $1 AND person_id = $2",
        [](store::Row const& row) {
            return SecondFactor{row.text(0), !row.is_null(1),
                                static_cast<std::uint64_t>(row.integer(2))};
        },
        facility, person);
}

Result<std::string> begin_second_factor(Services const& services, store::Writer& writer,
                                        FacilityId const& facility, PersonId const& person) {
    auto const known = find_second_factor(writer, facility, person);
    if (known && known->confirmed)
        return refuse(ErrorKind::conflict, "has_second_factor", "Remove the one that there is.");
    std::array<std::uint8_t, kSecretBytes> bytes{};
    services.secrets.fill(bytes);
    std::string secret(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    remove_second_factor(writer, facility, person);
    writer.execute("INSERT INTO second_factor (facility_id, person_id, sealed, last_step) "
                   "VALUES ($1, $2, $3, 0)",
                   facility, person,
                   seal(services.key, whose_factor(facility, person), secret, services.secrets));
    return secret;
}

Result<std::vector<std::string>> confirm_second_factor(Services const& services,
                                                       store::Writer& writer,
                                                       FacilityId const& facility,
                                                       PersonId const& person,
                                                       std::string_view code) {
    auto const known = find_second_factor(writer, facility, person);
    if (!known) return refuse(ErrorKind::conflict, "no_second_factor", "Begin with a new one.");
    if (known->confirmed)
        return refuse(ErrorKind::conflict, "has_second_factor", "Remove the one that there is.");
    if (!take_step(services, writer, facility, person, *known, typed_code(code)))
        return refuse(ErrorKind::invalid, "bad_code", "Not what the authenticator shows now.",
                      "/code");
    writer.execute("UPDATE second_factor SET confirmed_at = $3 "
                   "WHERE facility_id = $1 AND person_id = $2",
                   facility, person, services.real_clock.now());
    return make_recovery_codes(services, writer, facility, person);
}

bool take_code(Services const& services, store::Writer& writer, FacilityId const& facility,
               PersonId const& person, std::string_view code) {
    auto const known = find_second_factor(writer, facility, person);
    if (!known || !known->confirmed) return false;
    auto const typed = typed_code(code);
    if (typed.size() == 6) return take_step(services, writer, facility, person, *known, typed);
    return writer.execute("DELETE FROM recovery_code "
                          "WHERE facility_id = $1 AND person_id = $2 AND code_hash = $3",
                          facility, person,
                          keyed_hash(services.key, whose_factor(facility, person), typed)) == 1;
}

void remove_second_factor(store::Writer& writer, FacilityId const& facility,
                          PersonId const& person) {
    for (auto const* const sql :
         {"DELETE FROM second_factor WHERE facility_id = $1 AND person_id = $2",
          "DELETE FROM recovery_code WHERE facility_id = $1 AND person_id = $2"})
        writer.execute(sql, facility, person);
}

std::int64_t recovery_codes_left(store::Reader& reader, FacilityId const& facility,
                                 PersonId const& person) {
    return reader
        .first(
            "SELECT count(*) FROM recovery_code WHERE facility_id = $1 AND person_id = $2",
            [](store::Row const& row) { return row.integer(0); }, facility, person)
        .value();
}

}  // namespace karkhana::people

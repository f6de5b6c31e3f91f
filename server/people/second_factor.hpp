#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/people/services.hpp"

namespace karkhana::people {

/// The authenticator of a person, and ten codes for the day it is lost.
struct SecondFactor {
    std::string sealed;
    bool confirmed = false;
    std::uint64_t last_step = 0;
};

std::optional<SecondFactor> find_second_factor(store::Reader& reader, FacilityId const& facility,
                                               PersonId const& person);
/// A new secret that counts once it is confirmed; one that was never confirmed goes. Returns its
/// bytes. Errors: `has_second_factor`.
Result<std::string> begin_second_factor(Services const& services, store::Writer& writer,
                                        FacilityId const& facility, PersonId const& person);
/// Takes the first code, and makes recovery codes, which are kept as hashes and shown once.
/// Errors: `bad_code`, `no_second_factor`, `has_second_factor`.
Result<std::vector<std::string>> confirm_second_factor(Services const& services,
                                                       store::Writer& writer,
                                                       FacilityId const& facility,
                                                       PersonId const& person,
                                                       std::string_view code);
/// A code of the authenticator, never taken twice, or a recovery code, which is spent.
bool take_code(Services const& services, store::Writer& writer, FacilityId const& facility,
               PersonId const& person, std::string_view code);
void remove_second_factor(store::Writer& writer, FacilityId const& facility,
                          PersonId const& person);
std::int64_t recovery_codes_left(store::Reader& reader, FacilityId const& facility,
                                 PersonId const& person);

}  // namespace karkhana::people

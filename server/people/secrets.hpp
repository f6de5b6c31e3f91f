#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/store/store.hpp"

namespace karkhana::people {

/// A password that was handed over is good for choosing an own one, for so long: a new person's
/// first one, and one that was set anew for somebody who waits for it.
constexpr std::chrono::hours first_password_lasts{7 * 24};
constexpr std::chrono::hours new_password_lasts{24};

/// Argon2id in its standard text form.
std::string password_hash_of(store::Reader& reader, FacilityId const& facility,
                             PersonId const& person);
void set_one_time(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  Instant until);
/// Everything that lets somebody in besides the password: sessions, tokens, second factor.
void shut_out(store::Writer& writer, FacilityId const& facility, PersonId const& person);

}  // namespace karkhana::people

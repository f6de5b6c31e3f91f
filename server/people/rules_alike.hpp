#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/people/rules.hpp"

/// Which records may be one ME that was written down twice. A suggestion: people decide.
namespace karkhana::people {

/// What a record is compared by.
struct Known {
    EnterpriseId id;
    Name name;
    std::vector<std::string> phones;  ///< as normal_phone writes them
    std::vector<std::string> cards;   ///< hashes of the numbers, of revoked ones too
};

/// The strongest first.
enum class Likeness { phone, card, name };
std::string_view name_of(Likeness likeness);

struct Alike {
    EnterpriseId id;
    std::vector<Likeness> why;  ///< at least one

    bool operator==(Alike const&) const = default;
};

/// A name as it sounds, without what people leave out: titles (Md., M/S, মোঃ, মেসার্স), spaces and
/// signs, doubled letters, and the letters that one hears alike in Bengali (ি ী, ু ূ, ন ণ, শ ষ স,
/// জ য) or writes alike in Latin (ph f, v b, z j, ee i, oo u, h after a consonant).
std::string sounding_name(std::string_view name);

/// Whether two names may be one: they sound the same in either script, or but for one letter in
/// six or more.
bool names_alike(Name const& one, Name const& other);

/// Those of `others` that may be `one`, those with the strongest and most reasons first.
std::vector<Alike> alike(Known const& one, std::vector<Known> const& others);

}  // namespace karkhana::people

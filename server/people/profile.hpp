#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/http/json.hpp"
#include "server/people/rules.hpp"
#include "server/store/store.hpp"

/// What is written down of an ME besides its name, numbers and cards. Nothing of it is needed to
/// register one: no e-mail, no identity card, no telephone of its own.
namespace karkhana::people {

struct Partner {
    PartnerId id;
    Name name;
};

struct Profile {
    Name name;
    std::string known_as;
    std::optional<std::string> place{};  ///< village, ward or mahalla
    std::string upazila;
    std::string district;
    std::optional<std::string> sector{};  ///< slug of the list of sub-sectors
    std::optional<PartnerId> partner{};
    std::optional<bool> formal{};  ///< empty: nobody has asked
    std::string trade_licence;
    bool shares_data = false;  ///< what is known of it alone may leave in a report

    bool operator==(Profile const&) const = default;
};

/// Errors: those of facility::complete and facility::plain_text, `unknown_subsector`,
/// `licence_of_informal`.
Result<Profile> valid_profile(Profile profile);

/// The fields of a body that are there take the place of those of `profile`.
Profile read_profile(http::JsonBody& body, Profile profile);
/// What the page of an ME says of it besides.
void show_profile(boost::json::object& out, Profile const& profile);

/// Women own at least 51 of 100, or at least 20 while a woman runs the business from day to day.
bool is_women_led(int women_share, bool woman_manages);

struct Attestation {
    int women_share = 0;  ///< of 100
    bool woman_manages = false;
    std::string evidence;  ///< what was looked at
    PersonId by;
    Instant at;
};

/// With the version of the record. Precondition: there is such an ME.
std::pair<Profile, std::int64_t> profile_of(store::Reader& reader, FacilityId const& facility,
                                            EnterpriseId const& id);
/// False when the version is another by now.
bool save_profile(store::Writer& writer, FacilityId const& facility, EnterpriseId const& id,
                  Profile const& profile, std::int64_t version);

/// Newest first.
std::vector<Attestation> attestations_of(store::Reader& reader, FacilityId const& facility,
                                         EnterpriseId const& id);
/// What it says is what the ME counts as from now on.
void attest(store::Writer& writer, IdSource& ids, FacilityId const& facility,
            EnterpriseId const& id, Attestation const& attestation);

/// By name.
std::vector<Partner> list_partners(store::Reader& reader, FacilityId const& facility);
bool is_partner(store::Reader& reader, FacilityId const& facility, PartnerId const& id);
/// Throws ConstraintViolated{unique}.
void insert_partner(store::Writer& writer, FacilityId const& facility, Partner const& partner,
                    Instant now);

}  // namespace karkhana::people

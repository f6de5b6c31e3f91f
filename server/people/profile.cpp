#include "server/people/profile.hpp"

#include "server/people/handlers.hpp"
#include "server/people/reach.hpp"
#include "server/people/sectors.hpp"

namespace karkhana::people {
namespace {

constexpr int majority = 51;
constexpr int least_with_manager = 20;

std::optional<Error> tidied(std::string& text, std::string_view field, std::size_t most) {
    auto plain = facility::plain_text(text, most);
    if (!plain) {
        auto error = plain.error();
        error.field = field;
        return error;
    }
    text = std::move(*plain);
    return std::nullopt;
}

}  // namespace

Result<Profile> valid_profile(Profile profile) {
    auto name = facility::complete(profile.name);
    if (!name) return tl::make_unexpected(name.error());
    profile.name = std::move(*name);
    std::string place = profile.place.value_or("");
    for (auto const& error :
         {tidied(profile.known_as, "/known_as", 200), tidied(place, "/place", 200),
          tidied(profile.upazila, "/upazila", 100), tidied(profile.district, "/district", 100),
          tidied(profile.trade_licence, "/trade_licence", 100)})
        if (error) return tl::make_unexpected(*error);
    profile.place = place.empty() ? std::nullopt : std::optional{place};
    if (profile.sector && !find_sector(*profile.sector))
        return refuse(ErrorKind::invalid, "unknown_subsector", "It is none of the list.",
                      "/sector");
    if (!profile.trade_licence.empty() && !profile.formal.value_or(false))
        return refuse(ErrorKind::invalid, "licence_of_informal",
                      "Whoever has a trade licence is formal.", "/trade_licence");
    return profile;
}

Profile read_profile(http::JsonBody& body, Profile profile) {
    auto const text = [&](std::string_view key, std::string& into, std::size_t most) {
        if (auto given = body.maybe_text(key, most)) into = std::move(*given);
    };
    if (auto const name = read_both_names(body); name != Name{}) profile.name = name;
    text("known_as", profile.known_as, 200);
    if (auto place = body.maybe_text("place")) profile.place = std::move(*place);
    text("upazila", profile.upazila, 100);
    text("district", profile.district, 100);
    if (auto sector = body.maybe_text("sector", 40)) profile.sector = std::move(*sector);
    if (auto const partner = body.maybe_id<PartnerId>("partner_id")) profile.partner = partner;
    if (auto const formal = body.maybe_flag("formal")) profile.formal = formal;
    text("trade_licence", profile.trade_licence, 100);
    if (auto const shares = body.maybe_flag("shares_data")) profile.shares_data = *shares;
    return profile;
}

void show_profile(boost::json::object& out, Profile const& profile) {
    out["known_as"] = profile.known_as;
    out["upazila"] = profile.upazila;
    out["district"] = profile.district;
    out["sector"] = http::or_null(profile.sector);
    out["partner_id"] = http::or_null(profile.partner);
    out["formal"] = http::or_null(profile.formal);
    out["trade_licence"] = profile.trade_licence;
    out["shares_data"] = profile.shares_data;
}

bool is_women_led(int women_share, bool woman_manages) {
    return women_share >= majority || (woman_manages && women_share >= least_with_manager);
}

std::pair<Profile, std::int64_t> profile_of(store::Reader& reader, FacilityId const& facility,
                                            EnterpriseId const& id) {
    return reader
        .first(
            "SELECT name_en, name_bn, known_as, place, upazila, district, sector, partner_id, "
            "formal, trade_licence, shares_data, version FROM enterprise "
            "WHERE facility_id = $1 AND enterprise_id = $2",
            [](store::Row const& row) {
                Profile profile{.name = {row.text(0), row.text(1)},
                                .known_as = row.text(2),
                                .place = row.maybe_text(3),
                                .upazila = row.text(4),
                                .district = row.text(5),
                                .sector = row.maybe_text(6),
                                .partner = row.maybe_id<PartnerId>(7),
                                .trade_licence = row.text(9),
                                .shares_data = row.flag(10)};
                if (!row.is_null(8)) profile.formal = row.flag(8);
                return std::pair{profile, row.integer(11)};
            },
            facility, id)
        .value();
}

bool save_profile(store::Writer& writer, FacilityId const& facility, EnterpriseId const& id,
                  Profile const& profile, std::int64_t version) {
    std::optional<int> formal;
    if (profile.formal) formal = *profile.formal ? 1 : 0;
    auto const saved = writer.execute(
        "UPDATE enterprise SET name_en = $3, name_bn = $4, known_as = $5, place = $6, "
        "upazila = $7, district = $8, sector = $9, partner_id = $10, formal = $11, "
        "trade_licence = $12, shares_data = $13, version = version + 1 "
        "WHERE facility_id = $1 AND enterprise_id = $2 AND version = $14",
        facility, id, profile.name.en, profile.name.bn, profile.known_as, profile.place,
        profile.upazila, profile.district, profile.sector, profile.partner, formal,
        profile.trade_licence, profile.shares_data ? 1 : 0, version);
    if (saved == 0) return false;
    refresh_search_key(writer, facility, id);
    return true;
}

std::vector<Attestation> attestations_of(store::Reader& reader, FacilityId const& facility,
                                         EnterpriseId const& id) {
    return reader.all(
        "SELECT women_share, woman_manages, evidence, attested_by, attested_at "
        "FROM women_led_attestation WHERE facility_id = $1 AND enterprise_id = $2 "
        "ORDER BY attested_at DESC, attestation_id DESC",
        [](store::Row const& row) {
            return Attestation{static_cast<int>(row.integer(0)), row.flag(1), row.text(2),
                               row.id<PersonId>(3), row.at(4)};
        },
        facility, id);
}

void attest(store::Writer& writer, IdSource& ids, FacilityId const& facility,
            EnterpriseId const& id, Attestation const& attestation) {
    bool const led = is_women_led(attestation.women_share, attestation.woman_manages);
    writer.execute("INSERT INTO women_led_attestation (facility_id, attestation_id, enterprise_id, "
                   "women_share, woman_manages, women_led, evidence, attested_by, attested_at) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   facility, ids.make<Id<struct AttestationTag>>(), id, attestation.women_share,
                   attestation.woman_manages ? 1 : 0, led ? 1 : 0, attestation.evidence,
                   attestation.by, attestation.at);
    writer.execute("UPDATE enterprise SET women_led = $3, version = version + 1 "
                   "WHERE facility_id = $1 AND enterprise_id = $2",
                   facility, id, led ? 1 : 0);
}

std::vector<Partner> list_partners(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT partner_id, name_en, name_bn FROM partner_organisation WHERE facility_id = $1 "
        "ORDER BY name_en",
        [](store::Row const& row) {
            return Partner{row.id<PartnerId>(0), {row.text(1), row.text(2)}};
        },
        facility);
}

bool is_partner(store::Reader& reader, FacilityId const& facility, PartnerId const& id) {
    return reader.exists(
        "SELECT 1 FROM partner_organisation WHERE facility_id = $1 AND partner_id = $2", facility,
        id);
}

void insert_partner(store::Writer& writer, FacilityId const& facility, Partner const& partner,
                    Instant now) {
    writer.execute("INSERT INTO partner_organisation (facility_id, partner_id, name_en, name_bn, "
                   "created_at) VALUES ($1, $2, $3, $4, $5)",
                   facility, partner.id, partner.name.en, partner.name.bn, now);
}

}  // namespace karkhana::people

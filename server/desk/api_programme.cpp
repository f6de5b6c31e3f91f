#include <boost/json/array.hpp>
#include <map>
#include <set>

#include "server/desk/handlers.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"

/// What a programme officer sees: figures of every facility, and of a single ME only what it
/// agreed to.
namespace karkhana::desk {
namespace {

namespace json = boost::json;

/// Counts of one facility by the words of a column; of MEs, trained people or jobs.
struct Figures {
    facility::Name name;
    std::int64_t enterprises = 0;
    std::int64_t women_led = 0;
    std::int64_t attested = 0;
    std::int64_t formal = 0;
    std::map<std::string, std::int64_t> by_sector;
    std::int64_t trained_women = 0;
    std::int64_t trained_men = 0;
    std::int64_t trained_unknown = 0;
    std::int64_t jobs = 0;
    json::array consenting;
};

using Portfolio = std::map<FacilityId, Figures>;

/// Everybody else but a programme officer sees the own facility alone.
std::string only(http::Principal const& who) {
    return who.has("programme") ? std::string{} : who.facility.text();
}

void count_enterprises(store::Reader& reader, Portfolio& all, std::string const& one) {
    reader.each(
        "SELECT e.facility_id, e.enterprise_id, e.name_en, e.name_bn, e.women_led, e.formal, "
        "e.sector, e.district, e.shares_data, CASE WHEN EXISTS (SELECT 1 FROM "
        "women_led_attestation w WHERE w.facility_id = e.facility_id "
        "AND w.enterprise_id = e.enterprise_id) THEN 1 ELSE 0 END FROM enterprise e "
        "WHERE e.merged_into IS NULL AND ($1 = '' OR CAST(e.facility_id AS text) = $1) "
        "ORDER BY e.facility_id, e.search_key, e.enterprise_id",
        [&](store::Row const& row) {
            auto const found = all.find(row.id<FacilityId>(0));
            if (found == all.end()) return;
            auto& figures = found->second;
            bool const led = row.flag(4);
            auto const sector = row.maybe_text(6);
            ++figures.enterprises;
            figures.women_led += led ? 1 : 0;
            figures.attested += row.flag(9) ? 1 : 0;
            figures.formal += !row.is_null(5) && row.flag(5) ? 1 : 0;
            ++figures.by_sector[sector.value_or("")];
            if (row.flag(8))
                figures.consenting.push_back(
                    json::object{{"id", row.id<EnterpriseId>(1).text()},
                                 {"name", facility::name_json({row.text(2), row.text(3)})},
                                 {"women_led", led},
                                 {"sector", http::or_null(sector)},
                                 {"district", row.text(7)}});
        },
        one);
}

/// People, not seats: of one person's rows in a training the last one holds, and whoever came
/// twice counts once. Who has no log-in is known by name.
void count_trained(store::Reader& reader, Portfolio& all, std::string const& one) {
    std::map<FacilityId, std::map<std::string, std::optional<bool>>> people;
    reader.each(
        "SELECT a.facility_id, CASE WHEN a.person_id IS NULL THEN lower(a.name) "
        "ELSE CAST(a.person_id AS text) END, a.woman FROM attendance a WHERE a.came = 1 "
        "AND ($1 = '' OR CAST(a.facility_id AS text) = $1) AND a.sequence = (SELECT "
        "max(b.sequence) FROM attendance b WHERE b.facility_id = a.facility_id "
        "AND b.booking_id = a.booking_id AND b.name = a.name "
        "AND COALESCE(CAST(b.person_id AS text), '') = COALESCE(CAST(a.person_id AS text), '')) "
        "ORDER BY a.recorded_at",
        [&](store::Row const& row) {
            auto& woman = people[row.id<FacilityId>(0)][row.text(1)];
            if (!row.is_null(2)) woman = row.flag(2);
        },
        one);
    for (auto const& [facility, known] : people)
        if (auto const found = all.find(facility); found != all.end())
            for (auto const& [key, woman] : known)
                ++(!woman   ? found->second.trained_unknown
                   : *woman ? found->second.trained_women
                            : found->second.trained_men);
}

json::object figures_json(FacilityId const& id, Figures figures) {
    json::array sectors;
    for (auto const& [sector, count] : figures.by_sector)
        sectors.push_back(json::object{
            {"sector", sector.empty() ? json::value{} : json::value(sector)}, {"count", count}});
    return {{"facility_id", id.text()},
            {"name", facility::name_json(figures.name)},
            {"enterprises", figures.enterprises},
            {"women_led", figures.women_led},
            {"attested", figures.attested},
            {"formal", figures.formal},
            {"by_sector", std::move(sectors)},
            {"trained", json::object{{"women", figures.trained_women},
                                     {"men", figures.trained_men},
                                     {"unknown", figures.trained_unknown}}},
            {"jobs", figures.jobs},
            {"consenting", std::move(figures.consenting)}};
}

}  // namespace

http::Response get_programme_report(Services const& services, http::Request const& request) {
    auto const one = only(request.principal.value());
    return services.store.read([&](store::Reader& reader) {
        Portfolio all;
        reader.each(
            "SELECT facility_id, name_en, name_bn FROM facility "
            "WHERE $1 = '' OR CAST(facility_id AS text) = $1",
            [&](store::Row const& row) {
                all[row.id<FacilityId>(0)].name = {row.text(1), row.text(2)};
            },
            one);
        count_enterprises(reader, all, one);
        count_trained(reader, all, one);
        reader.each(
            "SELECT facility_id, count(*) FROM booking WHERE state = 'completed' "
            "AND ($1 = '' OR CAST(facility_id AS text) = $1) GROUP BY facility_id",
            [&](store::Row const& row) {
                if (auto const found = all.find(row.id<FacilityId>(0)); found != all.end())
                    found->second.jobs = row.integer(1);
            },
            one);
        json::array items;
        for (auto& [id, figures] : all) items.push_back(figures_json(id, std::move(figures)));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

}  // namespace karkhana::desk

#include "server/billing/payers.hpp"

#include <sstream>
#include <stdexcept>

#include "server/booking/records.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

using metering::UsageSession;

#define KARKHANA_CLASSES                                                                           \
    "SELECT enterprise_id, membership, women_led FROM enterprise WHERE facility_id = $1 "          \
    "AND enterprise_id "
constexpr std::string_view kClassesSqlite = KARKHANA_CLASSES "IN (SELECT value FROM json_each($2))";
constexpr std::string_view kClassesPostgres = KARKHANA_CLASSES "= ANY(CAST($2 AS uuid[]))";
#undef KARKHANA_CLASSES
constexpr std::string_view kBusy =
    "SELECT machine_id, busy_above_w FROM machine WHERE facility_id = $1";

using Classes = std::map<EnterpriseId, std::vector<PriceClass>>;

Classes find_classes(store::Reader& reader, FacilityId const& facility,
                     std::vector<EnterpriseId> const& ids) {
    Classes found;
    reader.each(
        reader.is_postgres() ? kClassesPostgres : kClassesSqlite,
        [&](store::Row const& row) {
            auto& classes = found[row.id<EnterpriseId>(0)];
            if (auto const level = price_class_of(row.text(1))) classes.push_back(*level);
            if (row.integer(2) != 0) classes.push_back(PriceClass::women_led);
        },
        facility, store::id_list(reader, ids));
    return found;
}

}  // namespace

std::map<SessionId, Payer> find_payers(store::Reader& reader, FacilityId const& facility,
                                       std::vector<UsageSession> const& sessions) {
    std::vector<BookingId> bookings;
    std::vector<EnterpriseId> enterprises;
    for (auto const& session : sessions) {
        if (session.booking) bookings.push_back(*session.booking);
        if (session.enterprise) enterprises.push_back(*session.enterprise);
    }
    auto const booked = booking::booked_terms_of(reader, facility, bookings);
    auto const classes = find_classes(reader, facility, enterprises);
    std::map<MachineId, std::int64_t> busy;
    reader.each(
        kBusy, [&](store::Row const& row) { busy[row.id<MachineId>(0)] = row.integer(1); },
        facility);
    std::map<SessionId, Payer> found;
    for (auto const& session : sessions) {
        auto& payer = found[session.id];
        payer.busy_above_w = busy[session.machine];
        auto const its = session.enterprise ? classes.find(*session.enterprise) : classes.end();
        if (its != classes.end()) payer.classes = its->second;
        auto const terms = session.booking ? booked.find(*session.booking) : booked.end();
        if (terms == booked.end()) continue;
        payer.booked = terms->second.during;
        payer.assisted = terms->second.assisted;
        payer.booked_at = terms->second.made_at;
        payer.quoted = terms->second.quote_card;
        if (terms->second.trial) payer.classes.push_back(PriceClass::trial);
    }
    return found;
}

std::vector<PriceClass> classes_of(store::Reader& reader, FacilityId const& facility,
                                   EnterpriseId const& enterprise) {
    return find_classes(reader, facility, {enterprise})[enterprise];
}

std::string classes_text(std::vector<PriceClass> const& classes) {
    std::string text;
    for (auto const one : classes) {
        if (!text.empty()) text.push_back(' ');
        text += name_of(one);
    }
    return text;
}

std::vector<PriceClass> read_classes(std::string const& text) {
    std::vector<PriceClass> classes;
    std::istringstream words{text};
    for (std::string word; words >> word;) {
        auto const one = price_class_of(word);
        if (!one) throw std::runtime_error("a stored price class is unreadable");
        classes.push_back(*one);
    }
    return classes;
}

}  // namespace karkhana::billing

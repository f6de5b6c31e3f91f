#include <unordered_map>

#include "server/booking/caller.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/records.hpp"
#include "server/facility/outage_evidence.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::booking {
namespace {

constexpr std::chrono::days calendar_at_most{62};

/// EnterpriseRef as JSON by id, of those whose name the caller may read.
using Names = std::unordered_map<std::string, std::string>;

Names readable_names(store::Reader& reader, http::Principal const& who) {
    Names names;
    auto const add = [&](people::Enterprise const& enterprise) {
        JsonText out;
        write_enterprise(out, enterprise);
        names.emplace(enterprise.id.text(), out.take());
    };
    if (people::is_staff(who)) {
        for (auto const& enterprise : people::all_enterprises(reader, who.facility))
            add(enterprise);
        return names;
    }
    for (auto const& id : who.enterprises)
        if (auto const mine = people::find_enterprise(reader, who.facility, id)) add(*mine);
    return names;
}

void write_slots(JsonText& out, TimeTexts& times, store::Reader& reader, http::Principal const& who,
                 Interval during) {
    auto const names = readable_names(reader, who);
    std::vector<std::string> mine;
    for (auto const& id : who.enterprises) mine.push_back(id.text());
    each_slot(reader, who.facility, during, [&](SlotRow const& slot) {
        auto const name = names.find(slot.enterprise);
        bool const readable = name != names.end();
        // That others did not come is nobody's business; for them the time is free again.
        if (!readable && slot.state == "missed") return;
        out.open('{').key("booking_id");
        readable ? out.plain(slot.booking) : out.null();
        out.key("machine_id").plain(slot.machine);
        out.key("start").plain(times(slot.during.start)).key("end").plain(times(slot.during.end));
        out.key("state").plain(slot.state).key("mine");
        out.flag(std::ranges::find(mine, slot.enterprise) != mine.end()).key("enterprise");
        readable ? out.raw(name->second) : out.null();
        out.close('}');
    });
}

void write_evidence(JsonText& out, TimeTexts& times, facility::OutageEvidence const& evidence) {
    out.open('{').key("edge").plain(evidence.at_end ? "end" : "start");
    out.key("what").plain(evidence.what).key("source").text(evidence.source);
    out.key("at").plain(times(evidence.at)).key("value");
    evidence.value ? out.integer(*evidence.value) : out.null();
    out.key("unit").plain(evidence.unit).close('}');
}

void write_outages(JsonText& out, TimeTexts& times, store::Reader& reader,
                   FacilityId const& facility, Interval during) {
    auto const evidence = facility::evidence_between(reader, facility, during);
    for (auto const& outage : facility::outages_between(reader, facility, during)) {
        out.open('{').key("id").id(outage.id).key("machine_id");
        outage.machine ? out.id(*outage.machine) : out.null();
        out.key("start").plain(times(outage.during.start));
        out.key("end").plain(times(outage.during.end));
        out.key("kind").text(outage.kind).key("reason").text(outage.reason).key("evidence");
        out.open('[');
        for (auto const& each : evidence)
            if (each.outage == outage.id) write_evidence(out, times, each);
        out.close(']').close('}');
    }
}

void write_hours(JsonText& out, store::Reader& reader, FacilityId const& facility) {
    for (auto const& hours : facility::opening_hours(reader, facility)) {
        out.open('{').key("weekday").integer(hours.weekday);
        out.key("opens_minute").integer(hours.opens_minute);
        out.key("closes_minute").integer(hours.closes_minute).close('}');
    }
}

}  // namespace

http::Response get_calendar(Services const& services, http::Request const& request) {
    auto const during = query_interval(request, calendar_at_most);
    if (!during) return http::problem(during.error());
    auto const& who = request.principal.value();
    JsonText out;
    out.reserve(256 * 1024);
    services.store.read([&](store::Reader& reader) {
        auto const facility = facility::find_facility(reader, who.facility).value();
        TimeTexts times{Zone::find(facility.zone).value()};
        out.open('{').key("from").plain(times(during->start)).key("to").plain(times(during->end));
        out.key("machines").open('[');
        for (auto const& machine : facility::list_machines(reader, who.facility))
            write_machine(out, machine);
        out.close(']').key("bookings").open('[');
        write_slots(out, times, reader, who, *during);
        out.close(']').key("outages").open('[');
        write_outages(out, times, reader, who.facility, *during);
        out.close(']').key("opening_hours").open('[');
        write_hours(out, reader, who.facility);
        out.close(']').close('}');
        return true;
    });
    return {.body = out.take()};
}

}  // namespace karkhana::booking

#include <algorithm>
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

/// An ME whose name the caller may read.
struct Named {
    std::string json;  ///< EnterpriseRef
    bool used = false;
};
using Names = std::unordered_map<std::string, Named>;

Names readable_names(store::Reader& reader, http::Principal const& who) {
    Names names;
    auto const add = [&](people::Enterprise const& enterprise) {
        JsonText out;
        write_enterprise(out, enterprise);
        names.emplace(enterprise.id.text(), Named{out.take()});
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

/// The bookings, and then each ME that they name, once: a week names the same few a hundred times.
void write_slots(JsonText& out, TimeTexts& times, store::Reader& reader, http::Principal const& who,
                 Interval during) {
    auto names = readable_names(reader, who);
    out.key("bookings").open('[');
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
        out.flag(std::ranges::find(mine, slot.enterprise) != mine.end()).key("enterprise_id");
        readable ? out.plain(slot.enterprise) : out.null();
        out.close('}');
        if (readable) name->second.used = true;
    });
    std::vector<std::pair<std::string_view, std::string_view>> named;
    for (auto const& [id, name] : names)
        if (name.used) named.emplace_back(id, name.json);
    std::ranges::sort(named);
    out.close(']').key("enterprises").open('[');
    for (auto const& [id, json] : named) out.raw(json);
    out.close(']');
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

/// A machine, and what each booking of it takes besides its time.
void write_board_machine(JsonText& out, facility::Machine const& machine) {
    out.open('{').key("id").id(machine.id).key("slug").text(machine.slug).key("name");
    write_name(out, machine.name);
    out.key("kind").text(machine.kind).key("setup_minutes").integer(machine.setup_minutes);
    out.key("buffer_minutes").integer(machine.buffer_minutes);
    out.key("seats").integer(machine.seats).close('}');
}

void write_interval(JsonText& out, TimeTexts& times, Interval during) {
    out.open('{').key("start").plain(times(during.start));
    out.key("end").plain(times(during.end)).close('}');
}

}  // namespace

http::Response get_calendar(Services const& services, http::Request const& request) {
    auto const during = query_interval(request, calendar_at_most);
    if (!during) return http::problem(during.error());
    auto const& who = request.principal.value();
    JsonText out;
    out.reserve(1024 * 1024);
    services.store.read([&](store::Reader& reader) {
        auto const book = services.books->get(reader, who.facility);
        TimeTexts times{book->zone};
        out.open('{').key("from").plain(times(during->start)).key("to").plain(times(during->end));
        out.key("machines").open('[');
        for (auto const& machine : book->machines) write_board_machine(out, machine);
        out.close(']');
        write_slots(out, times, reader, who, *during);
        out.key("outages").open('[');
        write_outages(out, times, reader, who.facility, *during);
        out.close(']').key("open").open('[');
        for (auto const& open : facility::open_intervals(book->zone, book->opening, *during))
            write_interval(out, times, open);
        out.close(']').close('}');
        return true;
    });
    return {.body = out.take()};
}

}  // namespace karkhana::booking

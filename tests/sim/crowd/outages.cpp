#include <boost/json/parse.hpp>

#include "server/booking/records.hpp"
#include "server/facility/records.hpp"
#include "tests/sim/crowd/week.hpp"

/// What takes machines away: cuts, breakdowns, a flood.
namespace karkhana::crowd {

/// The mains goes off: who works stands still, and the outage grows while it lasts.
void Week::cut(Duration length) {
    auto const now = clock_.now();
    dark_ = house_->ids().make<OutageId>();
    dark_until_ = now + length;
    stores_.ledger().write([&](store::Writer& writer) {
        facility::insert_outage(writer, town_.facility,
                                {.id = *dark_,
                                 .machine = std::nullopt,
                                 .during = {now, now + minutes{5}},
                                 .kind = "load_shedding",
                                 .reason = "mains",
                                 .source = facility::OutageSource::seen},
                                now);
        return true;
    });
    ++figures_["power cuts"];
    for (auto const& [id, row] : Rows{rows_})
        if (row.state == "running") step(row, booking::State::paused, "pauseBooking", "power_cut");
}

void Week::breaks(std::string const& slug, Duration length) {
    auto const& machine = town_.machine(slug);
    auto const answer = ask(town_.desk, "POST", "/api/v1/tickets",
                            {{"machine_id", machine.id.text()},
                             {"kind", "breakdown"},
                             {"words", "The mirror is broken"}});
    if (answer.status != 201) return faults_.add("answers", answer.body);
    auto const ticket = boost::json::parse(answer.body).as_object();
    broken_.push_back({slug, std::string{ticket.at("id").as_string()}, clock_.now() + length});
    ++figures_["breakdowns"];
    look();
    for (auto const& [id, row] : Rows{rows_})
        if (row.machine == machine.id && (row.state == "running" || row.state == "paused"))
            step(row, booking::State::interrupted, "interruptBooking", "breakdown");
}

void Week::mended() {
    auto const now = clock_.now();
    if (dark_ && now < dark_until_)
        stores_.ledger().write([&](store::Writer& writer) {
            facility::extend_outage(writer, town_.facility, *dark_, now + minutes{5});
            return true;
        });
    else
        dark_.reset();
    std::erase_if(broken_, [&](Broken const& each) {
        if (now < each.until) return false;
        auto const answer =
            ask(town_.desk, "POST", "/api/v1/tickets/" + each.ticket + "/close", {}, 1);
        if (answer.status != 200) faults_.add("answers", answer.body);
        return true;
    });
}

/// The river is high: nobody works in the morning of that day.
void Week::closes_down(int day) {
    auto const answer = ask(town_.manager, "POST", "/api/v1/closures",
                            {{"from", text_of(at(day, opens))},
                             {"until", text_of(at(day, prayer_from))},
                             {"kind", "flood"},
                             {"mode", day % 2 == 0 ? "move" : "cancel"},
                             {"reason", "The river is high"}});
    if (answer.status != 201) return faults_.add("answers", answer.body);
    auto const told = boost::json::parse(answer.body).as_object();
    ++figures_["closures"];
    figures_["moved for a closure"] += static_cast<int>(told.at("moved").as_int64());
    figures_["cancelled for a closure"] += static_cast<int>(told.at("cancelled").as_int64());
    look();
}

void Week::read_lost() {
    calendar_.lost = stores_.ledger().read([&](store::Reader& reader) {
        return reader.all(
            "SELECT machine_id, starts_at, ends_at FROM outage WHERE facility_id = $1 "
            "AND withdrawn_at IS NULL",
            [](store::Row const& row) {
                return CalendarJudge::Lost{row.maybe_id<MachineId>(0), {row.at(1), row.at(2)}};
            },
            town_.facility);
    });
}

bool Week::usable(MachineId const& machine) const {
    auto const now = clock_.now();
    for (auto const& each : calendar_.lost)
        if ((!each.machine || *each.machine == machine) && each.during.contains(now)) return false;
    return true;
}

}  // namespace karkhana::crowd

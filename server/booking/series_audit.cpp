#include "server/booking/series_audit.hpp"

#include <algorithm>

#include "server/booking/json_text.hpp"
#include "server/people/audit.hpp"

namespace karkhana::booking {
namespace {

void write_span(JsonText& out, std::string_view name, Interval during) {
    out.key(name).open('{').key("start").plain(rfc3339_text(during.start, Duration{}));
    out.key("end").plain(rfc3339_text(during.end, Duration{})).close('}');
}

std::string act_text(Series const& series, SeriesAct const& act) {
    auto const is_pending = [](Booking const& each) { return each.state == State::pending; };
    auto const waiting = std::ranges::find_if(act.done, is_pending);
    JsonText out;
    out.open('{').key("enterprise_id").id(series.enterprise);
    out.key("machine_id").id(act.done.front().machine).key("rule");
    out.text(act.rule.empty() ? series.rule : act.rule);
    out.key("dates").integer(static_cast<std::int64_t>(act.done.size()));
    out.key("pending").integer(std::ranges::count_if(act.done, is_pending));
    if (waiting != act.done.end() && waiting->hold_until)
        out.key("hold_until").plain(rfc3339_text(*waiting->hold_until, Duration{}));
    write_span(out, "first", act.done.front().during);
    write_span(out, "last", act.done.back().during);
    out.key("left").open('[');
    for (auto const& each : act.left) {
        out.open('{').key("start").plain(rfc3339_text(each.start, Duration{}));
        out.key("codes").plain(each.codes).close('}');
    }
    return out.close(']').close('}').take();
}

}  // namespace

void append_act(store::Writer& writer, Series const& series, SeriesAct const& act,
                std::optional<PersonId> person, Instant now) {
    if (act.done.empty()) return;
    people::append_audit(writer, series.facility,
                         {.person = person,
                          .action = std::string(act.action),
                          .subject = "series/" + series.id.text(),
                          .before = {},
                          .after = act_text(series, act),
                          .reason = act.reason},
                         now);
}

}  // namespace karkhana::booking

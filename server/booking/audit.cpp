#include "server/booking/audit.hpp"

#include "server/booking/json_text.hpp"
#include "server/people/audit.hpp"

namespace karkhana::booking {
namespace {

/// What can change of a booking.
std::string snapshot(Booking const& booking) {
    JsonText out;
    out.reserve(320);
    out.open('{').key("machine_id").id(booking.machine);
    out.key("enterprise_id").id(booking.enterprise);
    out.key("start").plain(rfc3339_text(booking.during.start, Duration{}));
    out.key("end").plain(rfc3339_text(booking.during.end, Duration{}));
    out.key("state").plain(name_of(booking.state));
    if (booking.state == State::pending) {
        if (booking.pending_for) out.key("pending_for").plain(name_of(*booking.pending_for));
        if (booking.hold_until)
            out.key("hold_until").plain(rfc3339_text(*booking.hold_until, Duration{}));
    }
    if (booking.assisted) out.key("assisted").flag(true);
    if (booking.quantity) out.key("quantity").integer(*booking.quantity);
    out.key("quote").money(booking.quote);
    out.key("version").integer(booking.version);
    return out.close('}').take();
}

}  // namespace

void append_change(store::Writer& writer, std::string_view action, std::optional<PersonId> person,
                   Booking const* before, Booking const& after, std::string_view reason,
                   Instant now) {
    people::append_audit(writer, after.facility,
                         {.person = person,
                          .action = std::string(action),
                          .subject = "booking/" + after.id.text(),
                          .before = before ? snapshot(*before) : std::string{},
                          .after = snapshot(after),
                          .reason = std::string(reason)},
                         now);
}

}  // namespace karkhana::booking

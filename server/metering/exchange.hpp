#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/metering/meter.hpp"
#include "server/metering/rules_exchange.hpp"
#include "server/metering/sessions.hpp"
#include "server/store/store.hpp"

/// Meters that were exchanged and registers that are read in another form, in the ledger.
namespace karkhana::metering {

using ExchangeId = Id<struct MeterExchangeTag>;

/// Who took which meter's place, and what both of them showed, in the counter's base unit.
struct Exchange {
    ExchangeId id;
    DeviceId device;
    Channel channel = 0;
    Instant at;
    std::int64_t final_wh = 0;
    bool final_entered = true;  ///< false: what was read of the old meter last
    std::int64_t initial_wh = 0;
    std::string serial_before;
    std::string serial_after;
    std::string reason;
    PersonId said_by;
    Instant said_at;
};

void insert_exchange(store::Writer& writer, FacilityId const& facility, Exchange const& exchange);
/// All of the facility, by time.
std::vector<Exchange> list_exchanges(store::Reader& reader, FacilityId const& facility);
/// The serial number of the meter that showed a channel's register at a moment; `now` is that of
/// its device today. A register that ends a meter is still of that one.
std::string serial_at(std::vector<Exchange> const& exchanges, Register const& reg, std::string now);

/// Where the channel's counter began anew by itself, if nothing has happened to it since. The time
/// of the old meter's last value is left open.
std::optional<BeganAnew> last_began_anew(store::Reader& reader, FacilityId const& facility,
                                         Channel channel);

/// Divides the unfinished sessions of the registers' channel: what was used up to `final` and what
/// from `initial` on are parts of their own. Precondition: no other machine is behind the meter.
void divide_sessions(store::Writer& writer, FacilityId const& facility, Register const& final,
                     Register const& initial, EstimatedBills bills);

/// Keeps that the words of a channel mean something else from the event on, and divides sessions.
/// Those that share the meter go on: the continued register does.
void keep_form(store::Writer& writer, FacilityId const& facility, MeterEvent const& event);

}  // namespace karkhana::metering

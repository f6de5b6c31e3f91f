#include "server/booking/pin_records.hpp"

#include "server/facility/records.hpp"

namespace karkhana::booking {

std::optional<std::chrono::seconds> count_pin_try(store::Writer& writer, FacilityId const& facility,
                                                  MachineId const& machine, PinTryId const& id,
                                                  Instant now) {
    facility::lock_machine(writer, facility, machine);
    writer.execute("DELETE FROM wrong_pin WHERE facility_id = $1 AND machine_id = $2 "
                   "AND at_us <= $3",
                   facility, machine, now - wrong_pin_window);
    auto const wrong = writer.all(
        "SELECT at_us FROM wrong_pin WHERE facility_id = $1 AND machine_id = $2 ORDER BY at_us",
        [](store::Row const& row) { return row.at(0); }, facility, machine);
    if (auto const wait = pin_wait(wrong, now)) return wait;
    writer.execute("INSERT INTO wrong_pin (facility_id, machine_id, try_id, at_us) "
                   "VALUES ($1, $2, $3, $4)",
                   facility, machine, id, now);
    return std::nullopt;
}

void forget_pin_try(store::Store& store, FacilityId const& facility, MachineId const& machine,
                    PinTryId const& id) {
    store.write([&](store::Writer& writer) {
        return writer.execute(
            "DELETE FROM wrong_pin WHERE facility_id = $1 AND machine_id = $2 AND try_id = $3",
            facility, machine, id);
    });
}

}  // namespace karkhana::booking

#pragma once

#include <optional>

#include "server/base/ids.hpp"
#include "server/booking/rules_pin.hpp"
#include "server/store/store.hpp"

/// The numbers that were tried at the machines.
namespace karkhana::booking {

using PinTryId = Id<struct PinTryTag>;

/// Counts a try before it is looked at, so that many at once do not slip through together. The
/// answer is how long to wait, when there were too many wrong ones.
std::optional<std::chrono::seconds> count_pin_try(store::Writer& writer, FacilityId const& facility,
                                                  MachineId const& machine, PinTryId const& id,
                                                  Instant now);
/// It was right.
void forget_pin_try(store::Store& store, FacilityId const& facility, MachineId const& machine,
                    PinTryId const& id);

}  // namespace karkhana::booking

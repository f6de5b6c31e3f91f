#pragma once

#include <string_view>

namespace karkhana::metering {

/// Every fault that stays until a person has seen it, the worst first.
///
/// `bypass`: in use though its contact is open. `welded`: commanded open, and the contactor is
/// closed. `stranger`, `disagrees`, `frozen`: its meter is another one, contradicts its power, or
/// stands still under load. `unproved`: its meter tells no number where one is known; it counts,
/// as one without numbers does, but another could be in its place. `uncommanded`: a coil of its
/// board is closed that switches no machine. `clock_set`: the wall clock was set while somebody
/// worked. The others are those of interlock::Alarm, and `contact_failed` and `stop_asked` of the
/// machine's run.
int badness(std::string_view kind);

/// The worse one of two; an empty word is no fault.
std::string_view worse_alarm(std::string_view a, std::string_view b);

}  // namespace karkhana::metering

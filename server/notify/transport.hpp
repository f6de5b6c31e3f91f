#pragma once

#include <stop_token>
#include <string>

#include "server/notify/message.hpp"

namespace karkhana::notify {

/// What became of an attempt.
struct Outcome {
    enum class Kind {
        sent,
        later,   ///< it may go well another time
        refused  ///< it never will: no such address, a gateway that says no
    };
    Kind kind = Kind::later;
    std::string words;  ///< what the other side said, for a person
};

/// A way out of the house. Called from one thread; takes as long as its time limits allow, or until
/// it is to stop, when it may go well another time.
/// A message that is sent a second time, because nobody knows whether the first time went well,
/// carries the same id, by which the other side can tell.
class Transport {
public:
    virtual ~Transport() = default;
    virtual Outcome send(Message const& message, std::stop_token const& stop) = 0;
};

}  // namespace karkhana::notify

#pragma once

#include "server/store/store.hpp"

namespace karkhana::store {

/// The disk of the database is full, or nearly. Nothing is lost and everything can be read; trying
/// again helps once somebody has made room.
class DiskFull : public Unavailable {
public:
    using Unavailable::Unavailable;
};

}  // namespace karkhana::store

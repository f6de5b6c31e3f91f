#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "server/facility/rules_book.hpp"
#include "server/store/store.hpp"

namespace karkhana::facility {

/// In the transaction of the change: whoever writes a table of the book calls it, so that every
/// process reads the book again. Those in this room do.
void touch_settings(store::Writer& writer, FacilityId const& facility);

/// PostgreSQL: whoever changes a list that somebody may be changing too waits for them. SQLite has
/// one writer and needs nothing.
void lock_settings(store::Writer& writer, FacilityId const& facility);

/// The books of the facilities in memory, because every decision needs one. Thread-safe. Asks each
/// time, in one query, whether anybody has changed something.
class BookCache {
public:
    /// Precondition: there is such a facility.
    std::shared_ptr<Book const> get(store::Reader& reader, FacilityId const& facility);

private:
    struct Kept {
        std::int64_t version = 0;
        std::shared_ptr<Book const> book;
    };

    std::mutex mutex_;
    std::map<FacilityId, Kept> kept_;
};

}  // namespace karkhana::facility

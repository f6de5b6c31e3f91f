#include "server/facility/book_cache.hpp"

#include "server/facility/book_records.hpp"

namespace karkhana::facility {

/// By chance and not by counting: a book that was read in a transaction which was undone must not
/// be taken for the one of whoever writes next.
void touch_settings(store::Writer& writer, FacilityId const& facility) {
    if (writer.is_postgres())
        writer.execute("INSERT INTO settings_version (facility_id, version) "
                       "VALUES ($1, CAST(random() * 9e15 AS bigint)) "
                       "ON CONFLICT (facility_id) DO UPDATE SET version = excluded.version",
                       facility);
    else
        writer.execute("INSERT INTO settings_version (facility_id, version) VALUES ($1, random()) "
                       "ON CONFLICT (facility_id) DO UPDATE SET version = excluded.version",
                       facility);
}

void lock_settings(store::Writer& writer, FacilityId const& facility) {
    if (!writer.is_postgres()) return;
    writer.exists("SELECT 1 FROM settings_version WHERE facility_id = $1 FOR UPDATE", facility);
}

std::shared_ptr<Book const> BookCache::get(store::Reader& reader, FacilityId const& facility) {
    auto const version = reader
                             .first(
                                 "SELECT version FROM settings_version WHERE facility_id = $1",
                                 [](store::Row const& row) { return row.integer(0); }, facility)
                             .value_or(0);
    {
        std::lock_guard const lock{mutex_};
        auto const found = kept_.find(facility);
        if (found != kept_.end() && found->second.version == version) return found->second.book;
    }
    auto book = std::make_shared<Book const>(read_book(reader, facility));
    std::lock_guard const lock{mutex_};
    kept_[facility] = {version, book};
    return book;
}

}  // namespace karkhana::facility

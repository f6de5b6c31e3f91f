#include "server/booking/secret_records.hpp"

#include <array>

#include "server/base/digest.hpp"

namespace karkhana::booking {

std::string find_secret(store::Reader& reader, FacilityId const& facility, std::string_view name) {
    return reader
        .first(
            "SELECT secret FROM facility_secret WHERE facility_id = $1 AND name = $2",
            [](store::Row const& row) { return row.text(0); }, facility, name)
        .value_or("");
}

std::string make_secret(store::Store& store, FacilityId const& facility, std::string_view name) {
    auto kept =
        store.read([&](store::Reader& reader) { return find_secret(reader, facility, name); });
    if (!kept.empty()) return kept;
    std::array<std::uint8_t, 32> bytes{};
    fill_from_system(bytes);
    return store.write([&](store::Writer& writer) {
        writer.execute("INSERT INTO facility_secret (facility_id, name, secret) "
                       "VALUES ($1, $2, $3) ON CONFLICT (facility_id, name) DO NOTHING",
                       facility, name, hex(bytes));
        return find_secret(writer, facility, name);
    });
}

}  // namespace karkhana::booking

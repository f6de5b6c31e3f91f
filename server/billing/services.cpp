#include "server/billing/services.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kServices =
    "SELECT code, effective_from, label_en, label_bn, unit, price_e4, full_price_e4, income, "
    "tax_code, sector, source, withdrawn FROM service WHERE facility_id = $1 "
    "ORDER BY code, effective_from";
constexpr std::string_view kInsertService =
    "INSERT INTO service (facility_id, code, effective_from, label_en, label_bn, unit, price_e4, "
    "full_price_e4, income, tax_code, sector, source, withdrawn, said_by, said_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

Service read_service(store::Row const& row) {
    return {row.text(0),  row.at(1),        {row.text(2), row.text(3)},
            row.text(4),  {row.integer(5)}, {row.integer(6)},
            row.text(7),  row.text(8),      row.text(9),
            row.text(10), row.flag(11)};
}

}  // namespace

std::vector<Service> list_services(store::Reader& reader, FacilityId const& facility) {
    return reader.all(kServices, read_service, facility);
}

void insert_service(store::Writer& writer, FacilityId const& facility, Service const& service,
                    PersonId const& by, Instant now) {
    writer.execute(kInsertService, facility, service.code, service.effective_from, service.label.en,
                   service.label.bn, service.unit, service.price, service.full_price,
                   service.income, service.tax_code, service.sector, service.source,
                   service.withdrawn ? 1 : 0, by, now);
}

Service const* service_at(std::vector<Service> const& services, std::string_view code, Instant at) {
    Service const* found = nullptr;
    for (auto const& each : services)
        if (each.code == code && each.effective_from <= at) found = &each;
    return found != nullptr && found->withdrawn ? nullptr : found;
}

Item sale_of(Service const& service, std::int64_t quantity, EnterpriseId const& to, Instant at) {
    Item item;
    item.enterprise = to;
    item.source = "service";
    item.happened_at = at;
    item.label = service.label;
    item.quantity = quantity;
    item.unit = service.unit;
    item.price = service.price;
    item.amount = price_of(service.price, quantity, 1);
    item.income = service.income;
    item.tax_code = service.tax_code;
    item.sector = service.sector;
    item.subsidy = price_of(service.full_price, quantity, 1) - item.amount;
    return item;
}

}  // namespace karkhana::billing

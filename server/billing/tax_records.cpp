#include "server/billing/tax_records.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kTaxSettings =
    "SELECT effective_from, regime, rounding, inclusive, bin, source FROM tax_setting "
    "WHERE facility_id = $1 ORDER BY effective_from";
constexpr std::string_view kTaxCodes =
    "SELECT code, effective_from, rate_e4, label_en, label_bn, service_code, source FROM tax_code "
    "WHERE facility_id = $1 ORDER BY effective_from, code";
constexpr std::string_view kInsertTaxSetting =
    "INSERT INTO tax_setting (facility_id, effective_from, regime, rounding, inclusive, bin, "
    "source, said_by, said_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kInsertTaxCode =
    "INSERT INTO tax_code (facility_id, code, effective_from, rate_e4, label_en, label_bn, "
    "service_code, source, said_by, said_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

}  // namespace

TaxTable read_taxes(store::Reader& reader, FacilityId const& facility) {
    TaxTable table;
    table.settings = reader.all(
        kTaxSettings,
        [](store::Row const& row) {
            return TaxSetting{row.at(0),
                              regime_of(row.text(1)).value(),
                              tax_rounding_of(row.text(2)).value(),
                              row.flag(3),
                              row.text(4),
                              row.text(5)};
        },
        facility);
    table.codes = reader.all(
        kTaxCodes,
        [](store::Row const& row) {
            return TaxCode{row.text(0), row.at(1),  row.integer(2), {row.text(3), row.text(4)},
                           row.text(5), row.text(6)};
        },
        facility);
    return table;
}

void insert_tax_setting(store::Writer& writer, FacilityId const& facility,
                        TaxSetting const& setting, PersonId const& by, Instant now) {
    writer.execute(kInsertTaxSetting, facility, setting.effective_from, name_of(setting.regime),
                   name_of(setting.rounding), setting.inclusive ? 1 : 0, setting.bin,
                   setting.source, by, now);
}

void insert_tax_code(store::Writer& writer, FacilityId const& facility, TaxCode const& code,
                     PersonId const& by, Instant now) {
    writer.execute(kInsertTaxCode, facility, code.code, code.effective_from, code.rate_e4,
                   code.label.en, code.label.bn, code.service_code, code.source, by, now);
}

}  // namespace karkhana::billing

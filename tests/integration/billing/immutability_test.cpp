#include <gmock/gmock.h>

#include "tests/integration/billing/settled.hpp"

namespace karkhana::billing {
namespace {

using ::testing::IsEmpty;

class WhatIsIssued : public SettledTest {};
KARKHANA_ON_BOTH_ENGINES(WhatIsIssued);

TEST_P(WhatIsIssued, IsNotChangedByAnyStatement) {
    for (std::string_view const sql : {
             "UPDATE invoice SET total_poisha = 1 WHERE number = 2",
             "UPDATE invoice SET state = 'draft' WHERE number = 2",
             "UPDATE invoice SET number = 9 WHERE number = 3",
             "UPDATE invoice SET canonical = 'x' WHERE number = 1",
             "UPDATE invoice SET hash = 'x' WHERE number = 1",
             "UPDATE invoice SET issued_at = 1 WHERE number = 1",
             "DELETE FROM invoice WHERE number = 3",
             "DELETE FROM invoice WHERE state = 'draft'",
             "UPDATE charge SET amount_poisha = 1",
             "UPDATE charge SET quantity = 1",
             "DELETE FROM charge",
             "UPDATE invoice_session SET first_line = 7 WHERE first_line = 1",
             "UPDATE invoice_session SET invoice_id = (SELECT invoice_id FROM invoice "
             "WHERE state = 'draft')",
             "DELETE FROM invoice_session",
             "UPDATE rated_session SET stopped_at = 1",
             "DELETE FROM rated_session",
             "UPDATE rated_session SET machine_kind = 'other'",
             "UPDATE rated_halt SET reason = 'person'",
             "DELETE FROM rated_halt",
             "UPDATE rate_component SET price_e4 = 1",
             "DELETE FROM rate_component",
             "UPDATE rate_card SET effective_from = 1",
             "DELETE FROM rate_card",
             "UPDATE payment SET amount_poisha = 1",
             "DELETE FROM payment",
             "UPDATE allocation SET amount_poisha = 1",
             "DELETE FROM allocation",
             "UPDATE journal_entry SET memo = 'x'",
             "DELETE FROM journal_entry",
             "UPDATE journal_posting SET amount_poisha = 1",
             "DELETE FROM journal_posting",
             "UPDATE usage_register SET value_wh = 1",
             "UPDATE usage_session SET energy_wh = 1 WHERE state = 'closed'",
             "UPDATE usage_session SET quantity = 1 WHERE state = 'closed'",
         })
        EXPECT_THROW(ledger().write([&](store::Writer& writer) { return writer.execute(sql); }),
                     store::ConstraintViolated)
            << sql;
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(WhatIsIssued, TakesNoFurtherSession) {
    auto const late = centre.half_an_hour("Lakshmi", "2026-11-30", 6'000);
    ASSERT_EQ(centre.charge(), 1);
    auto const put = [&](store::Writer& writer) {
        return writer.execute(
            "INSERT INTO invoice_session (facility_id, invoice_id, first_line, session_id) "
            "SELECT facility_id, invoice_id, 9, $1 FROM invoice WHERE number = 1",
            late);
    };
    EXPECT_THROW(ledger().write(put), store::ConstraintViolated);
}

TEST_P(WhatIsIssued, KeepsItsNamesAndPricesWhateverIsCalledSoToday) {
    auto const canonical = [&] {
        return ledger().read([&](store::Reader& reader) {
            std::string all;
            each_issued(reader, facility,
                        [&](Invoice const&, std::string const& text) { all += text; });
            return all;
        });
    };
    auto const before = canonical();
    ledger().write([](store::Writer& writer) {
        writer.execute("UPDATE enterprise SET name_en = 'Other', name_bn = 'অন্য'");
        writer.execute("UPDATE machine SET name_en = 'Other', name_bn = 'অন্য'");
        writer.execute("UPDATE facility SET name_en = 'Other', address_bn = 'অন্য'");
        return writer.execute("UPDATE device SET serial = 'exchanged'");
    });
    centre.add_rates(dhaka("2026-12-15 00:00"),
                     {{0, "", Basis::kwh, Window::any, {99'000'000}, {"e", "e"}}});
    EXPECT_EQ(canonical(), before);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

}  // namespace
}  // namespace karkhana::billing

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/base/result.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/money_ids.hpp"
#include "server/store/store.hpp"

/// Numbers of a series that a box gives out while it is cut off. The box is another daemon that
/// began with a backup of this one; here its block is reserved, there it is held.
namespace karkhana::billing {

struct NumberBlock {
    NumberBlockId id;
    std::string series;  ///< invoice or credit_note
    std::string fiscal_year;
    std::string box;
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool held = false;  ///< this is the box
    Instant made_at;
    std::optional<Instant> ended_at;
    std::int64_t last_used = 0;  ///< what lies after it is void, once the block has ended
    std::string reason;
};
/// By series, year and number.
std::vector<NumberBlock> list_number_blocks(store::Reader& reader, FacilityId const& facility);

/// Reserves the next numbers of a series: here nobody gets them any more.
NumberBlock reserve_block(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                          NumberBlock block, std::int64_t count, Instant now);
/// On the box: from now on its numbers are given out, and no others of the series. Errors:
/// `block_known`; `number_given` where one of them was given out already.
Result<NumberBlock> hold_block(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                               NumberBlock block, Instant now);
/// Ends a block: what the box did not use is void. Errors: `not_found`, `block_ended`;
/// `last_not_of_block` where the last one used is not of the block, or of a held one not the last
/// it gave out.
Result<NumberBlock> end_block(store::Writer& writer, FacilityId const& facility,
                              NumberBlockId const& id, std::int64_t last_used,
                              std::string const& reason, Instant now);

/// The next number where the series is given out from blocks; 0: it is not. Errors:
/// `block_used_up`.
Result<std::int64_t> number_of_block(store::Reader& reader, FacilityId const& facility,
                                     std::string const& series, std::string const& fiscal_year);
/// What may follow a number of a series: what lies in reserved blocks is not here, and before one
/// that is held nothing has to be.
bool may_follow(std::vector<NumberBlock> const& blocks, std::string const& series,
                std::string const& fiscal_year, std::int64_t before, std::int64_t number);

}  // namespace karkhana::billing

#include "server/billing/number_blocks.hpp"

#include <algorithm>

#include "server/billing/runs.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kBlocks =
    "SELECT b.block_id, b.series, b.fiscal_year, b.box, b.first, b.last, b.held, b.made_at, "
    "e.ended_at, e.last_used, e.reason FROM number_block b LEFT JOIN number_block_end e "
    "ON e.facility_id = b.facility_id AND e.block_id = b.block_id WHERE b.facility_id = $1 "
    "ORDER BY b.series, b.fiscal_year, b.first";
constexpr std::string_view kInsertBlock =
    "INSERT INTO number_block (facility_id, block_id, series, fiscal_year, box, first, last, held, "
    "made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kInsertBlockEnd =
    "INSERT INTO number_block_end (facility_id, block_id, last_used, reason, ended_at) "
    "VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kReserve =
    "INSERT INTO invoice_series (facility_id, series, fiscal_year, last_number, last_hash) "
    "VALUES ($1, $2, $3, $4, '') ON CONFLICT (facility_id, series, fiscal_year) "
    "DO UPDATE SET last_number = invoice_series.last_number + $4 RETURNING last_number";
constexpr std::string_view kLastGiven =
    "SELECT COALESCE(MAX(number), 0) FROM invoice WHERE facility_id = $1 AND state = 'final' "
    "AND series = $2 AND fiscal_year = $3 AND number >= $4 AND number <= $5";

NumberBlock read_block(store::Row const& row) {
    return {row.id<NumberBlockId>(0),
            row.text(1),
            row.text(2),
            row.text(3),
            row.integer(4),
            row.integer(5),
            row.integer(6) != 0,
            row.at(7),
            row.maybe_at(8),
            row.maybe_integer(9).value_or(0),
            row.maybe_text(10).value_or("")};
}

/// The last one of the block that was given out here; 0: none.
std::int64_t last_given(store::Reader& reader, FacilityId const& facility,
                        NumberBlock const& block) {
    return reader
        .first(
            kLastGiven, [](store::Row const& row) { return row.integer(0); }, facility,
            block.series, block.fiscal_year, block.first, block.last)
        .value();
}

void insert_block(store::Writer& writer, FacilityId const& facility, NumberBlock const& block) {
    writer.execute(kInsertBlock, facility, block.id, block.series, block.fiscal_year, block.box,
                   block.first, block.last, block.held ? 1 : 0, block.made_at);
}

bool is_of(NumberBlock const& block, std::string const& series, std::string const& fiscal_year) {
    return block.series == series && block.fiscal_year == fiscal_year;
}

}  // namespace

std::vector<NumberBlock> list_number_blocks(store::Reader& reader, FacilityId const& facility) {
    return reader.all(kBlocks, read_block, facility);
}

NumberBlock reserve_block(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                          NumberBlock block, std::int64_t count, Instant now) {
    lock_billing(writer, facility);
    block.last = writer
                     .first(
                         kReserve, [](store::Row const& row) { return row.integer(0); }, facility,
                         block.series, block.fiscal_year, count)
                     .value();
    block.first = block.last - count + 1;
    block.id = ids.make<NumberBlockId>();
    block.made_at = now;
    insert_block(writer, facility, block);
    return block;
}

Result<NumberBlock> hold_block(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                               NumberBlock block, Instant now) {
    lock_billing(writer, facility);
    for (auto const& there : list_number_blocks(writer, facility))
        if (is_of(there, block.series, block.fiscal_year) && there.first <= block.last &&
            block.first <= there.last)
            return refuse(ErrorKind::conflict, "block_known", "numbers of it are in a block here");
    if (last_given(writer, facility, block) > 0)
        return refuse(ErrorKind::conflict, "number_given", "a bill has one of them");
    block.id = ids.make<NumberBlockId>();
    block.held = true;
    block.made_at = now;
    insert_block(writer, facility, block);
    return block;
}

Result<NumberBlock> end_block(store::Writer& writer, FacilityId const& facility,
                              NumberBlockId const& id, std::int64_t last_used,
                              std::string const& reason, Instant now) {
    lock_billing(writer, facility);
    auto const blocks = list_number_blocks(writer, facility);
    auto const found = std::ranges::find(blocks, id, &NumberBlock::id);
    if (found == blocks.end()) return refuse(ErrorKind::not_found, "not_found");
    auto block = *found;
    if (block.ended_at) return refuse(ErrorKind::conflict, "block_ended");
    auto const here = std::max(last_given(writer, facility, block), block.first - 1);
    if (last_used < block.first - 1 || last_used > block.last || (block.held && last_used != here))
        return refuse(ErrorKind::invalid, "last_not_of_block", "the last one that the box gave out",
                      "/last_used");
    writer.execute(kInsertBlockEnd, facility, id, last_used, reason, now);
    block.ended_at = now;
    block.last_used = last_used;
    block.reason = reason;
    return block;
}

Result<std::int64_t> number_of_block(store::Reader& reader, FacilityId const& facility,
                                     std::string const& series, std::string const& fiscal_year) {
    bool is_box = false;
    for (auto const& block : list_number_blocks(reader, facility)) {
        if (!block.held || block.ended_at || block.series != series) continue;
        is_box = true;
        if (block.fiscal_year != fiscal_year) continue;
        auto const next = std::max(last_given(reader, facility, block) + 1, block.first);
        if (next <= block.last) return next;
    }
    if (is_box) return refuse(ErrorKind::conflict, "block_used_up", "this box has no number left");
    return 0;
}

bool may_follow(std::vector<NumberBlock> const& blocks, std::string const& series,
                std::string const& fiscal_year, std::int64_t before, std::int64_t number) {
    auto next = before + 1;
    for (auto const& block : blocks) {
        if (!is_of(block, series, fiscal_year)) continue;
        if (block.held && number == block.first && before < number) return true;
        if (!block.held && block.first == next && number >= next) next = block.last + 1;
    }
    return number == next;
}

}  // namespace karkhana::billing

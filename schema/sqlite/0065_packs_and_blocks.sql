-- Packs that are paid beforehand, what is drawn of them, and blocks of numbers for boxes that are
-- cut off.

-- Of a pack: for how many days it is good (0: for ever), and how much of the worth of an unused
-- rest is given back, in ten-thousandths.
ALTER TABLE rate_component ADD COLUMN valid_days INTEGER NOT NULL DEFAULT 0
    CHECK (valid_days >= 0);
ALTER TABLE rate_component ADD COLUMN refund_e4 INTEGER NOT NULL DEFAULT 0
    CHECK (refund_e4 >= 0 AND refund_e4 <= 10000);

-- A pack that was sold, as its card had it; the item is its line of a bill. Its cost is the price
-- without the tax in it.
CREATE TABLE pack (
    facility_id TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    component INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    cost_poisha INTEGER NOT NULL CHECK (cost_poisha >= 0),
    sold_at INTEGER NOT NULL,
    expires_at INTEGER CHECK (expires_at > sold_at),
    PRIMARY KEY (facility_id, pack_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, item_id) REFERENCES billable_item (facility_id, item_id),
    FOREIGN KEY (facility_id, rate_card_id, component)
        REFERENCES rate_component (facility_id, rate_card_id, sequence)
) STRICT;
CREATE INDEX pack_by_enterprise ON pack (facility_id, enterprise_id);
CREATE TRIGGER pack_no_update BEFORE UPDATE ON pack
BEGIN
    SELECT RAISE(ABORT, 'pack is append-only');
END;
CREATE TRIGGER pack_no_delete BEFORE DELETE ON pack
BEGIN
    SELECT RAISE(ABORT, 'pack is append-only');
END;
-- What a charge drew of a pack, what that was worth, and what was left then. It goes with its
-- charge while that is on no issued bill.
CREATE TABLE pack_draw (
    facility_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    pack_id TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha >= 0),
    left_then INTEGER NOT NULL CHECK (left_then >= 0),
    drawn_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, session_id, sequence, pack_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pack_draw_by_pack ON pack_draw (facility_id, pack_id);
-- What a correction after the bill gave back to a pack.
CREATE TABLE pack_return (
    facility_id TEXT NOT NULL,
    return_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    pack_id TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha >= 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, return_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
) STRICT;
CREATE INDEX pack_return_by_pack ON pack_return (facility_id, pack_id);
CREATE TRIGGER pack_return_no_update BEFORE UPDATE ON pack_return
BEGIN
    SELECT RAISE(ABORT, 'pack_return is append-only');
END;
CREATE TRIGGER pack_return_no_delete BEFORE DELETE ON pack_return
BEGIN
    SELECT RAISE(ABORT, 'pack_return is append-only');
END;
-- What of its cost was earned with a final bill, or with a return less so.
CREATE TABLE pack_earned (
    facility_id TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    cost_poisha INTEGER NOT NULL CHECK (cost_poisha <> 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, pack_id, document_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pack_earned_by_document ON pack_earned (facility_id, document_id);
CREATE TRIGGER pack_earned_no_update BEFORE UPDATE ON pack_earned
BEGIN
    SELECT RAISE(ABORT, 'pack_earned is append-only');
END;
CREATE TRIGGER pack_earned_no_delete BEFORE DELETE ON pack_earned
BEGIN
    SELECT RAISE(ABORT, 'pack_earned is append-only');
END;
-- No more is drawn of it: its time is over, it was given back, or it was never billed. What is kept
-- of its cost for nothing is income.
CREATE TABLE pack_end (
    facility_id TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'expired' OR kind = 'refunded' OR kind = 'withdrawn'),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    kept_poisha INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, pack_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER pack_end_no_update BEFORE UPDATE ON pack_end
BEGIN
    SELECT RAISE(ABORT, 'pack_end is append-only');
END;
CREATE TRIGGER pack_end_no_delete BEFORE DELETE ON pack_end
BEGIN
    SELECT RAISE(ABORT, 'pack_end is append-only');
END;
-- Who was told that a pack ends soon.
CREATE TABLE pack_told (
    facility_id TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, pack_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER pack_told_no_update BEFORE UPDATE ON pack_told
BEGIN
    SELECT RAISE(ABORT, 'pack_told is append-only');
END;
CREATE TRIGGER pack_told_no_delete BEFORE DELETE ON pack_told
BEGIN
    SELECT RAISE(ABORT, 'pack_told is append-only');
END;

-- Numbers of a series that a box which is cut off gives out alone. Here they are reserved; on the
-- box (held = 1) they are given out, one after the other.
CREATE TABLE number_block (
    facility_id TEXT NOT NULL,
    block_id TEXT NOT NULL,
    series TEXT NOT NULL CHECK (series <> ''),
    fiscal_year TEXT NOT NULL,
    box TEXT NOT NULL CHECK (box <> ''),
    first INTEGER NOT NULL CHECK (first > 0),
    last INTEGER NOT NULL CHECK (last >= first),
    held INTEGER NOT NULL CHECK (held IN (0, 1)),
    made_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, block_id),
    UNIQUE (facility_id, series, fiscal_year, first),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;
CREATE TRIGGER number_block_no_update BEFORE UPDATE ON number_block
BEGIN
    SELECT RAISE(ABORT, 'number_block is append-only');
END;
CREATE TRIGGER number_block_no_delete BEFORE DELETE ON number_block
BEGIN
    SELECT RAISE(ABORT, 'number_block is append-only');
END;
-- Given back: numbers after last_used are void, and why.
CREATE TABLE number_block_end (
    facility_id TEXT NOT NULL,
    block_id TEXT NOT NULL,
    last_used INTEGER NOT NULL CHECK (last_used >= 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, block_id),
    FOREIGN KEY (facility_id, block_id) REFERENCES number_block (facility_id, block_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER number_block_end_no_update BEFORE UPDATE ON number_block_end
BEGIN
    SELECT RAISE(ABORT, 'number_block_end is append-only');
END;
CREATE TRIGGER number_block_end_no_delete BEFORE DELETE ON number_block_end
BEGIN
    SELECT RAISE(ABORT, 'number_block_end is append-only');
END;

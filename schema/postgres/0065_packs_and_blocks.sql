-- Packs that are paid beforehand, what is drawn of them, and blocks of numbers for boxes that are
-- cut off.

-- Of a pack: for how many days it is good (0: for ever), and how much of the worth of an unused
-- rest is given back, in ten-thousandths.
ALTER TABLE rate_component ADD COLUMN valid_days bigint NOT NULL DEFAULT 0
    CHECK (valid_days >= 0);
ALTER TABLE rate_component ADD COLUMN refund_e4 bigint NOT NULL DEFAULT 0
    CHECK (refund_e4 >= 0 AND refund_e4 <= 10000);

-- A pack that was sold, as its card had it; the item is its line of a bill. Its cost is the price
-- without the tax in it.
CREATE TABLE pack (
    facility_id uuid NOT NULL,
    pack_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    item_id uuid NOT NULL,
    rate_card_id uuid NOT NULL,
    component bigint NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    cost_poisha bigint NOT NULL CHECK (cost_poisha >= 0),
    sold_at bigint NOT NULL,
    expires_at bigint CHECK (expires_at > sold_at),
    PRIMARY KEY (facility_id, pack_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, item_id) REFERENCES billable_item (facility_id, item_id),
    FOREIGN KEY (facility_id, rate_card_id, component)
        REFERENCES rate_component (facility_id, rate_card_id, sequence)
);
CREATE INDEX pack_by_enterprise ON pack (facility_id, enterprise_id);
CREATE TRIGGER pack_append_only BEFORE UPDATE OR DELETE ON pack
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- What a charge drew of a pack, what that was worth, and what was left then. It goes with its
-- charge while that is on no issued bill.
CREATE TABLE pack_draw (
    facility_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence bigint NOT NULL,
    pack_id uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    amount_poisha bigint NOT NULL CHECK (amount_poisha >= 0),
    left_then bigint NOT NULL CHECK (left_then >= 0),
    drawn_at bigint NOT NULL,
    PRIMARY KEY (facility_id, session_id, sequence, pack_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
);
CREATE INDEX pack_draw_by_pack ON pack_draw (facility_id, pack_id);
-- What a correction after the bill gave back to a pack.
CREATE TABLE pack_return (
    facility_id uuid NOT NULL,
    return_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence bigint NOT NULL,
    pack_id uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    amount_poisha bigint NOT NULL CHECK (amount_poisha >= 0),
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, return_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
);
CREATE INDEX pack_return_by_pack ON pack_return (facility_id, pack_id);
CREATE TRIGGER pack_return_append_only BEFORE UPDATE OR DELETE ON pack_return
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- What of its cost was earned with a final bill, or with a return less so.
CREATE TABLE pack_earned (
    facility_id uuid NOT NULL,
    pack_id uuid NOT NULL,
    document_id uuid NOT NULL,
    cost_poisha bigint NOT NULL CHECK (cost_poisha <> 0),
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, pack_id, document_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
);
CREATE INDEX pack_earned_by_document ON pack_earned (facility_id, document_id);
CREATE TRIGGER pack_earned_append_only BEFORE UPDATE OR DELETE ON pack_earned
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- No more is drawn of it: its time is over, it was given back, or it was never billed. What is kept
-- of its cost for nothing is income.
CREATE TABLE pack_end (
    facility_id uuid NOT NULL,
    pack_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind = 'expired' OR kind = 'refunded' OR kind = 'withdrawn'),
    quantity bigint NOT NULL CHECK (quantity >= 0),
    kept_poisha bigint NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, pack_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
);
CREATE TRIGGER pack_end_append_only BEFORE UPDATE OR DELETE ON pack_end
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Who was told that a pack ends soon.
CREATE TABLE pack_told (
    facility_id uuid NOT NULL,
    pack_id uuid NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, pack_id),
    FOREIGN KEY (facility_id, pack_id) REFERENCES pack (facility_id, pack_id)
);
CREATE TRIGGER pack_told_append_only BEFORE UPDATE OR DELETE ON pack_told
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Numbers of a series that a box which is cut off gives out alone. Here they are reserved; on the
-- box (held = 1) they are given out, one after the other.
CREATE TABLE number_block (
    facility_id uuid NOT NULL,
    block_id uuid NOT NULL,
    series text NOT NULL CHECK (series <> ''),
    fiscal_year text NOT NULL,
    box text NOT NULL CHECK (box <> ''),
    first bigint NOT NULL CHECK (first > 0),
    last bigint NOT NULL CHECK (last >= first),
    held bigint NOT NULL CHECK (held IN (0, 1)),
    made_at bigint NOT NULL,
    PRIMARY KEY (facility_id, block_id),
    UNIQUE (facility_id, series, fiscal_year, first),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
CREATE TRIGGER number_block_append_only BEFORE UPDATE OR DELETE ON number_block
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Given back: numbers after last_used are void, and why.
CREATE TABLE number_block_end (
    facility_id uuid NOT NULL,
    block_id uuid NOT NULL,
    last_used bigint NOT NULL CHECK (last_used >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    ended_at bigint NOT NULL,
    PRIMARY KEY (facility_id, block_id),
    FOREIGN KEY (facility_id, block_id) REFERENCES number_block (facility_id, block_id)
);
CREATE TRIGGER number_block_end_append_only BEFORE UPDATE OR DELETE ON number_block_end
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

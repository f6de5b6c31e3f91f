-- Who moves or shortens a booking late gives time up as who cancels late does, and may do so more
-- than once: the fees of a kind are numbered. What a fee is of is kept with it, so that when the
-- time is over the part that stayed empty is charged, and no more. What was kept of the slot when
-- it was changed is no part of it. An overrun is of no slot.
ALTER TABLE booking_fee DROP CONSTRAINT booking_fee_kind_check;
ALTER TABLE booking_fee ADD CONSTRAINT booking_fee_kind_check CHECK (kind IN (
    'late_cancel', 'no_show', 'overrun', 'late_change'));
ALTER TABLE booking_fee
    ADD COLUMN number bigint NOT NULL DEFAULT 1 CHECK (number >= 1),
    -- Whose fee it is, whoever has the booking now.
    ADD COLUMN enterprise_id uuid,
    ADD COLUMN machine_id uuid,
    ADD COLUMN from_us bigint,
    ADD COLUMN until_us bigint,
    ADD COLUMN kept_from_us bigint,
    ADD COLUMN kept_until_us bigint,
    -- Of this price so many percent, for the part of the slot that nobody had.
    ADD COLUMN quote_poisha bigint,
    ADD COLUMN percent bigint CHECK (percent >= 0);
-- Of those that are there the amount is known, and not what it was a share of: it is taken for all.
UPDATE booking_fee f SET enterprise_id = b.enterprise_id,
    machine_id = CASE WHEN f.kind <> 'overrun' THEN b.machine_id END,
    from_us = CASE WHEN f.kind <> 'overrun' THEN b.start_us END,
    until_us = CASE WHEN f.kind <> 'overrun' THEN b.end_us END,
    quote_poisha = CASE WHEN f.kind <> 'overrun' THEN f.amount_poisha END,
    percent = CASE WHEN f.kind <> 'overrun' THEN 100 END
FROM booking b WHERE b.facility_id = f.facility_id AND b.booking_id = f.booking_id;
ALTER TABLE booking_fee DROP CONSTRAINT booking_fee_pkey;
ALTER TABLE booking_fee
    ALTER COLUMN enterprise_id SET NOT NULL,
    ADD PRIMARY KEY (facility_id, booking_id, kind, number),
    ADD FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    ADD FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    ADD CHECK ((kind = 'overrun') = (machine_id IS NULL)),
    ADD CHECK ((machine_id IS NULL) = (from_us IS NULL)),
    ADD CHECK ((machine_id IS NULL) = (until_us IS NULL)),
    ADD CHECK ((machine_id IS NULL) = (quote_poisha IS NULL)),
    ADD CHECK ((machine_id IS NULL) = (percent IS NULL)),
    ADD CHECK (from_us IS NULL OR from_us < until_us),
    ADD CHECK ((kept_from_us IS NULL) = (kept_until_us IS NULL));
DROP INDEX booking_fee_unsettled;
CREATE INDEX booking_fee_unsettled ON booking_fee (facility_id, until_us)
    WHERE settled_at IS NULL;
CREATE INDEX booking_fee_slot ON booking_fee (facility_id, from_us) WHERE withdrawn_at IS NULL;
-- How many an ME was given lately.
CREATE INDEX booking_fee_by_enterprise ON booking_fee (facility_id, enterprise_id, made_at)
    WHERE withdrawn_at IS NULL;

-- When a booking that was held was confirmed. Who is given a slot after it has begun has the grace
-- time from then on.
ALTER TABLE booking ADD COLUMN confirmed_us bigint;

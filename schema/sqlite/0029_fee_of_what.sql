-- Who moves or shortens a booking late gives time up as who cancels late does, and may do so more
-- than once: the fees of a kind are numbered. What a fee is of is kept with it, so that when the
-- time is over the part that stayed empty is charged, and no more. What was kept of the slot when
-- it was changed is no part of it. An overrun is of no slot.
CREATE TABLE booking_fee_kept AS SELECT * FROM booking_fee;
DROP TABLE booking_fee;
CREATE TABLE booking_fee (
    facility_id   TEXT NOT NULL,
    booking_id    TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN (
        'late_cancel', 'no_show', 'overrun', 'late_change')),
    number        INTEGER NOT NULL DEFAULT 1 CHECK (number >= 1),
    -- Whose fee it is, whoever has the booking now.
    enterprise_id TEXT NOT NULL,
    minutes       INTEGER NOT NULL CHECK (minutes >= 0),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha >= 0),
    free          INTEGER NOT NULL CHECK (free IN (0, 1)),
    made_at       INTEGER NOT NULL,
    settled_at    INTEGER,
    withdrawn_at  INTEGER,
    withdrawn_by  TEXT,
    reason        TEXT NOT NULL DEFAULT '',
    machine_id    TEXT,
    from_us       INTEGER,
    until_us      INTEGER,
    kept_from_us  INTEGER,
    kept_until_us INTEGER,
    -- Of this price so many percent, for the part of the slot that nobody had.
    quote_poisha  INTEGER,
    percent       INTEGER CHECK (percent >= 0),
    PRIMARY KEY (facility_id, booking_id, kind, number),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, withdrawn_by) REFERENCES person (facility_id, person_id),
    CHECK (free = 0 OR amount_poisha = 0),
    CHECK ((kind = 'overrun') = (machine_id IS NULL)),
    CHECK ((machine_id IS NULL) = (from_us IS NULL)),
    CHECK ((machine_id IS NULL) = (until_us IS NULL)),
    CHECK ((machine_id IS NULL) = (quote_poisha IS NULL)),
    CHECK ((machine_id IS NULL) = (percent IS NULL)),
    CHECK (from_us IS NULL OR from_us < until_us),
    CHECK ((kept_from_us IS NULL) = (kept_until_us IS NULL))
) STRICT, WITHOUT ROWID;
-- Of those that are there the amount is known, and not what it was a share of: it is taken for all.
INSERT INTO booking_fee (facility_id, booking_id, kind, enterprise_id, minutes, amount_poisha,
    free, made_at, settled_at, withdrawn_at, withdrawn_by, reason, machine_id, from_us, until_us,
    quote_poisha, percent)
SELECT f.facility_id, f.booking_id, f.kind, b.enterprise_id, f.minutes, f.amount_poisha, f.free,
    f.made_at, f.settled_at, f.withdrawn_at, f.withdrawn_by, f.reason,
    CASE WHEN f.kind <> 'overrun' THEN b.machine_id END,
    CASE WHEN f.kind <> 'overrun' THEN b.start_us END,
    CASE WHEN f.kind <> 'overrun' THEN b.end_us END,
    CASE WHEN f.kind <> 'overrun' THEN f.amount_poisha END,
    CASE WHEN f.kind <> 'overrun' THEN 100 END
FROM booking_fee_kept f
JOIN booking b ON b.facility_id = f.facility_id AND b.booking_id = f.booking_id;
DROP TABLE booking_fee_kept;
CREATE INDEX booking_fee_unsettled ON booking_fee (facility_id, until_us)
    WHERE settled_at IS NULL;
CREATE INDEX booking_fee_slot ON booking_fee (facility_id, from_us) WHERE withdrawn_at IS NULL;
-- How many an ME was given lately.
CREATE INDEX booking_fee_by_enterprise ON booking_fee (facility_id, enterprise_id, made_at)
    WHERE withdrawn_at IS NULL;

-- When a booking that was held was confirmed. Who is given a slot after it has begun has the grace
-- time from then on.
ALTER TABLE booking ADD COLUMN confirmed_us INTEGER;

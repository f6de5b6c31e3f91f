-- When an entry counts, where that is not the moment it was written: never in a month that is
-- closed.
ALTER TABLE journal_entry ADD COLUMN effective_at INTEGER CHECK (effective_at <= booked_at);

-- The drawer was counted. What it should hold is what the ledger says of cash until then.
CREATE TABLE cash_day (
    facility_id TEXT NOT NULL,
    cash_day_id TEXT NOT NULL,
    day TEXT NOT NULL CHECK (length(day) = 10),
    until_at INTEGER NOT NULL,
    expected_poisha INTEGER NOT NULL,
    counted_poisha INTEGER NOT NULL CHECK (counted_poisha >= 0),
    -- Notes and coins by their value in poisha: JSON, {"50000": 3}; empty when only summed.
    notes TEXT NOT NULL,
    reason TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    closed_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, cash_day_id),
    UNIQUE (facility_id, day),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    CHECK (expected_poisha = counted_poisha OR reason <> '')
) STRICT;
CREATE TRIGGER cash_day_no_update BEFORE UPDATE ON cash_day
BEGIN
    SELECT RAISE(ABORT, 'cash_day is append-only');
END;
CREATE TRIGGER cash_day_no_delete BEFORE DELETE ON cash_day
BEGIN
    SELECT RAISE(ABORT, 'cash_day is append-only');
END;

-- Months are closed one after the other, with the trial balance as it was; the last closed one is
-- opened again when one person asks and another does. Nothing is booked before lock_at.
CREATE TABLE period_act (
    facility_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    period TEXT NOT NULL CHECK (length(period) = 7),
    action TEXT NOT NULL CHECK (action IN ('close', 'ask_reopen', 'reopen')),
    lock_at INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, sequence),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER period_act_no_update BEFORE UPDATE ON period_act
BEGIN
    SELECT RAISE(ABORT, 'period_act is append-only');
END;
CREATE TRIGGER period_act_no_delete BEFORE DELETE ON period_act
BEGIN
    SELECT RAISE(ABORT, 'period_act is append-only');
END;

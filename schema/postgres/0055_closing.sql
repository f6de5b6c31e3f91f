-- When an entry counts, where that is not the moment it was written: never in a month that is
-- closed.
ALTER TABLE journal_entry ADD COLUMN effective_at bigint CHECK (effective_at <= booked_at);

-- The drawer was counted. What it should hold is what the ledger says of cash until then.
CREATE TABLE cash_day (
    facility_id uuid NOT NULL,
    cash_day_id uuid NOT NULL,
    day text NOT NULL CHECK (length(day) = 10),
    until_at bigint NOT NULL,
    expected_poisha bigint NOT NULL,
    counted_poisha bigint NOT NULL CHECK (counted_poisha >= 0),
    -- Notes and coins by their value in poisha: JSON, {"50000": 3}; empty when only summed.
    notes text NOT NULL,
    reason text NOT NULL,
    closed_at bigint NOT NULL,
    closed_by uuid NOT NULL,
    PRIMARY KEY (facility_id, cash_day_id),
    UNIQUE (facility_id, day),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    CHECK (expected_poisha = counted_poisha OR reason <> '')
);
CREATE TRIGGER cash_day_append_only BEFORE UPDATE OR DELETE ON cash_day
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Months are closed one after the other, with the trial balance as it was; the last closed one is
-- opened again when one person asks and another does. Nothing is booked before lock_at.
CREATE TABLE period_act (
    facility_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    period text NOT NULL CHECK (length(period) = 7),
    action text NOT NULL CHECK (action IN ('close', 'ask_reopen', 'reopen')),
    lock_at bigint NOT NULL,
    snapshot text NOT NULL,
    sha256 text NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (facility_id, sequence),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
CREATE TRIGGER period_act_append_only BEFORE UPDATE OR DELETE ON period_act
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Bills of more than metered work: fees, services, memberships, corrections of what was issued.
-- Taxes and when they hold. Credit notes, which are documents as bills are. And a journal of any
-- kind.

-- What stands on a bill beside sessions. It is said once: the same source and id with the same
-- content is the same item. price_e4 x quantity / per, rounded once, is the amount.
CREATE TABLE billable_item (
    facility_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source <> ''),
    source_id TEXT NOT NULL CHECK (source_id <> ''),
    payload_sha256 TEXT NOT NULL CHECK (length(payload_sha256) = 64),
    happened_at INTEGER NOT NULL,
    label_en TEXT NOT NULL CHECK (label_en <> ''),
    label_bn TEXT NOT NULL CHECK (label_bn <> ''),
    quantity INTEGER NOT NULL,
    unit TEXT NOT NULL CHECK (unit <> ''),
    per INTEGER NOT NULL CHECK (per > 0),
    price_e4 INTEGER NOT NULL,
    -- Only what corrects an issued line may be less than nothing.
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha >= 0 OR source = 'adjustment'),
    income TEXT NOT NULL CHECK (income <> ''),
    tax_code TEXT NOT NULL CHECK (tax_code <> ''),
    -- For gain or in the public's interest, and what of the price somebody else bears.
    sector TEXT NOT NULL CHECK (sector = 'commercial' OR sector = 'public'),
    subsidy_poisha INTEGER NOT NULL CHECK (subsidy_poisha >= 0),
    refers_invoice_id TEXT,
    refers_line INTEGER,
    note TEXT NOT NULL,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    -- waiting, until the bill it is on is final; withdrawn: it will be on none.
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state = 'waiting' OR state = 'billed' OR state = 'withdrawn'),
    PRIMARY KEY (facility_id, item_id),
    UNIQUE (facility_id, source, source_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, refers_invoice_id) REFERENCES invoice (facility_id, invoice_id),
    CHECK ((refers_invoice_id IS NULL) = (refers_line IS NULL))
) STRICT;
CREATE INDEX billable_item_waiting ON billable_item (facility_id, happened_at)
WHERE state = 'waiting';
CREATE INDEX billable_item_by_enterprise ON billable_item (facility_id, enterprise_id, happened_at);
CREATE INDEX billable_item_by_reference ON billable_item (facility_id, refers_invoice_id)
WHERE refers_invoice_id IS NOT NULL;

CREATE TABLE invoice_item (
    facility_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line > 0),
    item_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, invoice_id, line),
    UNIQUE (facility_id, item_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id),
    FOREIGN KEY (facility_id, item_id) REFERENCES billable_item (facility_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER billable_item_stays BEFORE UPDATE ON billable_item
WHEN NOT (OLD.state = 'waiting' AND NEW.state <> 'waiting'
    AND NEW.enterprise_id = OLD.enterprise_id AND NEW.amount_poisha = OLD.amount_poisha
    AND NEW.payload_sha256 = OLD.payload_sha256 AND NEW.source = OLD.source
    AND NEW.source_id = OLD.source_id AND NEW.happened_at = OLD.happened_at
    AND NEW.label_en = OLD.label_en AND NEW.label_bn = OLD.label_bn
    AND NEW.quantity = OLD.quantity AND NEW.unit = OLD.unit AND NEW.per = OLD.per
    AND NEW.price_e4 = OLD.price_e4 AND NEW.income = OLD.income AND NEW.tax_code = OLD.tax_code
    AND NEW.sector = OLD.sector AND NEW.subsidy_poisha = OLD.subsidy_poisha
    AND NEW.refers_invoice_id IS OLD.refers_invoice_id AND NEW.refers_line IS OLD.refers_line
    AND NEW.note = OLD.note AND NEW.created_by IS OLD.created_by
    AND NEW.created_at = OLD.created_at)
BEGIN
    SELECT RAISE(ABORT, 'billable_item: what was said stays');
END;
CREATE TRIGGER billable_item_no_delete BEFORE DELETE ON billable_item
BEGIN
    SELECT RAISE(ABORT, 'billable_item is append-only');
END;
CREATE TRIGGER invoice_item_no_update BEFORE UPDATE ON invoice_item
BEGIN
    SELECT RAISE(ABORT, 'invoice_item is append-only');
END;
CREATE TRIGGER invoice_item_no_delete BEFORE DELETE ON invoice_item
WHEN (SELECT state FROM invoice
      WHERE facility_id = OLD.facility_id AND invoice_id = OLD.invoice_id) = 'final'
BEGIN
    SELECT RAISE(ABORT, 'invoice_item: the invoice is final');
END;
CREATE TRIGGER invoice_item_not_onto_final BEFORE INSERT ON invoice_item
WHEN (SELECT state FROM invoice
      WHERE facility_id = NEW.facility_id AND invoice_id = NEW.invoice_id) = 'final'
BEGIN
    SELECT RAISE(ABORT, 'invoice_item: the invoice is final');
END;

-- total_poisha is what is to be paid; tax_poisha is the part of it that is tax.
ALTER TABLE invoice ADD COLUMN kind TEXT NOT NULL DEFAULT 'invoice'
    CHECK (kind = 'invoice' OR kind = 'credit_note');
ALTER TABLE invoice ADD COLUMN refers_to TEXT CHECK ((refers_to IS NULL) = (kind = 'invoice'));
ALTER TABLE invoice ADD COLUMN tax_poisha INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN reason TEXT NOT NULL DEFAULT '';
DROP INDEX invoice_one_draft;
CREATE UNIQUE INDEX invoice_one_draft ON invoice (facility_id, period, enterprise_id)
WHERE state = 'draft' AND kind = 'invoice';
CREATE UNIQUE INDEX invoice_one_credit_draft ON invoice (facility_id, refers_to)
WHERE state = 'draft' AND kind = 'credit_note';
CREATE INDEX invoice_by_reference ON invoice (facility_id, refers_to) WHERE refers_to IS NOT NULL;
-- Sessions that were rated late: after the month they belong to was billed.
CREATE INDEX rated_session_by_rating ON rated_session (facility_id, rated_at);

-- The tax regime of a facility from a moment on. Never edited: a change is another row.
CREATE TABLE tax_setting (
    facility_id TEXT NOT NULL,
    effective_from INTEGER NOT NULL,
    regime TEXT NOT NULL CHECK (regime = 'none' OR regime = 'turnover' OR regime = 'vat'),
    rounding TEXT NOT NULL CHECK (rounding = 'line' OR rounding = 'invoice'),
    -- 1: the prices of the rate card contain the tax.
    inclusive INTEGER NOT NULL CHECK (inclusive = 0 OR inclusive = 1),
    bin TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source <> ''),
    said_by TEXT,
    said_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    CHECK (regime <> 'vat' OR bin <> '')
) STRICT, WITHOUT ROWID;
-- What is taxed how from a moment on: rate_e4 is 10^-4 of the value, 1500 for 15 %.
CREATE TABLE tax_code (
    facility_id TEXT NOT NULL,
    code TEXT NOT NULL CHECK (code <> ''),
    effective_from INTEGER NOT NULL,
    rate_e4 INTEGER NOT NULL CHECK (rate_e4 >= 0 AND rate_e4 <= 10000),
    label_en TEXT NOT NULL CHECK (label_en <> ''),
    label_bn TEXT NOT NULL CHECK (label_bn <> ''),
    service_code TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source <> ''),
    said_by TEXT,
    said_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, code, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tax_setting_no_update BEFORE UPDATE ON tax_setting
BEGIN
    SELECT RAISE(ABORT, 'tax_setting is append-only');
END;
CREATE TRIGGER tax_setting_no_delete BEFORE DELETE ON tax_setting
BEGIN
    SELECT RAISE(ABORT, 'tax_setting is append-only');
END;
CREATE TRIGGER tax_code_no_update BEFORE UPDATE ON tax_code
BEGIN
    SELECT RAISE(ABORT, 'tax_code is append-only');
END;
CREATE TRIGGER tax_code_no_delete BEFORE DELETE ON tax_code
BEGIN
    SELECT RAISE(ABORT, 'tax_code is append-only');
END;

-- The journal books whatever has a document, not bills and payments alone.
CREATE TABLE journal_entry_kept AS SELECT * FROM journal_entry;
DROP TABLE journal_entry;
CREATE TABLE journal_entry (
    facility_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    entry_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    document_id TEXT NOT NULL,
    memo TEXT NOT NULL,
    booked_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, sequence),
    UNIQUE (facility_id, kind, document_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;
INSERT INTO journal_entry (facility_id, sequence, entry_id, kind, document_id, memo, booked_at)
SELECT facility_id, sequence, entry_id, kind, document_id, memo, booked_at FROM journal_entry_kept;
DROP TABLE journal_entry_kept;
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal_entry is append-only');
END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal_entry is append-only');
END;

CREATE TABLE billing_counter_kept AS SELECT * FROM billing_counter;
DROP TABLE billing_counter;
CREATE TABLE billing_counter (
    facility_id TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    last INTEGER NOT NULL,
    PRIMARY KEY (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;
INSERT INTO billing_counter (facility_id, name, last)
SELECT facility_id, name, last FROM billing_counter_kept;
DROP TABLE billing_counter_kept;

-- A register that is corrected after its bill was issued: what was read and charged stays, and the
-- difference is an item that refers to the issued line. Applied in their order.
CREATE TABLE late_correction (
    facility_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    channel INTEGER NOT NULL,
    edge TEXT NOT NULL CHECK (edge = 'start' OR edge = 'boundary' OR edge = 'stop'),
    at INTEGER NOT NULL,
    value_wh INTEGER NOT NULL CHECK (value_wh >= 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    said_by TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, session_id, sequence),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER late_correction_no_update BEFORE UPDATE ON late_correction
BEGIN
    SELECT RAISE(ABORT, 'late_correction is append-only');
END;
CREATE TRIGGER late_correction_no_delete BEFORE DELETE ON late_correction
BEGIN
    SELECT RAISE(ABORT, 'late_correction is append-only');
END;

-- What an ME owed before there was this ledger is due since its day, as a bill is, and settled by
-- what is paid; and the BIN of who buys.

CREATE VIEW opening_balance AS
SELECT e.facility_id, e.document_id AS enterprise_id, p.amount_poisha,
    COALESCE(e.effective_at, e.booked_at) AS at, e.memo
FROM journal_entry e JOIN journal_posting p
ON p.facility_id = e.facility_id AND p.sequence = e.sequence
WHERE e.kind = 'opening' AND p.account = 'assets:receivable:' || e.document_id
    AND p.amount_poisha > 0;

CREATE TABLE opening_allocation (
    facility_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    document_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha <> 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id, kind, document_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX opening_allocation_by_document ON opening_allocation (facility_id, document_id);
CREATE TRIGGER opening_allocation_no_update BEFORE UPDATE ON opening_allocation
BEGIN
    SELECT RAISE(ABORT, 'opening_allocation is append-only');
END;
CREATE TRIGGER opening_allocation_no_delete BEFORE DELETE ON opening_allocation
BEGIN
    SELECT RAISE(ABORT, 'opening_allocation is append-only');
END;
CREATE TABLE opening_reminder (
    facility_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level > 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id, level),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER opening_reminder_no_update BEFORE UPDATE ON opening_reminder
BEGIN
    SELECT RAISE(ABORT, 'opening_reminder is append-only');
END;
CREATE TRIGGER opening_reminder_no_delete BEFORE DELETE ON opening_reminder
BEGIN
    SELECT RAISE(ABORT, 'opening_reminder is append-only');
END;

ALTER TABLE enterprise ADD COLUMN bin TEXT NOT NULL DEFAULT '';

-- What an ME owed before there was this ledger, as the imported table said it: the ledger is held
-- against this. It is due since its day, as a bill is, and settled by what is paid; what was paid
-- ahead, below nothing, is its wallet's. And the BIN of who buys.

CREATE TABLE opening_balance (
    facility_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL,
    account TEXT NOT NULL,
    note TEXT NOT NULL,
    at INTEGER NOT NULL,
    booked_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT, WITHOUT ROWID;
INSERT INTO opening_balance
    (facility_id, enterprise_id, amount_poisha, account, note, at, booked_at)
SELECT e.facility_id, e.document_id, p.amount_poisha, p.account, e.memo,
    COALESCE(e.effective_at, e.booked_at), e.booked_at
FROM journal_entry e
JOIN journal_posting p ON p.facility_id = e.facility_id AND p.sequence = e.sequence
WHERE e.kind = 'opening' AND p.account <> 'equity:opening';
CREATE TRIGGER opening_balance_no_update BEFORE UPDATE ON opening_balance
BEGIN
    SELECT RAISE(ABORT, 'opening_balance is append-only');
END;
CREATE TRIGGER opening_balance_no_delete BEFORE DELETE ON opening_balance
BEGIN
    SELECT RAISE(ABORT, 'opening_balance is append-only');
END;
CREATE VIEW opening_due AS
SELECT facility_id, enterprise_id, amount_poisha, at, note AS memo
FROM opening_balance WHERE amount_poisha > 0;

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

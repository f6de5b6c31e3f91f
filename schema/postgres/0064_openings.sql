-- What an ME owed before there was this ledger, as the imported table said it: the ledger is held
-- against this. It is due since its day, as a bill is, and settled by what is paid; what was paid
-- ahead, below nothing, is its wallet's. And the BIN of who buys.

CREATE TABLE opening_balance (
    facility_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    amount_poisha bigint NOT NULL,
    account text NOT NULL,
    note text NOT NULL,
    at bigint NOT NULL,
    booked_at bigint NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
INSERT INTO opening_balance
    (facility_id, enterprise_id, amount_poisha, account, note, at, booked_at)
SELECT e.facility_id, e.document_id, p.amount_poisha, p.account, e.memo,
    COALESCE(e.effective_at, e.booked_at), e.booked_at
FROM journal_entry e
JOIN journal_posting p ON p.facility_id = e.facility_id AND p.sequence = e.sequence
WHERE e.kind = 'opening' AND p.account <> 'equity:opening';
CREATE TRIGGER opening_balance_append_only BEFORE UPDATE OR DELETE ON opening_balance
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE VIEW opening_due AS
SELECT facility_id, enterprise_id, amount_poisha, at, note AS memo
FROM opening_balance WHERE amount_poisha > 0;

CREATE TABLE opening_allocation (
    facility_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    document_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha <> 0),
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id, kind, document_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
CREATE INDEX opening_allocation_by_document ON opening_allocation (facility_id, document_id);
CREATE TRIGGER opening_allocation_append_only BEFORE UPDATE OR DELETE ON opening_allocation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE opening_reminder (
    facility_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    level bigint NOT NULL CHECK (level > 0),
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id, level),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
CREATE TRIGGER opening_reminder_append_only BEFORE UPDATE OR DELETE ON opening_reminder
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE enterprise ADD COLUMN bin text NOT NULL DEFAULT '';

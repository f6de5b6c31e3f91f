-- Money by every way it comes: payments of invoices and into the wallet, claims of money that was
-- sent and has a number, statements of the channels, holds of a wallet, waivers and disputes.

-- What of an invoice was settled by what. A reversal takes back what it reverses, below nothing.
CREATE TABLE allocation (
    facility_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    document_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha <> 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, invoice_id, kind, document_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocation_by_document ON allocation (facility_id, document_id);
CREATE TRIGGER allocation_no_update BEFORE UPDATE ON allocation
BEGIN
    SELECT RAISE(ABORT, 'allocation is append-only');
END;
CREATE TRIGGER allocation_no_delete BEFORE DELETE ON allocation
BEGIN
    SELECT RAISE(ABORT, 'allocation is append-only');
END;
INSERT INTO allocation (facility_id, invoice_id, kind, document_id, amount_poisha, at)
SELECT facility_id, invoice_id, 'payment', payment_id, amount_poisha, received_at FROM payment;

-- A payment is of an ME: what no invoice takes of it is the wallet's. Cash is rounded to the whole
-- taka: rounding is what came in beyond what was due. Of an advance the VAT is due at once.
CREATE TABLE payment_kept AS SELECT * FROM payment;
DROP TABLE payment;
CREATE TABLE payment (
    facility_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    enterprise_id TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN (
        'cash', 'bkash', 'nagad', 'rocket', 'bank', 'wallet', 'vds')),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    rounding_poisha INTEGER NOT NULL DEFAULT 0,
    wallet_vat_poisha INTEGER NOT NULL DEFAULT 0 CHECK (wallet_vat_poisha >= 0),
    reference TEXT,
    -- The claim it came of, and the line of a statement that showed the money first.
    claim_id TEXT,
    statement_line_id TEXT,
    received_at INTEGER NOT NULL,
    received_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, payment_id),
    UNIQUE (facility_id, sequence),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK (rounding_poisha = 0 OR method = 'cash'),
    CHECK (rounding_poisha BETWEEN -50 AND 50)
) STRICT;
INSERT INTO payment (facility_id, payment_id, sequence, enterprise_id, method, amount_poisha,
    reference, received_at, received_by)
SELECT facility_id, payment_id, sequence, enterprise_id, method, amount_poisha, reference,
    received_at, received_by FROM payment_kept;
DROP TABLE payment_kept;
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN
    SELECT RAISE(ABORT, 'payment is append-only');
END;
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN
    SELECT RAISE(ABORT, 'payment is append-only');
END;
CREATE INDEX payment_by_enterprise ON payment (facility_id, enterprise_id, received_at);
CREATE INDEX payment_by_time ON payment (facility_id, received_at);

-- What was booked may be taken back once, by entries the other way round.
CREATE TABLE payment_reversal (
    facility_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    reversed_at INTEGER NOT NULL,
    reversed_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, payment_id),
    FOREIGN KEY (facility_id, payment_id) REFERENCES payment (facility_id, payment_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER payment_reversal_no_update BEFORE UPDATE ON payment_reversal
BEGIN
    SELECT RAISE(ABORT, 'payment_reversal is append-only');
END;
CREATE TRIGGER payment_reversal_no_delete BEFORE DELETE ON payment_reversal
BEGIN
    SELECT RAISE(ABORT, 'payment_reversal is append-only');
END;

-- Statements of a channel, as they were imported; the number of a line is of the channel.
CREATE TABLE statement_import (
    facility_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('bkash', 'nagad', 'rocket', 'bank')),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    lines INTEGER NOT NULL CHECK (lines > 0),
    imported_at INTEGER NOT NULL,
    imported_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, import_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;
CREATE TRIGGER statement_import_no_update BEFORE UPDATE ON statement_import
BEGIN
    SELECT RAISE(ABORT, 'statement_import is append-only');
END;
CREATE TRIGGER statement_import_no_delete BEFORE DELETE ON statement_import
BEGIN
    SELECT RAISE(ABORT, 'statement_import is append-only');
END;
-- claim_id: money that a claim had brought before, which is in no clearing account.
CREATE TABLE statement_line (
    facility_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    trx_id TEXT NOT NULL CHECK (trx_id <> ''),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    sender TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    paid_at INTEGER NOT NULL,
    file_line INTEGER NOT NULL,
    claim_id TEXT,
    booked_at INTEGER NOT NULL,
    effective_at INTEGER NOT NULL CHECK (effective_at <= booked_at),
    PRIMARY KEY (facility_id, line_id),
    UNIQUE (facility_id, channel, trx_id),
    FOREIGN KEY (facility_id, import_id) REFERENCES statement_import (facility_id, import_id)
) STRICT;
CREATE TRIGGER statement_line_no_update BEFORE UPDATE ON statement_line
BEGIN
    SELECT RAISE(ABORT, 'statement_line is append-only');
END;
CREATE TRIGGER statement_line_no_delete BEFORE DELETE ON statement_line
BEGIN
    SELECT RAISE(ABORT, 'statement_line is append-only');
END;

-- Somebody says that money was sent under a number. Its state is that of its last step.
CREATE TABLE payment_claim (
    facility_id TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('bkash', 'nagad', 'rocket', 'bank')),
    trx_id TEXT NOT NULL CHECK (trx_id <> ''),
    enterprise_id TEXT NOT NULL,
    invoice_id TEXT,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    sender TEXT NOT NULL DEFAULT '',
    paid_at INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    claimed_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN (
        'claimed', 'matched', 'applied', 'rejected', 'reversed')),
    statement_line_id TEXT,
    PRIMARY KEY (facility_id, claim_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id),
    FOREIGN KEY (facility_id, statement_line_id)
        REFERENCES statement_line (facility_id, line_id)
) STRICT;
-- A number is claimed once; what was rejected or taken back may have been somebody else's.
CREATE UNIQUE INDEX payment_claim_number ON payment_claim (facility_id, channel, trx_id)
    WHERE state NOT IN ('rejected', 'reversed');
CREATE UNIQUE INDEX payment_claim_line ON payment_claim (facility_id, statement_line_id)
    WHERE state NOT IN ('rejected', 'reversed');
CREATE INDEX payment_claim_by_enterprise ON payment_claim (facility_id, enterprise_id);
CREATE TABLE payment_claim_step (
    facility_id TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    state TEXT NOT NULL,
    -- How it was found: trx_id, reference, sender, manual; empty where nothing was looked for.
    rule TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, claim_id, sequence),
    FOREIGN KEY (facility_id, claim_id) REFERENCES payment_claim (facility_id, claim_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER payment_claim_step_no_update BEFORE UPDATE ON payment_claim_step
BEGIN
    SELECT RAISE(ABORT, 'payment_claim_step is append-only');
END;
CREATE TRIGGER payment_claim_step_no_delete BEFORE DELETE ON payment_claim_step
BEGIN
    SELECT RAISE(ABORT, 'payment_claim_step is append-only');
END;

-- Money of a wallet that is kept for something, and how that ended: once.
CREATE TABLE wallet_hold (
    facility_id TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, hold_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT;
CREATE INDEX wallet_hold_by_enterprise ON wallet_hold (facility_id, enterprise_id);
CREATE TRIGGER wallet_hold_no_update BEFORE UPDATE ON wallet_hold
BEGIN
    SELECT RAISE(ABORT, 'wallet_hold is append-only');
END;
CREATE TRIGGER wallet_hold_no_delete BEFORE DELETE ON wallet_hold
BEGIN
    SELECT RAISE(ABORT, 'wallet_hold is append-only');
END;
-- payment_id: what was paid with it; none: it was let go.
CREATE TABLE wallet_hold_end (
    facility_id TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    payment_id TEXT,
    ended_at INTEGER NOT NULL,
    ended_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, hold_id),
    FOREIGN KEY (facility_id, hold_id) REFERENCES wallet_hold (facility_id, hold_id),
    FOREIGN KEY (facility_id, payment_id) REFERENCES payment (facility_id, payment_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER wallet_hold_end_no_update BEFORE UPDATE ON wallet_hold_end
BEGIN
    SELECT RAISE(ABORT, 'wallet_hold_end is append-only');
END;
CREATE TRIGGER wallet_hold_end_no_delete BEFORE DELETE ON wallet_hold_end
BEGIN
    SELECT RAISE(ABORT, 'wallet_hold_end is append-only');
END;
CREATE TABLE wallet_refund (
    facility_id TEXT NOT NULL,
    refund_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    vat_poisha INTEGER NOT NULL CHECK (vat_poisha >= 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    refunded_at INTEGER NOT NULL,
    refunded_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, refund_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT;
CREATE TRIGGER wallet_refund_no_update BEFORE UPDATE ON wallet_refund
BEGIN
    SELECT RAISE(ABORT, 'wallet_refund is append-only');
END;
CREATE TRIGGER wallet_refund_no_delete BEFORE DELETE ON wallet_refund
BEGIN
    SELECT RAISE(ABORT, 'wallet_refund is append-only');
END;
-- What the wallet of a record that was merged gave to that of the one that was kept, when needed.
CREATE TABLE wallet_move (
    facility_id TEXT NOT NULL,
    move_id TEXT NOT NULL,
    from_enterprise_id TEXT NOT NULL,
    to_enterprise_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    moved_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, move_id),
    FOREIGN KEY (facility_id, from_enterprise_id)
        REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, to_enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT;
CREATE TRIGGER wallet_move_no_update BEFORE UPDATE ON wallet_move
BEGIN
    SELECT RAISE(ABORT, 'wallet_move is append-only');
END;
CREATE TRIGGER wallet_move_no_delete BEFORE DELETE ON wallet_move
BEGIN
    SELECT RAISE(ABORT, 'wallet_move is append-only');
END;

-- What nobody asks for any more; it is booked when it is granted.
CREATE TABLE waiver (
    facility_id TEXT NOT NULL,
    waiver_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    asked_at INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, waiver_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT;
CREATE INDEX waiver_by_invoice ON waiver (facility_id, invoice_id);
CREATE TRIGGER waiver_no_update BEFORE UPDATE ON waiver
BEGIN
    SELECT RAISE(ABORT, 'waiver is append-only');
END;
CREATE TRIGGER waiver_no_delete BEFORE DELETE ON waiver
BEGIN
    SELECT RAISE(ABORT, 'waiver is append-only');
END;
CREATE TABLE waiver_decision (
    facility_id TEXT NOT NULL,
    waiver_id TEXT NOT NULL,
    granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
    decided_at INTEGER NOT NULL,
    decided_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, waiver_id),
    FOREIGN KEY (facility_id, waiver_id) REFERENCES waiver (facility_id, waiver_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER waiver_decision_no_update BEFORE UPDATE ON waiver_decision
BEGIN
    SELECT RAISE(ABORT, 'waiver_decision is append-only');
END;
CREATE TRIGGER waiver_decision_no_delete BEFORE DELETE ON waiver_decision
BEGIN
    SELECT RAISE(ABORT, 'waiver_decision is append-only');
END;

-- A line that somebody does not accept, with what it rests on as it was that day.
CREATE TABLE dispute (
    facility_id TEXT NOT NULL,
    dispute_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line > 0),
    enterprise_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    evidence TEXT NOT NULL,
    evidence_sha256 TEXT NOT NULL CHECK (length(evidence_sha256) = 64),
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, dispute_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT;
CREATE INDEX dispute_by_invoice ON dispute (facility_id, invoice_id);
CREATE TRIGGER dispute_no_update BEFORE UPDATE ON dispute
BEGIN
    SELECT RAISE(ABORT, 'dispute is append-only');
END;
CREATE TRIGGER dispute_no_delete BEFORE DELETE ON dispute
BEGIN
    SELECT RAISE(ABORT, 'dispute is append-only');
END;
CREATE TABLE dispute_step (
    facility_id TEXT NOT NULL,
    dispute_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('answered', 'settled')),
    words TEXT NOT NULL CHECK (words <> ''),
    at INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, dispute_id, state),
    FOREIGN KEY (facility_id, dispute_id) REFERENCES dispute (facility_id, dispute_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dispute_step_no_update BEFORE UPDATE ON dispute_step
BEGIN
    SELECT RAISE(ABORT, 'dispute_step is append-only');
END;
CREATE TRIGGER dispute_step_no_delete BEFORE DELETE ON dispute_step
BEGIN
    SELECT RAISE(ABORT, 'dispute_step is append-only');
END;

CREATE TABLE invoice_reminder (
    facility_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level > 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, invoice_id, level),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER invoice_reminder_no_update BEFORE UPDATE ON invoice_reminder
BEGIN
    SELECT RAISE(ABORT, 'invoice_reminder is append-only');
END;
CREATE TRIGGER invoice_reminder_no_delete BEFORE DELETE ON invoice_reminder
BEGIN
    SELECT RAISE(ABORT, 'invoice_reminder is append-only');
END;

-- What of the VAT of an invoice was due before, when an advance came in.
CREATE TABLE advance_vat (
    facility_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    used_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, invoice_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER advance_vat_no_update BEFORE UPDATE ON advance_vat
BEGIN
    SELECT RAISE(ABORT, 'advance_vat is append-only');
END;
CREATE TRIGGER advance_vat_no_delete BEFORE DELETE ON advance_vat
BEGIN
    SELECT RAISE(ABORT, 'advance_vat is append-only');
END;

-- How a facility deals with money: the last version holds.
CREATE TABLE money_setting (
    facility_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    -- A top-up is a deposit, or an advance of which VAT is due at once (hundredths of a percent).
    wallet_vat TEXT NOT NULL CHECK (wallet_vat IN ('deposit', 'advance')),
    wallet_vat_rate INTEGER NOT NULL CHECK (wallet_vat_rate BETWEEN 0 AND 10000),
    waiver_limit_poisha INTEGER NOT NULL CHECK (waiver_limit_poisha >= 0),
    match_days INTEGER NOT NULL CHECK (match_days BETWEEN 0 AND 60),
    -- How long after its end a month's drafts are left open for what comes late.
    grace_days INTEGER NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 60),
    -- Days after its issue on which a bill is reminded of, ascending: JSON, [7,15,30].
    reminder_days TEXT NOT NULL,
    bangla_qr TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, version),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER money_setting_no_update BEFORE UPDATE ON money_setting
BEGIN
    SELECT RAISE(ABORT, 'money_setting is append-only');
END;
CREATE TRIGGER money_setting_no_delete BEFORE DELETE ON money_setting
BEGIN
    SELECT RAISE(ABORT, 'money_setting is append-only');
END;

-- What an ME used and is not billed for yet counts against its credit.
CREATE INDEX rated_session_by_enterprise ON rated_session (facility_id, enterprise_id);
-- A balance and the statement of an account rest on its postings alone.
DROP INDEX journal_posting_by_account;
CREATE INDEX journal_posting_by_account
    ON journal_posting (facility_id, account, sequence, amount_poisha);

-- Money by every way it comes: payments of invoices and into the wallet, claims of money that was
-- sent and has a number, statements of the channels, holds of a wallet, waivers and disputes.

-- What of an invoice was settled by what. A reversal takes back what it reverses, below nothing.
CREATE TABLE allocation (
    facility_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    document_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha <> 0),
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, invoice_id, kind, document_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);
CREATE INDEX allocation_by_document ON allocation (facility_id, document_id);
CREATE TRIGGER allocation_append_only BEFORE UPDATE OR DELETE ON allocation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
INSERT INTO allocation (facility_id, invoice_id, kind, document_id, amount_poisha, at)
SELECT facility_id, invoice_id, 'payment', payment_id, amount_poisha, received_at FROM payment;

-- A payment is of an ME: what no invoice takes of it is the wallet's. Cash is rounded to the whole
-- taka: rounding is what came in beyond what was due. Of an advance the VAT is due at once.
DROP INDEX payment_by_invoice;
ALTER TABLE payment DROP COLUMN invoice_id;
ALTER TABLE payment DROP CONSTRAINT payment_method_check;
ALTER TABLE payment
    ADD COLUMN rounding_poisha bigint NOT NULL DEFAULT 0
        CHECK (rounding_poisha BETWEEN -50 AND 50),
    ADD COLUMN wallet_vat_poisha bigint NOT NULL DEFAULT 0 CHECK (wallet_vat_poisha >= 0),
    -- The claim it came of, and the line of a statement that showed the money first.
    ADD COLUMN claim_id uuid,
    ADD COLUMN statement_line_id uuid,
    ADD CHECK (method IN ('cash', 'bkash', 'nagad', 'rocket', 'bank', 'wallet', 'vds')),
    ADD CHECK (rounding_poisha = 0 OR method = 'cash');
ALTER TABLE payment
    ADD FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id);
CREATE INDEX payment_by_enterprise ON payment (facility_id, enterprise_id, received_at);
CREATE INDEX payment_by_time ON payment (facility_id, received_at);

-- What was booked may be taken back once, by entries the other way round.
CREATE TABLE payment_reversal (
    facility_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    reversed_at bigint NOT NULL,
    reversed_by uuid NOT NULL,
    PRIMARY KEY (facility_id, payment_id),
    FOREIGN KEY (facility_id, payment_id) REFERENCES payment (facility_id, payment_id)
);
CREATE TRIGGER payment_reversal_append_only BEFORE UPDATE OR DELETE ON payment_reversal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Statements of a channel, as they were imported; the number of a line is of the channel.
CREATE TABLE statement_import (
    facility_id uuid NOT NULL,
    import_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('bkash', 'nagad', 'rocket', 'bank')),
    sha256 text NOT NULL CHECK (length(sha256) = 64),
    lines bigint NOT NULL CHECK (lines > 0),
    imported_at bigint NOT NULL,
    imported_by uuid NOT NULL,
    PRIMARY KEY (facility_id, import_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
CREATE TRIGGER statement_import_append_only BEFORE UPDATE OR DELETE ON statement_import
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- claim_id: money that a claim had brought before, which is in no clearing account.
CREATE TABLE statement_line (
    facility_id uuid NOT NULL,
    line_id uuid NOT NULL,
    import_id uuid NOT NULL,
    channel text NOT NULL,
    trx_id text NOT NULL CHECK (trx_id <> ''),
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    sender text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '',
    paid_at bigint NOT NULL,
    file_line bigint NOT NULL,
    claim_id uuid,
    booked_at bigint NOT NULL,
    effective_at bigint NOT NULL CHECK (effective_at <= booked_at),
    PRIMARY KEY (facility_id, line_id),
    UNIQUE (facility_id, channel, trx_id),
    FOREIGN KEY (facility_id, import_id) REFERENCES statement_import (facility_id, import_id)
);
CREATE TRIGGER statement_line_append_only BEFORE UPDATE OR DELETE ON statement_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Somebody says that money was sent under a number. Its state is that of its last step.
CREATE TABLE payment_claim (
    facility_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('bkash', 'nagad', 'rocket', 'bank')),
    trx_id text NOT NULL CHECK (trx_id <> ''),
    enterprise_id uuid NOT NULL,
    invoice_id uuid,
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    sender text NOT NULL DEFAULT '',
    paid_at bigint NOT NULL,
    claimed_at bigint NOT NULL,
    claimed_by uuid NOT NULL,
    state text NOT NULL CHECK (state IN (
        'claimed', 'matched', 'applied', 'rejected', 'reversed')),
    statement_line_id uuid,
    PRIMARY KEY (facility_id, claim_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id),
    FOREIGN KEY (facility_id, statement_line_id)
        REFERENCES statement_line (facility_id, line_id)
);
-- A number is claimed once; what was rejected or taken back may have been somebody else's.
CREATE UNIQUE INDEX payment_claim_number ON payment_claim (facility_id, channel, trx_id)
    WHERE state NOT IN ('rejected', 'reversed');
CREATE UNIQUE INDEX payment_claim_line ON payment_claim (facility_id, statement_line_id)
    WHERE state NOT IN ('rejected', 'reversed');
CREATE INDEX payment_claim_by_enterprise ON payment_claim (facility_id, enterprise_id);
CREATE TABLE payment_claim_step (
    facility_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    state text NOT NULL,
    -- How it was found: trx_id, reference, sender, manual; empty where nothing was looked for.
    rule text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    at bigint NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (facility_id, claim_id, sequence),
    FOREIGN KEY (facility_id, claim_id) REFERENCES payment_claim (facility_id, claim_id)
);
CREATE TRIGGER payment_claim_step_append_only BEFORE UPDATE OR DELETE ON payment_claim_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Money of a wallet that is kept for something, and how that ended: once.
CREATE TABLE wallet_hold (
    facility_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    reason text NOT NULL CHECK (reason <> ''),
    made_at bigint NOT NULL,
    made_by uuid NOT NULL,
    PRIMARY KEY (facility_id, hold_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
CREATE INDEX wallet_hold_by_enterprise ON wallet_hold (facility_id, enterprise_id);
CREATE TRIGGER wallet_hold_append_only BEFORE UPDATE OR DELETE ON wallet_hold
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- payment_id: what was paid with it; none: it was let go.
CREATE TABLE wallet_hold_end (
    facility_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    payment_id uuid,
    ended_at bigint NOT NULL,
    ended_by uuid NOT NULL,
    PRIMARY KEY (facility_id, hold_id),
    FOREIGN KEY (facility_id, hold_id) REFERENCES wallet_hold (facility_id, hold_id),
    FOREIGN KEY (facility_id, payment_id) REFERENCES payment (facility_id, payment_id)
);
CREATE TRIGGER wallet_hold_end_append_only BEFORE UPDATE OR DELETE ON wallet_hold_end
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE wallet_refund (
    facility_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    vat_poisha bigint NOT NULL CHECK (vat_poisha >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    refunded_at bigint NOT NULL,
    refunded_by uuid NOT NULL,
    PRIMARY KEY (facility_id, refund_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
CREATE TRIGGER wallet_refund_append_only BEFORE UPDATE OR DELETE ON wallet_refund
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- What the wallet of a record that was merged gave to that of the one that was kept, when needed.
CREATE TABLE wallet_move (
    facility_id uuid NOT NULL,
    move_id uuid NOT NULL,
    from_enterprise_id uuid NOT NULL,
    to_enterprise_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    moved_at bigint NOT NULL,
    PRIMARY KEY (facility_id, move_id),
    FOREIGN KEY (facility_id, from_enterprise_id)
        REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, to_enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
CREATE TRIGGER wallet_move_append_only BEFORE UPDATE OR DELETE ON wallet_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What nobody asks for any more; it is booked when it is granted.
CREATE TABLE waiver (
    facility_id uuid NOT NULL,
    waiver_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    reason text NOT NULL CHECK (reason <> ''),
    asked_at bigint NOT NULL,
    asked_by uuid NOT NULL,
    PRIMARY KEY (facility_id, waiver_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);
CREATE INDEX waiver_by_invoice ON waiver (facility_id, invoice_id);
CREATE TRIGGER waiver_append_only BEFORE UPDATE OR DELETE ON waiver
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE waiver_decision (
    facility_id uuid NOT NULL,
    waiver_id uuid NOT NULL,
    granted bigint NOT NULL CHECK (granted IN (0, 1)),
    decided_at bigint NOT NULL,
    decided_by uuid NOT NULL,
    PRIMARY KEY (facility_id, waiver_id),
    FOREIGN KEY (facility_id, waiver_id) REFERENCES waiver (facility_id, waiver_id)
);
CREATE TRIGGER waiver_decision_append_only BEFORE UPDATE OR DELETE ON waiver_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A line that somebody does not accept, with what it rests on as it was that day.
CREATE TABLE dispute (
    facility_id uuid NOT NULL,
    dispute_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    line bigint NOT NULL CHECK (line > 0),
    enterprise_id uuid NOT NULL,
    amount_poisha bigint NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    evidence text NOT NULL,
    evidence_sha256 text NOT NULL CHECK (length(evidence_sha256) = 64),
    opened_at bigint NOT NULL,
    opened_by uuid NOT NULL,
    PRIMARY KEY (facility_id, dispute_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);
CREATE INDEX dispute_by_invoice ON dispute (facility_id, invoice_id);
CREATE TRIGGER dispute_append_only BEFORE UPDATE OR DELETE ON dispute
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE dispute_step (
    facility_id uuid NOT NULL,
    dispute_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('answered', 'settled')),
    words text NOT NULL CHECK (words <> ''),
    at bigint NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (facility_id, dispute_id, state),
    FOREIGN KEY (facility_id, dispute_id) REFERENCES dispute (facility_id, dispute_id)
);
CREATE TRIGGER dispute_step_append_only BEFORE UPDATE OR DELETE ON dispute_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE invoice_reminder (
    facility_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    level bigint NOT NULL CHECK (level > 0),
    at bigint NOT NULL,
    PRIMARY KEY (facility_id, invoice_id, level),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);
CREATE TRIGGER invoice_reminder_append_only BEFORE UPDATE OR DELETE ON invoice_reminder
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What of the VAT of an invoice was due before, when an advance came in.
CREATE TABLE advance_vat (
    facility_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    used_at bigint NOT NULL,
    PRIMARY KEY (facility_id, invoice_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);
CREATE TRIGGER advance_vat_append_only BEFORE UPDATE OR DELETE ON advance_vat
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How a facility deals with money: the last version holds.
CREATE TABLE money_setting (
    facility_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    -- A top-up is a deposit, or an advance of which VAT is due at once (hundredths of a percent).
    wallet_vat text NOT NULL CHECK (wallet_vat IN ('deposit', 'advance')),
    wallet_vat_rate bigint NOT NULL CHECK (wallet_vat_rate BETWEEN 0 AND 10000),
    waiver_limit_poisha bigint NOT NULL CHECK (waiver_limit_poisha >= 0),
    match_days bigint NOT NULL CHECK (match_days BETWEEN 0 AND 60),
    -- How long after its end a month's drafts are left open for what comes late.
    grace_days bigint NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 60),
    -- Days after its issue on which a bill is reminded of, ascending: JSON, [7,15,30].
    reminder_days text NOT NULL,
    bangla_qr text NOT NULL,
    set_at bigint NOT NULL,
    set_by uuid NOT NULL,
    PRIMARY KEY (facility_id, version),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
CREATE TRIGGER money_setting_append_only BEFORE UPDATE OR DELETE ON money_setting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What an ME used and is not billed for yet counts against its credit.
CREATE INDEX rated_session_by_enterprise ON rated_session (facility_id, enterprise_id);
-- A balance and the statement of an account rest on its postings alone.
DROP INDEX journal_posting_by_account;
CREATE INDEX journal_posting_by_account
    ON journal_posting (facility_id, account, sequence, amount_poisha);

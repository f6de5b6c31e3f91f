-- Rate cards, charges, invoices, payments and the ledger. Money is poisha, prices are 10^-4 poisha.
-- Narrow tables that are always sought by their key are kept in its order, WITHOUT ROWID.

-- A version of the prices. Its end is the start of the next version of the same name.
CREATE TABLE rate_card (
    facility_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    version INTEGER NOT NULL CHECK (version > 0),
    effective_from INTEGER NOT NULL,
    peak_from_minute INTEGER NOT NULL,
    peak_to_minute INTEGER NOT NULL,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, rate_card_id),
    UNIQUE (facility_id, version),
    UNIQUE (facility_id, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

CREATE TABLE rate_component (
    facility_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    machine_kind TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('kwh', 'piece', 'used_minute', 'session', 'minimum')),
    tariff_window TEXT NOT NULL CHECK (tariff_window IN ('any', 'peak', 'off_peak')),
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    label_en TEXT NOT NULL,
    label_bn TEXT NOT NULL,
    PRIMARY KEY (facility_id, rate_card_id, sequence),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE invoice (
    facility_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    period TEXT NOT NULL CHECK (length(period) = 7),
    state TEXT NOT NULL CHECK (state IN ('draft', 'final')),
    total_poisha INTEGER NOT NULL,
    series TEXT,
    fiscal_year TEXT,
    number INTEGER,
    number_text TEXT,
    issued_at INTEGER,
    canonical TEXT,
    previous_hash TEXT,
    hash TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (facility_id, invoice_id),
    UNIQUE (facility_id, series, fiscal_year, number),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK ((state = 'final') = (number IS NOT NULL)),
    CHECK ((state = 'final') = (hash IS NOT NULL)),
    CHECK ((state = 'final') = (canonical IS NOT NULL)),
    CHECK ((state = 'final') = (issued_at IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX invoice_one_draft ON invoice (facility_id, period, enterprise_id)
WHERE state = 'draft';
CREATE INDEX invoice_by_enterprise ON invoice (facility_id, enterprise_id, created_at);

-- The last number and the head of the chain of each series: locked while an invoice is finalised.
CREATE TABLE invoice_series (
    facility_id TEXT NOT NULL,
    series TEXT NOT NULL,
    fiscal_year TEXT NOT NULL,
    last_number INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    PRIMARY KEY (facility_id, series, fiscal_year),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- A session is rated once and for all, with the rate card of its start and the kind that the
-- machine was then.
CREATE TABLE rated_session (
    facility_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    stopped_at INTEGER NOT NULL,
    rated_at INTEGER NOT NULL,
    machine_kind TEXT NOT NULL,
    PRIMARY KEY (facility_id, session_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rated_session_by_stop ON rated_session (facility_id, stopped_at);

-- When a rated session stood still, as far as was known then: what is entered later changes no
-- charge. No time is charged for it, and no minimum where a fault or an outage ended the work.
CREATE TABLE rated_halt (
    facility_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    start_at INTEGER NOT NULL,
    stop_at INTEGER NOT NULL CHECK (stop_at >= start_at),
    reason TEXT NOT NULL CHECK (reason IN ('person', 'fault', 'outage')),
    PRIMARY KEY (facility_id, session_id, sequence),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id)
) STRICT, WITHOUT ROWID;

-- The priced terms of a session.
CREATE TABLE charge (
    facility_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    component INTEGER NOT NULL,
    basis TEXT NOT NULL,
    tariff_window TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price_e4 INTEGER NOT NULL,
    amount_poisha INTEGER NOT NULL,
    quality TEXT NOT NULL,
    PRIMARY KEY (facility_id, session_id, sequence),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id)
) STRICT, WITHOUT ROWID;

-- An invoice takes a session whole and once; its charges are the lines from first_line on.
CREATE TABLE invoice_session (
    facility_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    first_line INTEGER NOT NULL CHECK (first_line > 0),
    session_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, session_id),
    UNIQUE (facility_id, invoice_id, first_line),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment (
    facility_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    invoice_id TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('cash')),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha > 0),
    reference TEXT,
    received_at INTEGER NOT NULL,
    received_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, payment_id),
    UNIQUE (facility_id, sequence),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT;

CREATE INDEX payment_by_invoice ON payment (facility_id, invoice_id);

CREATE TABLE journal_entry (
    facility_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    entry_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('invoice', 'payment')),
    document_id TEXT NOT NULL,
    memo TEXT NOT NULL,
    booked_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, sequence),
    UNIQUE (facility_id, kind, document_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- Debit is positive, credit negative.
CREATE TABLE journal_posting (
    facility_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    line INTEGER NOT NULL,
    account TEXT NOT NULL CHECK (account <> ''),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha <> 0),
    PRIMARY KEY (facility_id, sequence, line),
    FOREIGN KEY (facility_id, sequence) REFERENCES journal_entry (facility_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_posting_by_account ON journal_posting (facility_id, account);

-- What the last numbers of gap-free sequences are: payments and journal entries.
CREATE TABLE billing_counter (
    facility_id TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name IN ('payment', 'journal')),
    last INTEGER NOT NULL,
    PRIMARY KEY (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- What is issued never changes.
CREATE TRIGGER rate_card_no_update BEFORE UPDATE ON rate_card
BEGIN
    SELECT RAISE(ABORT, 'rate_card is append-only');
END;
CREATE TRIGGER rate_card_no_delete BEFORE DELETE ON rate_card
BEGIN
    SELECT RAISE(ABORT, 'rate_card is append-only');
END;
CREATE TRIGGER rate_component_no_update BEFORE UPDATE ON rate_component
BEGIN
    SELECT RAISE(ABORT, 'rate_component is append-only');
END;
CREATE TRIGGER rate_component_no_delete BEFORE DELETE ON rate_component
BEGIN
    SELECT RAISE(ABORT, 'rate_component is append-only');
END;
CREATE TRIGGER rated_session_no_update BEFORE UPDATE ON rated_session
BEGIN
    SELECT RAISE(ABORT, 'rated_session is append-only');
END;
CREATE TRIGGER rated_session_no_delete BEFORE DELETE ON rated_session
BEGIN
    SELECT RAISE(ABORT, 'rated_session is append-only');
END;
CREATE TRIGGER rated_halt_no_update BEFORE UPDATE ON rated_halt
BEGIN
    SELECT RAISE(ABORT, 'rated_halt is append-only');
END;
CREATE TRIGGER rated_halt_no_delete BEFORE DELETE ON rated_halt
BEGIN
    SELECT RAISE(ABORT, 'rated_halt is append-only');
END;
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN
    SELECT RAISE(ABORT, 'payment is append-only');
END;
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN
    SELECT RAISE(ABORT, 'payment is append-only');
END;
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal_entry is append-only');
END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal_entry is append-only');
END;
CREATE TRIGGER journal_posting_no_update BEFORE UPDATE ON journal_posting
BEGIN
    SELECT RAISE(ABORT, 'journal_posting is append-only');
END;
CREATE TRIGGER journal_posting_no_delete BEFORE DELETE ON journal_posting
BEGIN
    SELECT RAISE(ABORT, 'journal_posting is append-only');
END;
CREATE TRIGGER invoice_final_stays BEFORE UPDATE ON invoice
WHEN OLD.state = 'final'
BEGIN
    SELECT RAISE(ABORT, 'invoice: what is final stays');
END;
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON invoice
BEGIN
    SELECT RAISE(ABORT, 'invoice: a document is kept');
END;
CREATE TRIGGER charge_no_update BEFORE UPDATE ON charge
BEGIN
    SELECT RAISE(ABORT, 'charge is append-only');
END;
CREATE TRIGGER charge_no_delete BEFORE DELETE ON charge
BEGIN
    SELECT RAISE(ABORT, 'charge is append-only');
END;
CREATE TRIGGER invoice_session_no_update BEFORE UPDATE ON invoice_session
BEGIN
    SELECT RAISE(ABORT, 'invoice_session is append-only');
END;
CREATE TRIGGER invoice_session_no_delete BEFORE DELETE ON invoice_session
BEGIN
    SELECT RAISE(ABORT, 'invoice_session is append-only');
END;
CREATE TRIGGER invoice_session_not_onto_final BEFORE INSERT ON invoice_session
WHEN (SELECT state FROM invoice
      WHERE facility_id = NEW.facility_id AND invoice_id = NEW.invoice_id) = 'final'
BEGIN
    SELECT RAISE(ABORT, 'invoice_session: the invoice is final');
END;

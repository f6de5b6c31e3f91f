-- Rate cards, charges, invoices, payments and the ledger. Money is poisha, prices are 10^-4 poisha.

-- A version of the prices. Its end is the start of the next version of the same name.
CREATE TABLE rate_card (
    facility_id uuid NOT NULL,
    rate_card_id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    version bigint NOT NULL CHECK (version > 0),
    effective_from bigint NOT NULL,
    peak_from_minute bigint NOT NULL,
    peak_to_minute bigint NOT NULL,
    source text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, rate_card_id),
    UNIQUE (facility_id, version),
    UNIQUE (facility_id, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE TABLE rate_component (
    facility_id uuid NOT NULL,
    rate_card_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    machine_kind text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('kwh', 'piece', 'used_minute', 'session', 'minimum')),
    tariff_window text NOT NULL CHECK (tariff_window IN ('any', 'peak', 'off_peak')),
    price_e4 bigint NOT NULL CHECK (price_e4 >= 0),
    label_en text NOT NULL,
    label_bn text NOT NULL,
    PRIMARY KEY (facility_id, rate_card_id, sequence),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
);

CREATE TABLE invoice (
    facility_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    period text NOT NULL CHECK (length(period) = 7),
    state text NOT NULL CHECK (state IN ('draft', 'final')),
    total_poisha bigint NOT NULL,
    series text,
    fiscal_year text,
    number bigint,
    number_text text,
    issued_at bigint,
    canonical text,
    previous_hash text,
    hash text,
    created_at bigint NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (facility_id, invoice_id),
    UNIQUE (facility_id, series, fiscal_year, number),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK ((state = 'final') = (number IS NOT NULL)),
    CHECK ((state = 'final') = (hash IS NOT NULL)),
    CHECK ((state = 'final') = (canonical IS NOT NULL)),
    CHECK ((state = 'final') = (issued_at IS NOT NULL))
);

CREATE UNIQUE INDEX invoice_one_draft ON invoice (facility_id, period, enterprise_id)
WHERE state = 'draft';
CREATE INDEX invoice_by_enterprise ON invoice (facility_id, enterprise_id, created_at);

-- The last number and the head of the chain of each series: locked while an invoice is finalised.
CREATE TABLE invoice_series (
    facility_id uuid NOT NULL,
    series text NOT NULL,
    fiscal_year text NOT NULL,
    last_number bigint NOT NULL,
    last_hash text NOT NULL,
    PRIMARY KEY (facility_id, series, fiscal_year),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- A session is rated once and for all, with the rate card of its start and the kind that the
-- machine was then.
CREATE TABLE rated_session (
    facility_id uuid NOT NULL,
    session_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    rate_card_id uuid NOT NULL,
    stopped_at bigint NOT NULL,
    rated_at bigint NOT NULL,
    machine_kind text NOT NULL,
    PRIMARY KEY (facility_id, session_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
);

CREATE INDEX rated_session_by_stop ON rated_session (facility_id, stopped_at);

-- When a rated session stood still, as far as was known then: what is entered later changes no
-- charge. No time is charged for it, and no minimum where a fault or an outage ended the work.
CREATE TABLE rated_halt (
    facility_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    start_at bigint NOT NULL,
    stop_at bigint NOT NULL CHECK (stop_at >= start_at),
    reason text NOT NULL CHECK (reason IN ('person', 'fault', 'outage')),
    PRIMARY KEY (facility_id, session_id, sequence),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id)
);

-- The priced terms of a session.
CREATE TABLE charge (
    facility_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    component bigint NOT NULL,
    basis text NOT NULL,
    tariff_window text NOT NULL,
    quantity bigint NOT NULL,
    price_e4 bigint NOT NULL,
    amount_poisha bigint NOT NULL,
    quality text NOT NULL,
    PRIMARY KEY (facility_id, session_id, sequence),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id)
);

-- An invoice takes a session whole and once; its charges are the lines from first_line on.
CREATE TABLE invoice_session (
    facility_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    first_line bigint NOT NULL CHECK (first_line > 0),
    session_id uuid NOT NULL,
    PRIMARY KEY (facility_id, session_id),
    UNIQUE (facility_id, invoice_id, first_line),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);

CREATE TABLE payment (
    facility_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    invoice_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    method text NOT NULL CHECK (method IN ('cash')),
    amount_poisha bigint NOT NULL CHECK (amount_poisha > 0),
    reference text,
    received_at bigint NOT NULL,
    received_by uuid NOT NULL,
    PRIMARY KEY (facility_id, payment_id),
    UNIQUE (facility_id, sequence),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);

CREATE INDEX payment_by_invoice ON payment (facility_id, invoice_id);

CREATE TABLE journal_entry (
    facility_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    entry_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invoice', 'payment')),
    document_id uuid NOT NULL,
    memo text NOT NULL,
    booked_at bigint NOT NULL,
    PRIMARY KEY (facility_id, sequence),
    UNIQUE (facility_id, kind, document_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- Debit is positive, credit negative.
CREATE TABLE journal_posting (
    facility_id uuid NOT NULL,
    sequence bigint NOT NULL,
    line bigint NOT NULL,
    account text NOT NULL CHECK (account <> ''),
    amount_poisha bigint NOT NULL CHECK (amount_poisha <> 0),
    PRIMARY KEY (facility_id, sequence, line),
    FOREIGN KEY (facility_id, sequence) REFERENCES journal_entry (facility_id, sequence)
);

CREATE INDEX journal_posting_by_account ON journal_posting (facility_id, account);

-- What the last numbers of gap-free sequences are: payments and journal entries.
CREATE TABLE billing_counter (
    facility_id uuid NOT NULL,
    name text NOT NULL CHECK (name IN ('payment', 'journal')),
    last bigint NOT NULL,
    PRIMARY KEY (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- What is issued never changes.
CREATE TRIGGER rate_card_append_only BEFORE UPDATE OR DELETE ON rate_card
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rate_component_append_only BEFORE UPDATE OR DELETE ON rate_component
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rated_session_append_only BEFORE UPDATE OR DELETE ON rated_session
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rated_halt_append_only BEFORE UPDATE OR DELETE ON rated_halt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_append_only BEFORE UPDATE OR DELETE ON payment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_posting_append_only BEFORE UPDATE OR DELETE ON journal_posting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_final_stays BEFORE UPDATE ON invoice
    FOR EACH ROW WHEN (OLD.state = 'final') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON invoice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER charge_append_only BEFORE UPDATE OR DELETE ON charge
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_session_append_only BEFORE UPDATE OR DELETE ON invoice_session
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION not_onto_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM invoice WHERE facility_id = NEW.facility_id
        AND invoice_id = NEW.invoice_id) = 'final'
    THEN
        RAISE EXCEPTION 'invoice_session: the invoice is final' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoice_session_not_onto_final BEFORE INSERT ON invoice_session
    FOR EACH ROW EXECUTE FUNCTION not_onto_final();

-- Bills of more than metered work: fees, services, memberships, corrections of what was issued.
-- Taxes and when they hold. Credit notes, which are documents as bills are. And a journal of any
-- kind.

-- What stands on a bill beside sessions. It is said once: the same source and id with the same
-- content is the same item. price_e4 x quantity / per, rounded once, is the amount.
CREATE TABLE billable_item (
    facility_id uuid NOT NULL,
    item_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    source_id text NOT NULL CHECK (source_id <> ''),
    payload_sha256 text NOT NULL CHECK (length(payload_sha256) = 64),
    happened_at bigint NOT NULL,
    label_en text NOT NULL CHECK (label_en <> ''),
    label_bn text NOT NULL CHECK (label_bn <> ''),
    quantity bigint NOT NULL,
    unit text NOT NULL CHECK (unit <> ''),
    per bigint NOT NULL CHECK (per > 0),
    price_e4 bigint NOT NULL,
    -- Only what corrects an issued line may be less than nothing.
    amount_poisha bigint NOT NULL CHECK (amount_poisha >= 0 OR source = 'adjustment'),
    income text NOT NULL CHECK (income <> ''),
    tax_code text NOT NULL CHECK (tax_code <> ''),
    -- For gain or in the public's interest, and what of the price somebody else bears.
    sector text NOT NULL CHECK (sector = 'commercial' OR sector = 'public'),
    subsidy_poisha bigint NOT NULL CHECK (subsidy_poisha >= 0),
    refers_invoice_id uuid,
    refers_line bigint,
    note text NOT NULL,
    created_by uuid,
    created_at bigint NOT NULL,
    -- waiting, until the bill it is on is final; withdrawn: it will be on none.
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state = 'waiting' OR state = 'billed' OR state = 'withdrawn'),
    PRIMARY KEY (facility_id, item_id),
    UNIQUE (facility_id, source, source_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, refers_invoice_id) REFERENCES invoice (facility_id, invoice_id),
    CHECK ((refers_invoice_id IS NULL) = (refers_line IS NULL))
);
CREATE INDEX billable_item_waiting ON billable_item (facility_id, happened_at)
WHERE state = 'waiting';
CREATE INDEX billable_item_by_enterprise ON billable_item (facility_id, enterprise_id, happened_at);
CREATE INDEX billable_item_by_reference ON billable_item (facility_id, refers_invoice_id)
WHERE refers_invoice_id IS NOT NULL;

CREATE TABLE invoice_item (
    facility_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    line bigint NOT NULL CHECK (line > 0),
    item_id uuid NOT NULL,
    PRIMARY KEY (facility_id, invoice_id, line),
    UNIQUE (facility_id, item_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id),
    FOREIGN KEY (facility_id, item_id) REFERENCES billable_item (facility_id, item_id)
);

CREATE FUNCTION billable_item_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' OR NEW.state = 'waiting'
        OR to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
    THEN
        RAISE EXCEPTION 'billable_item: what was said stays' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billable_item_stays BEFORE UPDATE ON billable_item
    FOR EACH ROW EXECUTE FUNCTION billable_item_stays();
CREATE TRIGGER billable_item_no_delete BEFORE DELETE ON billable_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_item_no_update BEFORE UPDATE ON invoice_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION invoice_item_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM invoice WHERE facility_id = OLD.facility_id
        AND invoice_id = OLD.invoice_id) = 'final'
    THEN
        RAISE EXCEPTION 'invoice_item: the invoice is final' USING ERRCODE = '23514';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER invoice_item_no_delete BEFORE DELETE ON invoice_item
    FOR EACH ROW EXECUTE FUNCTION invoice_item_no_delete();
CREATE TRIGGER invoice_item_not_onto_final BEFORE INSERT ON invoice_item
    FOR EACH ROW EXECUTE FUNCTION not_onto_final();

-- total_poisha is what is to be paid; tax_poisha is the part of it that is tax.
ALTER TABLE invoice ADD COLUMN kind text NOT NULL DEFAULT 'invoice'
    CHECK (kind = 'invoice' OR kind = 'credit_note');
ALTER TABLE invoice ADD COLUMN refers_to uuid CHECK ((refers_to IS NULL) = (kind = 'invoice'));
ALTER TABLE invoice ADD COLUMN tax_poisha bigint NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN reason text NOT NULL DEFAULT '';
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
    facility_id uuid NOT NULL,
    effective_from bigint NOT NULL,
    regime text NOT NULL CHECK (regime = 'none' OR regime = 'turnover' OR regime = 'vat'),
    rounding text NOT NULL CHECK (rounding = 'line' OR rounding = 'invoice'),
    -- 1: the prices of the rate card contain the tax.
    inclusive bigint NOT NULL CHECK (inclusive = 0 OR inclusive = 1),
    bin text NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    said_by uuid,
    said_at bigint NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    CHECK (regime <> 'vat' OR bin <> '')
);
-- What is taxed how from a moment on: rate_e4 is 10^-4 of the value, 1500 for 15 %.
CREATE TABLE tax_code (
    facility_id uuid NOT NULL,
    code text NOT NULL CHECK (code <> ''),
    effective_from bigint NOT NULL,
    rate_e4 bigint NOT NULL CHECK (rate_e4 >= 0 AND rate_e4 <= 10000),
    label_en text NOT NULL CHECK (label_en <> ''),
    label_bn text NOT NULL CHECK (label_bn <> ''),
    service_code text NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    said_by uuid,
    said_at bigint NOT NULL,
    PRIMARY KEY (facility_id, code, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE TRIGGER tax_setting_append_only BEFORE UPDATE OR DELETE ON tax_setting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tax_code_append_only BEFORE UPDATE OR DELETE ON tax_code
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The journal books whatever has a document, not bills and payments alone.
ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_kind_check;
ALTER TABLE journal_entry ADD CONSTRAINT journal_entry_kind_check CHECK (kind <> '');
ALTER TABLE billing_counter DROP CONSTRAINT billing_counter_name_check;
ALTER TABLE billing_counter ADD CONSTRAINT billing_counter_name_check CHECK (name <> '');

-- A register that is corrected after its bill was issued: what was read and charged stays, and the
-- difference is an item that refers to the issued line. Applied in their order.
CREATE TABLE late_correction (
    facility_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    channel bigint NOT NULL,
    edge text NOT NULL CHECK (edge = 'start' OR edge = 'boundary' OR edge = 'stop'),
    at bigint NOT NULL,
    value_wh bigint NOT NULL CHECK (value_wh >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    said_by uuid NOT NULL,
    said_at bigint NOT NULL,
    PRIMARY KEY (facility_id, session_id, sequence),
    FOREIGN KEY (facility_id, session_id) REFERENCES rated_session (facility_id, session_id),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER late_correction_append_only BEFORE UPDATE OR DELETE ON late_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

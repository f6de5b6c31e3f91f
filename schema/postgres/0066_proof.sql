-- By what the month of an ME is rated: its classes, and for how many days of the month it was
-- there. As it was when the bill of the month was made: late use changes a bill, a new class not.
CREATE TABLE rated_month (
    facility_id uuid NOT NULL,
    period text NOT NULL CHECK (length(period) = 7),
    enterprise_id uuid NOT NULL,
    classes text NOT NULL,
    days bigint NOT NULL CHECK (days >= 0),
    month_days bigint NOT NULL CHECK (month_days >= days),
    PRIMARY KEY (facility_id, period, enterprise_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);

-- A bill is held while a session of its month cannot be billed. One person asks that it is issued
-- without these sessions, another decides.
CREATE TABLE bill_release (
    facility_id uuid NOT NULL,
    release_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    asked_at bigint NOT NULL,
    asked_by uuid NOT NULL,
    PRIMARY KEY (facility_id, release_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
);
CREATE TRIGGER bill_release_append_only BEFORE UPDATE OR DELETE ON bill_release
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE bill_release_session (
    facility_id uuid NOT NULL,
    release_id uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (facility_id, release_id, session_id),
    FOREIGN KEY (facility_id, release_id) REFERENCES bill_release (facility_id, release_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id)
);
CREATE TRIGGER bill_release_session_append_only BEFORE UPDATE OR DELETE ON bill_release_session
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE bill_release_decision (
    facility_id uuid NOT NULL,
    release_id uuid NOT NULL,
    granted bigint NOT NULL CHECK (granted = 0 OR granted = 1),
    decided_at bigint NOT NULL,
    decided_by uuid NOT NULL,
    PRIMARY KEY (facility_id, release_id),
    FOREIGN KEY (facility_id, release_id) REFERENCES bill_release (facility_id, release_id)
);
CREATE TRIGGER bill_release_decision_append_only BEFORE UPDATE OR DELETE ON bill_release_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Items are looked up by the beginning of their id: in the order of bytes, whatever the language of
-- the database.
CREATE INDEX billable_item_by_source ON billable_item
    (facility_id, source, source_id text_pattern_ops);

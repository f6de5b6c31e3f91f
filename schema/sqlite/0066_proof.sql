-- By what the month of an ME is rated: its classes, and for how many days of the month it was
-- there. As it was when the bill of the month was made: late use changes a bill, a new class not.
CREATE TABLE rated_month (
    facility_id TEXT NOT NULL,
    period TEXT NOT NULL CHECK (length(period) = 7),
    enterprise_id TEXT NOT NULL,
    classes TEXT NOT NULL,
    days INTEGER NOT NULL CHECK (days >= 0),
    month_days INTEGER NOT NULL CHECK (month_days >= days),
    PRIMARY KEY (facility_id, period, enterprise_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT, WITHOUT ROWID;

-- A bill is held while a session of its month cannot be billed. One person asks that it is issued
-- without these sessions, another decides.
CREATE TABLE bill_release (
    facility_id TEXT NOT NULL,
    release_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    asked_at INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, release_id),
    FOREIGN KEY (facility_id, invoice_id) REFERENCES invoice (facility_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER bill_release_no_update BEFORE UPDATE ON bill_release
BEGIN
    SELECT RAISE(ABORT, 'bill_release is append-only');
END;
CREATE TRIGGER bill_release_no_delete BEFORE DELETE ON bill_release
BEGIN
    SELECT RAISE(ABORT, 'bill_release is append-only');
END;
CREATE TABLE bill_release_session (
    facility_id TEXT NOT NULL,
    release_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, release_id, session_id),
    FOREIGN KEY (facility_id, release_id) REFERENCES bill_release (facility_id, release_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER bill_release_session_no_update BEFORE UPDATE ON bill_release_session
BEGIN
    SELECT RAISE(ABORT, 'bill_release_session is append-only');
END;
CREATE TRIGGER bill_release_session_no_delete BEFORE DELETE ON bill_release_session
BEGIN
    SELECT RAISE(ABORT, 'bill_release_session is append-only');
END;
CREATE TABLE bill_release_decision (
    facility_id TEXT NOT NULL,
    release_id TEXT NOT NULL,
    granted INTEGER NOT NULL CHECK (granted = 0 OR granted = 1),
    decided_at INTEGER NOT NULL,
    decided_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, release_id),
    FOREIGN KEY (facility_id, release_id) REFERENCES bill_release (facility_id, release_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER bill_release_decision_no_update BEFORE UPDATE ON bill_release_decision
BEGIN
    SELECT RAISE(ABORT, 'bill_release_decision is append-only');
END;
CREATE TRIGGER bill_release_decision_no_delete BEFORE DELETE ON bill_release_decision
BEGIN
    SELECT RAISE(ABORT, 'bill_release_decision is append-only');
END;

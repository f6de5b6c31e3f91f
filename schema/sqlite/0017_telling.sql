-- What has been told of the audit trail, and how a shop without a member who logs in is reached.

-- Moves in the transaction that writes the messages: what lies behind it is told.
CREATE TABLE tell_cursor (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tell_cursor_goes_forward BEFORE UPDATE ON tell_cursor
WHEN NEW.facility_id <> OLD.facility_id OR NEW.sequence <= OLD.sequence
BEGIN
    SELECT RAISE(ABORT, 'tell_cursor: what is told is told');
END;

-- By which ways a shop's own number and letter-box are used; who has no row gets SMS in Bangla.
CREATE TABLE enterprise_contact (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    enterprise_id TEXT NOT NULL CHECK (length(enterprise_id) = 36),
    language TEXT NOT NULL CHECK (language IN ('bn', 'en')),
    email TEXT,
    by_sms INTEGER NOT NULL CHECK (by_sms IN (0, 1)),
    by_email INTEGER NOT NULL CHECK (by_email IN (0, 1)),
    PRIMARY KEY (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT, WITHOUT ROWID;

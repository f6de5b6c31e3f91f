-- What has been told of the audit trail, and how a shop without a member who logs in is reached.

-- Moves in the transaction that writes the messages: what lies behind it is told.
CREATE TABLE tell_cursor (
    facility_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE FUNCTION tell_cursor_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.facility_id <> OLD.facility_id OR NEW.sequence <= OLD.sequence THEN
        RAISE EXCEPTION 'tell_cursor: what is told is told' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tell_cursor_goes_forward BEFORE UPDATE ON tell_cursor
    FOR EACH ROW EXECUTE FUNCTION tell_cursor_goes_forward();

-- By which ways a shop's own number and letter-box are used; who has no row gets SMS in Bangla.
CREATE TABLE enterprise_contact (
    facility_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    language text NOT NULL CHECK (language IN ('bn', 'en')),
    email text,
    by_sms bigint NOT NULL CHECK (by_sms IN (0, 1)),
    by_email bigint NOT NULL CHECK (by_email IN (0, 1)),
    PRIMARY KEY (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);

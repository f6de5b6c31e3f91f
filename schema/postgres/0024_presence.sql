-- Who is there, as the machine's own power tells, and what is ticked before it may start.

-- The reading of its power by which use that nobody had started was seen.
CREATE TABLE power_rise (
    facility_id uuid   NOT NULL,
    session_id  uuid   NOT NULL,
    watts       bigint NOT NULL,
    at          bigint NOT NULL,
    PRIMARY KEY (facility_id, session_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id)
);

-- What such use says of a booking in whose time it falls, which is said once.
CREATE TABLE power_use (
    facility_id uuid   NOT NULL,
    booking_id  uuid   NOT NULL,
    session_id  uuid   NOT NULL,
    whose       text   NOT NULL CHECK (whose IN ('theirs', 'others')),
    said_at     bigint NOT NULL,
    PRIMARY KEY (facility_id, booking_id, session_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id)
);
CREATE INDEX power_use_by_session ON power_use (facility_id, session_id);

CREATE TRIGGER power_rise_append_only BEFORE UPDATE OR DELETE ON power_rise
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER power_use_append_only BEFORE UPDATE OR DELETE ON power_use
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A session keeps its origin; but one that power opened is given to the booking whose use it is
-- found to be, while it goes on.
CREATE OR REPLACE FUNCTION usage_session_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        broken := 'a session is kept';
    ELSIF NEW.facility_id <> OLD.facility_id OR NEW.session_id <> OLD.session_id
        OR NEW.machine_id <> OLD.machine_id
        OR (NEW.booking_id IS DISTINCT FROM OLD.booking_id AND NOT (OLD.booking_id IS NULL
            AND OLD.opened_by = 'power' AND OLD.state = 'open'))
        OR NEW.opened_by <> OLD.opened_by OR NEW.start_at <> OLD.start_at THEN
        broken := 'a session keeps its origin';
    ELSIF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'open>closing', 'open>closed', 'closing>closed') THEN
        broken := 'no such step';
    -- What is closed is fixed, but for whose it was, and for what corrected registers say.
    ELSIF OLD.state = 'closed' AND (
        NEW.stop_at IS DISTINCT FROM OLD.stop_at
        OR NEW.quantity IS DISTINCT FROM OLD.quantity
        OR ((NEW.energy_wh IS DISTINCT FROM OLD.energy_wh OR NEW.quality <> OLD.quality)
            AND NOT follows_correction(NEW.facility_id, NEW.session_id, NEW.energy_wh))) THEN
        broken := 'what is closed stays';
    -- Assigned once: a bill may already rest on it.
    ELSIF OLD.kind <> 'unattributed' AND (NEW.kind <> OLD.kind
        OR NEW.enterprise_id IS DISTINCT FROM OLD.enterprise_id) THEN
        broken := 'assigned once';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'usage_session: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- What whoever started the session said to have seen to, where the machine asks for it.
CREATE TABLE safety_tick (
    facility_id uuid   NOT NULL,
    session_id  uuid   NOT NULL,
    tick        text   NOT NULL CHECK (tick IN (
        'guards', 'extraction', 'protection', 'operator')),
    ticked_by   uuid   NOT NULL,
    ticked_at   bigint NOT NULL,
    PRIMARY KEY (facility_id, session_id, tick),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, ticked_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER safety_tick_append_only BEFORE UPDATE OR DELETE ON safety_tick
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

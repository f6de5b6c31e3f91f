-- Who is there, as the machine's own power tells, and what is ticked before it may start.

-- The reading of its power by which use that nobody had started was seen.
CREATE TABLE power_rise (
    facility_id TEXT    NOT NULL CHECK (length(facility_id) = 36),
    session_id  TEXT    NOT NULL,
    watts       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (facility_id, session_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id)
) STRICT, WITHOUT ROWID;

-- What such use says of a booking in whose time it falls, which is said once.
CREATE TABLE power_use (
    facility_id TEXT    NOT NULL CHECK (length(facility_id) = 36),
    booking_id  TEXT    NOT NULL,
    session_id  TEXT    NOT NULL,
    whose       TEXT    NOT NULL CHECK (whose IN ('theirs', 'others')),
    said_at     INTEGER NOT NULL,
    PRIMARY KEY (facility_id, booking_id, session_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX power_use_by_session ON power_use (facility_id, session_id);

CREATE TRIGGER power_rise_no_update BEFORE UPDATE ON power_rise
BEGIN
    SELECT RAISE(ABORT, 'power_rise is append-only');
END;
CREATE TRIGGER power_rise_no_delete BEFORE DELETE ON power_rise
BEGIN
    SELECT RAISE(ABORT, 'power_rise is append-only');
END;
CREATE TRIGGER power_use_no_update BEFORE UPDATE ON power_use
BEGIN
    SELECT RAISE(ABORT, 'power_use is append-only');
END;
CREATE TRIGGER power_use_no_delete BEFORE DELETE ON power_use
BEGIN
    SELECT RAISE(ABORT, 'power_use is append-only');
END;

-- A session keeps its origin; but one that power opened is given to the booking whose use it is
-- found to be, while it goes on.
DROP TRIGGER usage_session_keeps_origin;
CREATE TRIGGER usage_session_keeps_origin BEFORE UPDATE ON usage_session
WHEN NEW.facility_id <> OLD.facility_id OR NEW.session_id <> OLD.session_id
  OR NEW.machine_id <> OLD.machine_id
  OR (NEW.booking_id IS NOT OLD.booking_id AND NOT (OLD.booking_id IS NULL
      AND OLD.opened_by = 'power' AND OLD.state = 'open'))
  OR NEW.opened_by <> OLD.opened_by OR NEW.start_at <> OLD.start_at
BEGIN
    SELECT RAISE(ABORT, 'usage_session: a session keeps its origin');
END;

-- What whoever started the session said to have seen to, where the machine asks for it.
CREATE TABLE safety_tick (
    facility_id TEXT    NOT NULL CHECK (length(facility_id) = 36),
    session_id  TEXT    NOT NULL,
    tick        TEXT    NOT NULL CHECK (tick IN (
        'guards', 'extraction', 'protection', 'operator')),
    ticked_by   TEXT    NOT NULL,
    ticked_at   INTEGER NOT NULL,
    PRIMARY KEY (facility_id, session_id, tick),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, ticked_by) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER safety_tick_no_update BEFORE UPDATE ON safety_tick
BEGIN
    SELECT RAISE(ABORT, 'safety_tick is append-only');
END;
CREATE TRIGGER safety_tick_no_delete BEFORE DELETE ON safety_tick
BEGIN
    SELECT RAISE(ABORT, 'safety_tick is append-only');
END;

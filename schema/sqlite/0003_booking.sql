-- Bookings and their history. Times are UTC microseconds, intervals are half-open.
-- The life of a booking is the table in server/booking/rules_life.cpp; a test compares the two.

CREATE TABLE booking (
    facility_id       TEXT    NOT NULL,
    booking_id        TEXT    NOT NULL,
    machine_id        TEXT    NOT NULL,
    enterprise_id     TEXT    NOT NULL,
    created_by        TEXT    NOT NULL,
    start_us          INTEGER NOT NULL,
    end_us            INTEGER NOT NULL,
    -- The end and the clean-up after it: what the next booking must not touch.
    occupied_until_us INTEGER NOT NULL,
    state             TEXT    NOT NULL CHECK (state IN (
        'confirmed', 'checked_in', 'running', 'paused',
        'completed', 'cancelled', 'missed', 'interrupted')),
    live              INTEGER GENERATED ALWAYS AS (
        state IN ('confirmed', 'checked_in', 'running', 'paused')) VIRTUAL,
    quantity          INTEGER CHECK (quantity >= 0),
    note              TEXT    NOT NULL DEFAULT '',
    quote_poisha      INTEGER NOT NULL DEFAULT 0,
    created_us        INTEGER NOT NULL,
    cancel_reason     TEXT,
    version           INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, booking_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (start_us < end_us),
    -- A week at most, so that whoever reads an interval need only look a week back.
    CHECK (end_us - start_us <= 604800000000),
    CHECK (occupied_until_us BETWEEN end_us AND end_us + 86400000000)
) STRICT;

-- Live bookings of a machine in order: what the overlap triggers seek in.
CREATE UNIQUE INDEX booking_live ON booking (facility_id, machine_id, start_us) WHERE live = 1;
-- One booking at a time has the machine switched on.
CREATE UNIQUE INDEX booking_active ON booking (facility_id, machine_id)
    WHERE state IN ('running', 'paused');
CREATE INDEX booking_by_start ON booking (facility_id, start_us);
CREATE INDEX booking_by_enterprise ON booking (facility_id, enterprise_id, start_us);

-- Live bookings of a machine are disjoint, so the one before the new end decides alone: if it is
-- over by the new start, all earlier ones are. One seek, however long the history.
CREATE TRIGGER booking_no_overlap_insert BEFORE INSERT ON booking
BEGIN
    SELECT RAISE(ABORT, 'booking_life: a booking begins confirmed')
    WHERE NEW.state <> 'confirmed';
    SELECT RAISE(ABORT, 'booking_no_overlap') WHERE (
        SELECT occupied_until_us FROM booking
        WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id AND live = 1
          AND start_us < NEW.occupied_until_us
        ORDER BY start_us DESC LIMIT 1) > NEW.start_us;
END;

CREATE TRIGGER booking_no_overlap_update
BEFORE UPDATE OF facility_id, machine_id, start_us, end_us, occupied_until_us, state ON booking
WHEN NEW.state IN ('confirmed', 'checked_in', 'running', 'paused') AND (
    OLD.state NOT IN ('confirmed', 'checked_in', 'running', 'paused')
    OR NEW.machine_id <> OLD.machine_id OR NEW.start_us <> OLD.start_us
    OR NEW.occupied_until_us <> OLD.occupied_until_us)
BEGIN
    SELECT RAISE(ABORT, 'booking_no_overlap') WHERE (
        SELECT occupied_until_us FROM booking
        WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id AND live = 1
          AND booking_id <> OLD.booking_id AND start_us < NEW.occupied_until_us
        ORDER BY start_us DESC LIMIT 1) > NEW.start_us;
END;

CREATE TRIGGER booking_follows_its_life BEFORE UPDATE OF state ON booking
WHEN NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
    'confirmed>checked_in', 'confirmed>running', 'confirmed>cancelled', 'confirmed>missed',
    'checked_in>running', 'checked_in>cancelled', 'checked_in>completed',
    'running>paused', 'running>completed', 'running>interrupted',
    'paused>running', 'paused>completed', 'paused>interrupted',
    'interrupted>completed')
BEGIN
    SELECT RAISE(ABORT, 'booking_life: no such step');
END;

CREATE TRIGGER booking_over_stays BEFORE UPDATE OF machine_id, start_us, end_us, occupied_until_us
ON booking
WHEN OLD.state NOT IN ('confirmed', 'checked_in', 'running', 'paused') AND (
    NEW.machine_id <> OLD.machine_id OR NEW.start_us <> OLD.start_us
    OR NEW.end_us <> OLD.end_us OR NEW.occupied_until_us <> OLD.occupied_until_us)
BEGIN
    SELECT RAISE(ABORT, 'booking_life: what is over does not move');
END;

CREATE TRIGGER booking_keeps_identity BEFORE UPDATE OF facility_id, booking_id ON booking
WHEN NEW.facility_id <> OLD.facility_id OR NEW.booking_id <> OLD.booking_id
BEGIN
    SELECT RAISE(ABORT, 'booking_life: a booking keeps its id');
END;

CREATE TRIGGER booking_is_kept BEFORE DELETE ON booking
BEGIN
    SELECT RAISE(ABORT, 'booking_life: a booking is cancelled, never deleted');
END;

-- Every step of every booking: when, who (empty: the daemon) and why.
CREATE TABLE booking_event (
    facility_id TEXT    NOT NULL,
    booking_id  TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence >= 1),
    at_us       INTEGER NOT NULL,
    from_state  TEXT,
    to_state    TEXT    NOT NULL,
    person_id   TEXT,
    reason      TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, booking_id, sequence),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER booking_event_stays BEFORE UPDATE ON booking_event
BEGIN
    SELECT RAISE(ABORT, 'booking_event: history is only added to');
END;

CREATE TRIGGER booking_event_is_kept BEFORE DELETE ON booking_event
BEGIN
    SELECT RAISE(ABORT, 'booking_event: history is only added to');
END;

-- The whole life of a booking: requests and holds, late cancels, releases. Set-up before a slot
-- counts like clean-up after it, and rooms take several bookings at once.
-- A CHECK cannot be changed: the table is made anew. Copied, dropped, created and filled, in this
-- order: filled rows settle what the drop left open; a renamed table would not.
PRAGMA defer_foreign_keys = ON;

ALTER TABLE machine ADD COLUMN setup_minutes INTEGER NOT NULL DEFAULT 0
    CHECK (setup_minutes BETWEEN 0 AND 1440);
-- More than one: people share it, and bookings of it may overlap up to so many people.
ALTER TABLE machine ADD COLUMN seats INTEGER NOT NULL DEFAULT 1 CHECK (seats >= 1);
ALTER TABLE enterprise ADD COLUMN membership TEXT NOT NULL DEFAULT 'member'
    CHECK (membership IN ('member', 'non_member', 'concession', 'priority'));
ALTER TABLE enterprise ADD COLUMN member_until INTEGER;
ALTER TABLE enterprise ADD COLUMN merged_into TEXT;
ALTER TABLE person ADD COLUMN born_on TEXT CHECK (born_on IS NULL OR length(born_on) = 10);
-- seen by devices; entered by somebody; from a timetable, which power may ignore; of a maintenance
-- plan; of a closure. What is withdrawn is kept, and forbids nothing.
ALTER TABLE outage ADD COLUMN source TEXT NOT NULL DEFAULT 'entered'
    CHECK (source IN ('seen', 'entered', 'timetable', 'plan', 'closure'));
ALTER TABLE outage ADD COLUMN cause_id TEXT;
ALTER TABLE outage ADD COLUMN withdrawn_at INTEGER;

CREATE TABLE booking_kept AS SELECT * FROM booking;
DROP TABLE booking;
CREATE TABLE booking (
    facility_id       TEXT    NOT NULL,
    booking_id        TEXT    NOT NULL,
    machine_id        TEXT    NOT NULL,
    enterprise_id     TEXT    NOT NULL,
    created_by        TEXT    NOT NULL,
    start_us          INTEGER NOT NULL,
    end_us            INTEGER NOT NULL,
    -- With set-up before and clean-up after: what the next booking must not touch.
    occupied_from_us  INTEGER NOT NULL,
    occupied_until_us INTEGER NOT NULL,
    -- 0: a room that is shared; booking_hold counts its people instead.
    exclusive         INTEGER NOT NULL DEFAULT 1 CHECK (exclusive IN (0, 1)),
    state             TEXT    NOT NULL CHECK (state IN (
        'requested', 'pending', 'confirmed', 'checked_in', 'running', 'paused', 'completed',
        'cancelled', 'late_cancelled', 'missed', 'released', 'interrupted')),
    live              INTEGER GENERATED ALWAYS AS (
        state IN ('pending', 'confirmed', 'checked_in', 'running', 'paused')) VIRTUAL,
    kind              TEXT    NOT NULL DEFAULT 'job' CHECK (kind IN ('job', 'trial', 'training')),
    -- By which door it came.
    origin            TEXT    NOT NULL DEFAULT 'web' CHECK (origin IN (
        'web', 'desk', 'phone', 'kiosk', 'series', 'waitlist', 'reslot', 'import')),
    people            INTEGER NOT NULL DEFAULT 1 CHECK (people >= 1),
    -- Run by an operator of the facility, and not by the party itself.
    assisted          INTEGER NOT NULL DEFAULT 0 CHECK (assisted IN (0, 1)),
    operated_by       TEXT,
    quantity          INTEGER CHECK (quantity >= 0),
    note              TEXT    NOT NULL DEFAULT '',
    quote_poisha      INTEGER NOT NULL DEFAULT 0,
    -- The prices that the quote was made by, when it binds.
    quote_card_id     TEXT,
    -- Until when a pending booking holds its slot, and what for.
    hold_until_us     INTEGER,
    pending_for       TEXT CHECK (pending_for IN ('approval', 'offer')),
    -- When it let go of its slot; what was given back counts in no quota.
    ended_us          INTEGER,
    bundle_id         TEXT,
    series_id         TEXT,
    occurrence_us     INTEGER,
    follows_id        TEXT,
    created_us        INTEGER NOT NULL,
    cancel_reason     TEXT,
    -- Counts moves and cancels, which calendars must be told of; version counts every change.
    calendar_sequence INTEGER NOT NULL DEFAULT 0 CHECK (calendar_sequence >= 0),
    version           INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, booking_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, operated_by) REFERENCES person (facility_id, person_id),
    CHECK (start_us < end_us),
    -- A week at most, so that whoever reads an interval need only look a week back.
    CHECK (end_us - start_us <= 604800000000),
    CHECK (occupied_from_us BETWEEN start_us - 86400000000 AND start_us),
    CHECK (occupied_until_us BETWEEN end_us AND end_us + 86400000000),
    CHECK (state <> 'pending' OR hold_until_us IS NOT NULL AND pending_for IS NOT NULL),
    CHECK ((series_id IS NULL) = (occurrence_us IS NULL))
) STRICT;
INSERT INTO booking (facility_id, booking_id, machine_id, enterprise_id, created_by, start_us,
    end_us, occupied_from_us, occupied_until_us, state, quantity, note, quote_poisha, created_us,
    cancel_reason, version)
SELECT facility_id, booking_id, machine_id, enterprise_id, created_by, start_us, end_us, start_us,
    occupied_until_us, state, quantity, note, quote_poisha, created_us, cancel_reason, version
FROM booking_kept;
DROP TABLE booking_kept;

CREATE INDEX booking_live ON booking (facility_id, machine_id, occupied_from_us) WHERE live = 1;
CREATE UNIQUE INDEX booking_active ON booking (facility_id, machine_id)
    WHERE state IN ('running', 'paused') AND exclusive = 1;
CREATE INDEX booking_by_start ON booking (facility_id, start_us);
CREATE INDEX booking_by_enterprise ON booking (facility_id, enterprise_id, start_us);
CREATE INDEX booking_held ON booking (facility_id, hold_until_us) WHERE state = 'pending';
CREATE INDEX booking_by_bundle ON booking (facility_id, bundle_id) WHERE bundle_id IS NOT NULL;
CREATE UNIQUE INDEX booking_of_series ON booking (facility_id, series_id, occurrence_us)
    WHERE series_id IS NOT NULL AND state NOT IN ('cancelled', 'late_cancelled', 'released');

CREATE TRIGGER booking_no_overlap_insert BEFORE INSERT ON booking
BEGIN
    SELECT RAISE(ABORT, 'booking_life: a booking begins requested, pending or confirmed')
    WHERE NEW.state NOT IN ('requested', 'pending', 'confirmed');
    SELECT RAISE(ABORT, 'booking_life: shared as its machine is')
    WHERE NEW.exclusive <> (SELECT seats = 1 FROM machine
        WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id);
    SELECT RAISE(ABORT, 'booking_no_overlap') WHERE NEW.exclusive = 1 AND NEW.state <> 'requested'
    AND (
        SELECT occupied_until_us FROM booking
        WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id AND live = 1
          AND exclusive = 1 AND occupied_from_us < NEW.occupied_until_us
        ORDER BY occupied_from_us DESC LIMIT 1) > NEW.occupied_from_us;
END;

CREATE TRIGGER booking_no_overlap_update
BEFORE UPDATE OF facility_id, machine_id, occupied_from_us, occupied_until_us, exclusive, state
ON booking
WHEN NEW.state IN ('pending', 'confirmed', 'checked_in', 'running', 'paused') AND (
    OLD.state NOT IN ('pending', 'confirmed', 'checked_in', 'running', 'paused')
    OR NEW.machine_id <> OLD.machine_id OR NEW.occupied_from_us <> OLD.occupied_from_us
    OR NEW.occupied_until_us <> OLD.occupied_until_us)
BEGIN
    SELECT RAISE(ABORT, 'booking_life: shared as its machine is')
    WHERE NEW.exclusive <> (SELECT seats = 1 FROM machine
        WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id);
    SELECT RAISE(ABORT, 'booking_no_overlap') WHERE NEW.exclusive = 1 AND (
        SELECT occupied_until_us FROM booking
        WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id AND live = 1
          AND exclusive = 1 AND booking_id <> OLD.booking_id
          AND occupied_from_us < NEW.occupied_until_us
        ORDER BY occupied_from_us DESC LIMIT 1) > NEW.occupied_from_us;
END;

CREATE TRIGGER booking_follows_its_life BEFORE UPDATE OF state ON booking
WHEN NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
    'requested>pending', 'requested>confirmed', 'requested>cancelled',
    'pending>confirmed', 'pending>cancelled', 'pending>released',
    'confirmed>checked_in', 'confirmed>running', 'confirmed>cancelled',
    'confirmed>late_cancelled', 'confirmed>missed', 'confirmed>released',
    'checked_in>running', 'checked_in>cancelled', 'checked_in>late_cancelled',
    'checked_in>completed',
    'running>paused', 'running>completed', 'running>interrupted',
    'paused>running', 'paused>completed', 'paused>interrupted',
    'interrupted>completed', 'late_cancelled>released', 'missed>released')
BEGIN
    SELECT RAISE(ABORT, 'booking_life: no such step');
END;

CREATE TRIGGER booking_over_stays BEFORE UPDATE OF machine_id, start_us, end_us, occupied_from_us,
    occupied_until_us ON booking
WHEN OLD.state NOT IN ('requested', 'pending', 'confirmed', 'checked_in', 'running', 'paused') AND (
    NEW.machine_id <> OLD.machine_id OR NEW.start_us <> OLD.start_us
    OR NEW.end_us <> OLD.end_us OR NEW.occupied_from_us <> OLD.occupied_from_us
    OR NEW.occupied_until_us <> OLD.occupied_until_us)
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

-- The whole life of a booking: requests and holds, late cancels, releases. Set-up before a slot
-- counts like clean-up after it, and rooms take several bookings at once.

ALTER TABLE machine ADD COLUMN setup_minutes bigint NOT NULL DEFAULT 0
    CHECK (setup_minutes BETWEEN 0 AND 1440);
-- More than one: people share it, and bookings of it may overlap up to so many people.
ALTER TABLE machine ADD COLUMN seats bigint NOT NULL DEFAULT 1 CHECK (seats >= 1);
ALTER TABLE enterprise ADD COLUMN membership text NOT NULL DEFAULT 'member'
    CHECK (membership IN ('member', 'non_member', 'concession', 'priority'));
ALTER TABLE enterprise ADD COLUMN member_until bigint;
ALTER TABLE enterprise ADD COLUMN merged_into uuid;
ALTER TABLE person ADD COLUMN born_on text CHECK (born_on IS NULL OR length(born_on) = 10);
-- seen by devices; entered by somebody; from a timetable, which power may ignore; of a maintenance
-- plan; of a closure. What is withdrawn is kept, and forbids nothing.
ALTER TABLE outage ADD COLUMN source text NOT NULL DEFAULT 'entered'
    CHECK (source IN ('seen', 'entered', 'timetable', 'plan', 'closure'));
ALTER TABLE outage ADD COLUMN cause_id uuid;
ALTER TABLE outage ADD COLUMN withdrawn_at bigint;

-- It speaks of columns that go.
DROP TRIGGER booking_life ON booking;
ALTER TABLE booking DROP CONSTRAINT booking_no_overlap;
DROP INDEX booking_live;
DROP INDEX booking_active;
ALTER TABLE booking DROP CONSTRAINT booking_state_check;
ALTER TABLE booking DROP COLUMN during;
ALTER TABLE booking DROP COLUMN live;
ALTER TABLE booking ADD COLUMN occupied_from_us bigint;
UPDATE booking SET occupied_from_us = start_us;
ALTER TABLE booking ALTER COLUMN occupied_from_us SET NOT NULL;
-- 0: a room that is shared; booking_hold counts its people instead.
ALTER TABLE booking ADD COLUMN exclusive bigint NOT NULL DEFAULT 1 CHECK (exclusive IN (0, 1));
ALTER TABLE booking ADD CHECK (state IN (
    'requested', 'pending', 'confirmed', 'checked_in', 'running', 'paused', 'completed',
    'cancelled', 'late_cancelled', 'missed', 'released', 'interrupted'));
ALTER TABLE booking ADD COLUMN live bigint NOT NULL GENERATED ALWAYS AS (CASE WHEN
    state IN ('pending', 'confirmed', 'checked_in', 'running', 'paused') THEN 1 ELSE 0 END) STORED;
ALTER TABLE booking ADD COLUMN during int8range NOT NULL GENERATED ALWAYS AS (
    int8range(occupied_from_us, occupied_until_us, '[)')) STORED;
ALTER TABLE booking ADD COLUMN kind text NOT NULL DEFAULT 'job'
    CHECK (kind IN ('job', 'trial', 'training'));
-- By which door it came.
ALTER TABLE booking ADD COLUMN origin text NOT NULL DEFAULT 'web' CHECK (origin IN (
    'web', 'desk', 'phone', 'kiosk', 'series', 'waitlist', 'reslot', 'import'));
ALTER TABLE booking ADD COLUMN people bigint NOT NULL DEFAULT 1 CHECK (people >= 1);
-- Run by an operator of the facility, and not by the party itself.
ALTER TABLE booking ADD COLUMN assisted bigint NOT NULL DEFAULT 0 CHECK (assisted IN (0, 1));
ALTER TABLE booking ADD COLUMN operated_by uuid;
-- The prices that the quote was made by, when it binds.
ALTER TABLE booking ADD COLUMN quote_card_id uuid;
-- Until when a pending booking holds its slot, and what for.
ALTER TABLE booking ADD COLUMN hold_until_us bigint;
ALTER TABLE booking ADD COLUMN pending_for text CHECK (pending_for IN ('approval', 'offer'));
-- When it let go of its slot; what was given back counts in no quota.
ALTER TABLE booking ADD COLUMN ended_us bigint;
ALTER TABLE booking ADD COLUMN bundle_id uuid;
ALTER TABLE booking ADD COLUMN series_id uuid;
ALTER TABLE booking ADD COLUMN occurrence_us bigint;
ALTER TABLE booking ADD COLUMN follows_id uuid;
-- Counts moves and cancels, which calendars must be told of; version counts every change.
ALTER TABLE booking ADD COLUMN calendar_sequence bigint NOT NULL DEFAULT 0
    CHECK (calendar_sequence >= 0);
ALTER TABLE booking ADD FOREIGN KEY (facility_id, operated_by)
    REFERENCES person (facility_id, person_id);
ALTER TABLE booking ADD CHECK (occupied_from_us BETWEEN start_us - 86400000000 AND start_us);
ALTER TABLE booking ADD CHECK (
    state <> 'pending' OR hold_until_us IS NOT NULL AND pending_for IS NOT NULL);
ALTER TABLE booking ADD CHECK ((series_id IS NULL) = (occurrence_us IS NULL));
ALTER TABLE booking ADD CONSTRAINT booking_no_overlap EXCLUDE USING gist (
    facility_id WITH =, machine_id WITH =, during WITH &&) WHERE (live = 1 AND exclusive = 1);

CREATE INDEX booking_live ON booking (facility_id, machine_id, occupied_from_us) WHERE live = 1;
CREATE UNIQUE INDEX booking_active ON booking (facility_id, machine_id)
    WHERE state IN ('running', 'paused') AND exclusive = 1;
CREATE INDEX booking_held ON booking (facility_id, hold_until_us) WHERE state = 'pending';
CREATE INDEX booking_by_bundle ON booking (facility_id, bundle_id) WHERE bundle_id IS NOT NULL;
CREATE UNIQUE INDEX booking_of_series ON booking (facility_id, series_id, occurrence_us)
    WHERE series_id IS NOT NULL AND state NOT IN ('cancelled', 'late_cancelled', 'released');

CREATE OR REPLACE FUNCTION booking_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'booking_life: a booking is cancelled, never deleted'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.machine_id <> OLD.machine_id THEN
        IF NEW.exclusive <> (SELECT CASE WHEN seats = 1 THEN 1 ELSE 0 END FROM machine
            WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id) THEN
            RAISE EXCEPTION 'booking_life: shared as its machine is'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('requested', 'pending', 'confirmed') THEN
            RAISE EXCEPTION 'booking_life: a booking begins requested, pending or confirmed'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.facility_id <> OLD.facility_id OR NEW.booking_id <> OLD.booking_id THEN
        RAISE EXCEPTION 'booking_life: a booking keeps its id'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'requested>pending', 'requested>confirmed', 'requested>cancelled',
        'pending>confirmed', 'pending>cancelled', 'pending>released',
        'confirmed>checked_in', 'confirmed>running', 'confirmed>cancelled',
        'confirmed>late_cancelled', 'confirmed>missed', 'confirmed>released',
        'checked_in>running', 'checked_in>cancelled', 'checked_in>late_cancelled',
        'checked_in>completed',
        'running>paused', 'running>completed', 'running>interrupted',
        'paused>running', 'paused>completed', 'paused>interrupted',
        'interrupted>completed', 'late_cancelled>released', 'missed>released') THEN
        RAISE EXCEPTION 'booking_life: no such step' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.live = 0 AND OLD.state <> 'requested' AND (NEW.machine_id <> OLD.machine_id
        OR NEW.start_us <> OLD.start_us OR NEW.end_us <> OLD.end_us
        OR NEW.occupied_from_us <> OLD.occupied_from_us
        OR NEW.occupied_until_us <> OLD.occupied_until_us) THEN
        RAISE EXCEPTION 'booking_life: what is over does not move'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER booking_life BEFORE INSERT OR UPDATE OR DELETE ON booking
    FOR EACH ROW EXECUTE FUNCTION booking_life();

-- Devices and what they measure, usage sessions and the registers each rests on, meter events.
-- The readings themselves are in the telemetry part: a bill is derived from this file alone.

CREATE TABLE device (
    facility_id TEXT NOT NULL,
    device_id   TEXT NOT NULL,
    name        TEXT NOT NULL CHECK (name <> ''),
    line        TEXT NOT NULL,
    endpoint    TEXT NOT NULL,
    unit        INTEGER NOT NULL,
    profile     TEXT NOT NULL,
    serial      TEXT NOT NULL,
    machine_id  TEXT,
    PRIMARY KEY (facility_id, device_id),
    UNIQUE (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
) STRICT;

-- A channel number stays with its device and quantity for ever: readings know nothing else.
-- form says how words become the value: type, order and scale, as the profile has them today.
CREATE TABLE point (
    facility_id TEXT NOT NULL,
    channel     INTEGER NOT NULL CHECK (channel > 0),
    device_id   TEXT NOT NULL,
    machine_id  TEXT,
    name        TEXT NOT NULL CHECK (name <> ''),
    unit        TEXT NOT NULL,
    counter     INTEGER NOT NULL CHECK (counter IN (0, 1)),
    billing     INTEGER NOT NULL CHECK (billing IN (0, 1)),
    modulus     INTEGER NOT NULL CHECK (modulus >= 0),
    resolution  INTEGER NOT NULL CHECK (resolution >= 1),
    form        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, channel),
    UNIQUE (facility_id, device_id, name),
    FOREIGN KEY (facility_id, device_id) REFERENCES device (facility_id, device_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
) STRICT;

-- run_key is the hash of the key of the START under way or last done: a START takes two writes,
-- and its repeat must find the first.
CREATE TABLE usage_session (
    facility_id   TEXT NOT NULL,
    session_id    TEXT NOT NULL,
    machine_id    TEXT NOT NULL,
    booking_id    TEXT,
    enterprise_id TEXT,
    kind          TEXT NOT NULL CHECK (kind IN (
        'booked', 'unattributed', 'walk_in', 'own_use', 'test', 'maintenance', 'suspicious')),
    state         TEXT NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    opened_by     TEXT NOT NULL CHECK (opened_by IN ('booking', 'operator', 'power')),
    start_at      INTEGER NOT NULL,
    stop_at       INTEGER CHECK (stop_at >= start_at),
    energy_wh     INTEGER CHECK (energy_wh >= 0),
    quantity      INTEGER CHECK (quantity >= 0),
    quality       TEXT NOT NULL CHECK (quality IN (
        'good', 'stale', 'missing', 'estimated', 'edited', 'questionable')),
    reason        TEXT NOT NULL DEFAULT '',
    run_key       TEXT NOT NULL DEFAULT '',
    version       INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, session_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK ((kind = 'booked') = (booking_id IS NOT NULL)),
    CHECK ((state = 'open') = (stop_at IS NULL)),
    CHECK ((state = 'closed') = (energy_wh IS NOT NULL))
) STRICT;

-- A machine serves one party at a time, and the next begins where the last one's register ended.
CREATE UNIQUE INDEX usage_session_one_unfinished ON usage_session (facility_id, machine_id)
WHERE state <> 'closed';
CREATE INDEX usage_session_by_start ON usage_session (facility_id, start_at, stop_at);
CREATE INDEX usage_session_by_machine ON usage_session (facility_id, machine_id, start_at);
CREATE INDEX usage_session_by_booking ON usage_session (facility_id, booking_id)
WHERE booking_id IS NOT NULL;

-- value_wh is the register as if the meter had never wrapped or been exchanged: what the words
-- say, plus carried_wh (see meter_event). So energy is always one subtraction. form is how the
-- words were read then: a device may become another one later, and its past stays readable.
CREATE TABLE usage_register (
    facility_id TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    edge        TEXT NOT NULL CHECK (edge IN ('start', 'boundary', 'stop')),
    at          INTEGER NOT NULL,
    asked_at    INTEGER,
    answered_at INTEGER,
    value_wh    INTEGER NOT NULL,
    carried_wh  INTEGER NOT NULL,
    words       TEXT NOT NULL,
    quality     TEXT NOT NULL,
    method      TEXT NOT NULL CHECK (method IN (
        'read', 'interpolated', 'last_good', 'first_good')),
    sequence    INTEGER,
    form        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, session_id, at, edge, channel),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
) STRICT;

CREATE INDEX usage_register_by_channel ON usage_register (facility_id, channel, at);
CREATE UNIQUE INDEX usage_register_one_start ON usage_register (facility_id, session_id)
WHERE edge = 'start';
CREATE UNIQUE INDEX usage_register_one_stop ON usage_register (facility_id, session_id)
WHERE edge = 'stop';

-- What happened to a meter. carried_wh holds from `at` on, until the next event of the channel.
CREATE TABLE meter_event (
    facility_id TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN (
        'rollover', 'reset', 'jump', 'restored', 'silent', 'back', 'bypass')),
    before_wh   INTEGER,
    after_wh    INTEGER,
    carried_wh  INTEGER NOT NULL,
    note        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, channel, at, kind),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
) STRICT;

CREATE TRIGGER usage_register_no_update BEFORE UPDATE ON usage_register
BEGIN
    SELECT RAISE(ABORT, 'usage_register is append-only');
END;
CREATE TRIGGER usage_register_no_delete BEFORE DELETE ON usage_register
BEGIN
    SELECT RAISE(ABORT, 'usage_register is append-only');
END;
CREATE TRIGGER usage_register_before_close BEFORE INSERT ON usage_register
WHEN (SELECT state FROM usage_session
      WHERE facility_id = NEW.facility_id AND session_id = NEW.session_id) = 'closed'
BEGIN
    SELECT RAISE(ABORT, 'usage_register: the session is closed');
END;

CREATE TRIGGER meter_event_no_update BEFORE UPDATE ON meter_event
BEGIN
    SELECT RAISE(ABORT, 'meter_event is append-only');
END;
CREATE TRIGGER meter_event_no_delete BEFORE DELETE ON meter_event
BEGIN
    SELECT RAISE(ABORT, 'meter_event is append-only');
END;

CREATE TRIGGER usage_session_no_delete BEFORE DELETE ON usage_session
BEGIN
    SELECT RAISE(ABORT, 'usage_session: a session is kept');
END;
CREATE TRIGGER usage_session_keeps_origin BEFORE UPDATE ON usage_session
WHEN NEW.facility_id <> OLD.facility_id OR NEW.session_id <> OLD.session_id
  OR NEW.machine_id <> OLD.machine_id OR NEW.booking_id IS NOT OLD.booking_id
  OR NEW.opened_by <> OLD.opened_by OR NEW.start_at <> OLD.start_at
BEGIN
    SELECT RAISE(ABORT, 'usage_session: a session keeps its origin');
END;
CREATE TRIGGER usage_session_life BEFORE UPDATE OF state ON usage_session
WHEN NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
    'open>closing', 'open>closed', 'closing>closed')
BEGIN
    SELECT RAISE(ABORT, 'usage_session: no such step');
END;
-- What is closed is fixed, but for whose it was.
CREATE TRIGGER usage_session_closed_stays BEFORE UPDATE ON usage_session
WHEN OLD.state = 'closed' AND (
    NEW.stop_at IS NOT OLD.stop_at OR NEW.energy_wh IS NOT OLD.energy_wh
    OR NEW.quantity IS NOT OLD.quantity OR NEW.quality <> OLD.quality)
BEGIN
    SELECT RAISE(ABORT, 'usage_session: what is closed stays');
END;
-- Assigned once: a bill may already rest on it.
CREATE TRIGGER usage_session_assigned_once BEFORE UPDATE OF kind, enterprise_id ON usage_session
WHEN OLD.kind <> 'unattributed' AND (
    NEW.kind <> OLD.kind OR NEW.enterprise_id IS NOT OLD.enterprise_id)
BEGIN
    SELECT RAISE(ABORT, 'usage_session: assigned once');
END;

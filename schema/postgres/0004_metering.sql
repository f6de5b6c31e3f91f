-- Devices and what they measure, usage sessions and the registers each rests on, meter events.
-- The readings themselves are in the telemetry part: a bill is derived from this file alone.

CREATE TABLE device (
    facility_id uuid NOT NULL,
    device_id   uuid NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    line        text NOT NULL,
    endpoint    text NOT NULL,
    unit        bigint NOT NULL,
    profile     text NOT NULL,
    serial      text NOT NULL,
    machine_id  uuid,
    PRIMARY KEY (facility_id, device_id),
    UNIQUE (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
);

-- A channel number stays with its device and quantity for ever: readings know nothing else.
-- form says how words become the value: type, order and scale, as the profile has them today.
CREATE TABLE point (
    facility_id uuid NOT NULL,
    channel     bigint NOT NULL CHECK (channel > 0),
    device_id   uuid NOT NULL,
    machine_id  uuid,
    name        text NOT NULL CHECK (name <> ''),
    unit        text NOT NULL,
    counter     bigint NOT NULL CHECK (counter IN (0, 1)),
    billing     bigint NOT NULL CHECK (billing IN (0, 1)),
    modulus     bigint NOT NULL CHECK (modulus >= 0),
    resolution  bigint NOT NULL CHECK (resolution >= 1),
    form        text NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, channel),
    UNIQUE (facility_id, device_id, name),
    FOREIGN KEY (facility_id, device_id) REFERENCES device (facility_id, device_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
);

-- run_key is the hash of the key of the START under way or last done: a START takes two writes,
-- and its repeat must find the first.
CREATE TABLE usage_session (
    facility_id   uuid NOT NULL,
    session_id    uuid NOT NULL,
    machine_id    uuid NOT NULL,
    booking_id    uuid,
    enterprise_id uuid,
    kind          text NOT NULL CHECK (kind IN (
        'booked', 'unattributed', 'walk_in', 'own_use', 'test', 'maintenance', 'suspicious')),
    state         text NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    opened_by     text NOT NULL CHECK (opened_by IN ('booking', 'operator', 'power')),
    start_at      bigint NOT NULL,
    stop_at       bigint CHECK (stop_at >= start_at),
    energy_wh     bigint CHECK (energy_wh >= 0),
    quantity      bigint CHECK (quantity >= 0),
    quality       text NOT NULL CHECK (quality IN (
        'good', 'stale', 'missing', 'estimated', 'edited', 'questionable')),
    reason        text NOT NULL DEFAULT '',
    run_key       text NOT NULL DEFAULT '',
    version       bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, session_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK ((kind = 'booked') = (booking_id IS NOT NULL)),
    CHECK ((state = 'open') = (stop_at IS NULL)),
    CHECK ((state = 'closed') = (energy_wh IS NOT NULL))
);

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
    facility_id uuid NOT NULL,
    session_id  uuid NOT NULL,
    channel     bigint NOT NULL,
    edge        text NOT NULL CHECK (edge IN ('start', 'boundary', 'stop')),
    at          bigint NOT NULL,
    asked_at    bigint,
    answered_at bigint,
    value_wh    bigint NOT NULL,
    carried_wh  bigint NOT NULL,
    words       text NOT NULL,
    quality     text NOT NULL,
    method      text NOT NULL CHECK (method IN (
        'read', 'interpolated', 'last_good', 'first_good')),
    sequence    bigint,
    form        text NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, session_id, at, edge, channel),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
);

CREATE INDEX usage_register_by_channel ON usage_register (facility_id, channel, at);
CREATE UNIQUE INDEX usage_register_one_start ON usage_register (facility_id, session_id)
WHERE edge = 'start';
CREATE UNIQUE INDEX usage_register_one_stop ON usage_register (facility_id, session_id)
WHERE edge = 'stop';

-- What happened to a meter. carried_wh holds from `at` on, until the next event of the channel.
CREATE TABLE meter_event (
    facility_id uuid NOT NULL,
    channel     bigint NOT NULL,
    at          bigint NOT NULL,
    kind        text NOT NULL CHECK (kind IN (
        'rollover', 'reset', 'jump', 'restored', 'silent', 'back', 'bypass')),
    before_wh   bigint,
    after_wh    bigint,
    carried_wh  bigint NOT NULL,
    note        text NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, channel, at, kind),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
);

CREATE TRIGGER usage_register_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_register
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER meter_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON meter_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION usage_register_before_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM usage_session WHERE facility_id = NEW.facility_id
        AND session_id = NEW.session_id FOR SHARE) = 'closed' THEN
        RAISE EXCEPTION 'usage_register: the session is closed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER usage_register_before_close BEFORE INSERT ON usage_register
    FOR EACH ROW EXECUTE FUNCTION usage_register_before_close();

CREATE FUNCTION usage_session_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        broken := 'a session is kept';
    ELSIF NEW.facility_id <> OLD.facility_id OR NEW.session_id <> OLD.session_id
        OR NEW.machine_id <> OLD.machine_id OR NEW.booking_id IS DISTINCT FROM OLD.booking_id
        OR NEW.opened_by <> OLD.opened_by OR NEW.start_at <> OLD.start_at THEN
        broken := 'a session keeps its origin';
    ELSIF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'open>closing', 'open>closed', 'closing>closed') THEN
        broken := 'no such step';
    -- What is closed is fixed, but for whose it was.
    ELSIF OLD.state = 'closed' AND (
        NEW.stop_at IS DISTINCT FROM OLD.stop_at
        OR NEW.energy_wh IS DISTINCT FROM OLD.energy_wh
        OR NEW.quantity IS DISTINCT FROM OLD.quantity OR NEW.quality <> OLD.quality) THEN
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

CREATE TRIGGER usage_session_life BEFORE UPDATE OR DELETE ON usage_session
    FOR EACH ROW EXECUTE FUNCTION usage_session_life();

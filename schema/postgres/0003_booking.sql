-- Bookings and their history. Times are UTC microseconds, intervals are half-open.
-- The life of a booking is the table in server/booking/rules_life.cpp; a test compares the two.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE booking (
    facility_id       uuid   NOT NULL,
    booking_id        uuid   NOT NULL,
    machine_id        uuid   NOT NULL,
    enterprise_id     uuid   NOT NULL,
    created_by        uuid   NOT NULL,
    start_us          bigint NOT NULL,
    end_us            bigint NOT NULL,
    -- The end and the clean-up after it: what the next booking must not touch.
    occupied_until_us bigint NOT NULL,
    state             text   NOT NULL CHECK (state IN (
        'confirmed', 'checked_in', 'running', 'paused',
        'completed', 'cancelled', 'missed', 'interrupted')),
    live              bigint NOT NULL GENERATED ALWAYS AS (CASE WHEN
        state IN ('confirmed', 'checked_in', 'running', 'paused') THEN 1 ELSE 0 END) STORED,
    during            int8range NOT NULL GENERATED ALWAYS AS (
        int8range(start_us, occupied_until_us, '[)')) STORED,
    quantity          bigint CHECK (quantity >= 0),
    note              text   NOT NULL DEFAULT '',
    quote_poisha      bigint NOT NULL DEFAULT 0,
    created_us        bigint NOT NULL,
    cancel_reason     text,
    version           bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, booking_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (start_us < end_us),
    -- A week at most, so that whoever reads an interval need only look a week back.
    CHECK (end_us - start_us <= 604800000000),
    CHECK (occupied_until_us BETWEEN end_us AND end_us + 86400000000),
    CONSTRAINT booking_no_overlap EXCLUDE USING gist (
        facility_id WITH =, machine_id WITH =, during WITH &&) WHERE (live = 1)
);

CREATE INDEX booking_live ON booking (facility_id, machine_id, start_us) WHERE live = 1;
-- One booking at a time has the machine switched on.
CREATE UNIQUE INDEX booking_active ON booking (facility_id, machine_id)
    WHERE state IN ('running', 'paused');
CREATE INDEX booking_by_start ON booking (facility_id, start_us);
CREATE INDEX booking_by_enterprise ON booking (facility_id, enterprise_id, start_us);

CREATE FUNCTION booking_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'booking_life: a booking is cancelled, never deleted'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'confirmed' THEN
            RAISE EXCEPTION 'booking_life: a booking begins confirmed'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.facility_id <> OLD.facility_id OR NEW.booking_id <> OLD.booking_id THEN
        RAISE EXCEPTION 'booking_life: a booking keeps its id'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'confirmed>checked_in', 'confirmed>running', 'confirmed>cancelled', 'confirmed>missed',
        'checked_in>running', 'checked_in>cancelled', 'checked_in>completed',
        'running>paused', 'running>completed', 'running>interrupted',
        'paused>running', 'paused>completed', 'paused>interrupted',
        'interrupted>completed') THEN
        RAISE EXCEPTION 'booking_life: no such step' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.live = 0 AND (NEW.machine_id <> OLD.machine_id OR NEW.start_us <> OLD.start_us
        OR NEW.end_us <> OLD.end_us OR NEW.occupied_until_us <> OLD.occupied_until_us) THEN
        RAISE EXCEPTION 'booking_life: what is over does not move'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER booking_life BEFORE INSERT OR UPDATE OR DELETE ON booking
    FOR EACH ROW EXECUTE FUNCTION booking_life();

-- Every step of every booking: when, who (empty: the daemon) and why.
CREATE TABLE booking_event (
    facility_id uuid   NOT NULL,
    booking_id  uuid   NOT NULL,
    sequence    bigint NOT NULL CHECK (sequence >= 1),
    at_us       bigint NOT NULL,
    from_state  text,
    to_state    text   NOT NULL,
    person_id   uuid,
    reason      text   NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, booking_id, sequence),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

CREATE FUNCTION booking_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'booking_event: history is only added to' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER booking_event_kept BEFORE UPDATE OR DELETE ON booking_event
    FOR EACH ROW EXECUTE FUNCTION booking_event_kept();

-- What a booking needs besides its machine: dies, seats, an operator, watts of the site.

-- capacity in units: 1 die, 4 seats, 80000 W. A person: an operator, while on shift.
CREATE TABLE resource (
    facility_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN (
        'die', 'mould', 'seat', 'compressor', 'extractor', 'room', 'operator', 'power', 'other')),
    slug        text NOT NULL CHECK (slug <> ''),
    name_en     text NOT NULL,
    name_bn     text NOT NULL,
    capacity    bigint NOT NULL CHECK (capacity >= 0),
    machine_id  uuid,
    person_id   uuid,
    retired     bigint NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    PRIMARY KEY (facility_id, resource_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);
-- What every booking of the machine holds: this resource, or any one of the kind.
CREATE TABLE machine_need (
    facility_id uuid NOT NULL,
    machine_id  uuid NOT NULL,
    need        bigint NOT NULL CHECK (need >= 1),
    resource_id uuid,
    kind        text NOT NULL DEFAULT '',
    units       bigint NOT NULL CHECK (units >= 1),
    PRIMARY KEY (facility_id, machine_id, need),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, resource_id) REFERENCES resource (facility_id, resource_id),
    CHECK ((resource_id IS NULL) = (kind <> ''))
);
CREATE TABLE shift (
    facility_id uuid NOT NULL,
    shift_id    uuid NOT NULL,
    person_id   uuid NOT NULL,
    starts_at   bigint NOT NULL,
    ends_at     bigint NOT NULL,
    PRIMARY KEY (facility_id, shift_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    CHECK (starts_at < ends_at)
);
CREATE INDEX shift_by_end ON shift (facility_id, ends_at);

CREATE TABLE booking_hold (
    facility_id uuid NOT NULL,
    booking_id  uuid NOT NULL,
    resource_id uuid NOT NULL,
    units       bigint NOT NULL CHECK (units >= 1),
    from_us     bigint NOT NULL,
    until_us    bigint NOT NULL,
    live        bigint NOT NULL CHECK (live IN (0, 1)),
    PRIMARY KEY (facility_id, booking_id, resource_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, resource_id) REFERENCES resource (facility_id, resource_id),
    CHECK (from_us < until_us)
);
CREATE INDEX booking_hold_live ON booking_hold (facility_id, resource_id, from_us) WHERE live = 1;

-- At no moment of the hold may all together be more than there is. It rises only where one begins,
-- and none is longer than a booking with its day of set-up and day of clean-up.
CREATE FUNCTION booking_hold_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most bigint;
    used bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.live > OLD.live OR NEW.units <> OLD.units OR NEW.from_us <> OLD.from_us
            OR NEW.until_us <> OLD.until_us OR NEW.resource_id <> OLD.resource_id THEN
            RAISE EXCEPTION 'booking_hold: a hold is let go, or made anew'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.live = 0 THEN
        RETURN NEW;
    END IF;
    -- Holds of one resource queue up here, so that each sees those before it.
    SELECT capacity INTO most FROM resource
        WHERE facility_id = NEW.facility_id AND resource_id = NEW.resource_id FOR NO KEY UPDATE;
    SELECT max(NEW.units + (SELECT coalesce(sum(o.units), 0) FROM booking_hold o
            WHERE o.facility_id = NEW.facility_id AND o.resource_id = NEW.resource_id
              AND o.live = 1 AND o.booking_id <> NEW.booking_id
              AND o.from_us > NEW.from_us - 777600000000
              AND o.from_us <= p.from_us AND o.until_us > p.from_us)) INTO used
        FROM (SELECT NEW.from_us AS from_us UNION ALL
            SELECT h.from_us FROM booking_hold h
            WHERE h.facility_id = NEW.facility_id AND h.resource_id = NEW.resource_id
              AND h.live = 1 AND h.booking_id <> NEW.booking_id
              AND h.from_us > NEW.from_us AND h.from_us < NEW.until_us) p;
    IF used > most THEN
        RAISE EXCEPTION 'booking_hold_no_overlap' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER booking_hold_fits BEFORE INSERT OR UPDATE ON booking_hold
    FOR EACH ROW EXECUTE FUNCTION booking_hold_fits();

-- Whatever path ends a booking, it lets go.
CREATE FUNCTION booking_lets_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE booking_hold SET live = 0 WHERE facility_id = NEW.facility_id
        AND booking_id = NEW.booking_id AND live = 1;
    RETURN NULL;
END $$;
CREATE TRIGGER booking_lets_go AFTER UPDATE OF state ON booking
    FOR EACH ROW WHEN (OLD.live = 1 AND NEW.live = 0) EXECUTE FUNCTION booking_lets_go();

-- Who may run which kind of machine by themselves, until when.
CREATE TABLE authorisation (
    facility_id      uuid NOT NULL,
    authorisation_id uuid NOT NULL,
    person_id        uuid NOT NULL,
    machine_kind     text NOT NULL CHECK (machine_kind <> ''),
    granted_at       bigint NOT NULL,
    expires_at       bigint,
    granted_by       uuid NOT NULL,
    revoked_at       bigint,
    PRIMARY KEY (facility_id, authorisation_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, granted_by) REFERENCES person (facility_id, person_id)
);
CREATE INDEX authorisation_by_person ON authorisation (facility_id, person_id, machine_kind);

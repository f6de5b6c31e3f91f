-- What a booking needs besides its machine: dies, seats, an operator, watts of the site.

-- capacity in units: 1 die, 4 seats, 80000 W. A person: an operator, while on shift.
CREATE TABLE resource (
    facility_id TEXT NOT NULL,
    resource_id TEXT NOT NULL CHECK (length(resource_id) = 36),
    kind        TEXT NOT NULL CHECK (kind IN (
        'die', 'mould', 'seat', 'compressor', 'extractor', 'room', 'operator', 'power', 'other')),
    slug        TEXT NOT NULL CHECK (slug <> ''),
    name_en     TEXT NOT NULL,
    name_bn     TEXT NOT NULL,
    capacity    INTEGER NOT NULL CHECK (capacity >= 0),
    machine_id  TEXT,
    person_id   TEXT,
    retired     INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    PRIMARY KEY (facility_id, resource_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT;
-- What every booking of the machine holds: this resource, or any one of the kind.
CREATE TABLE machine_need (
    facility_id TEXT NOT NULL,
    machine_id  TEXT NOT NULL,
    need        INTEGER NOT NULL CHECK (need >= 1),
    resource_id TEXT,
    kind        TEXT NOT NULL DEFAULT '',
    units       INTEGER NOT NULL CHECK (units >= 1),
    PRIMARY KEY (facility_id, machine_id, need),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, resource_id) REFERENCES resource (facility_id, resource_id),
    CHECK ((resource_id IS NULL) = (kind <> ''))
) STRICT, WITHOUT ROWID;
CREATE TABLE shift (
    facility_id TEXT NOT NULL,
    shift_id    TEXT NOT NULL CHECK (length(shift_id) = 36),
    person_id   TEXT NOT NULL,
    starts_at   INTEGER NOT NULL,
    ends_at     INTEGER NOT NULL,
    PRIMARY KEY (facility_id, shift_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX shift_by_end ON shift (facility_id, ends_at);

CREATE TABLE booking_hold (
    facility_id TEXT NOT NULL,
    booking_id  TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    units       INTEGER NOT NULL CHECK (units >= 1),
    from_us     INTEGER NOT NULL,
    until_us    INTEGER NOT NULL,
    live        INTEGER NOT NULL CHECK (live IN (0, 1)),
    PRIMARY KEY (facility_id, booking_id, resource_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, resource_id) REFERENCES resource (facility_id, resource_id),
    CHECK (from_us < until_us)
) STRICT, WITHOUT ROWID;
CREATE INDEX booking_hold_live ON booking_hold (facility_id, resource_id, from_us) WHERE live = 1;

-- At no moment of the hold may all together be more than there is. It rises only where one begins,
-- and none is longer than a booking with its day of set-up and day of clean-up.
CREATE TRIGGER booking_hold_no_overlap_insert BEFORE INSERT ON booking_hold WHEN NEW.live = 1
BEGIN
    SELECT RAISE(ABORT, 'booking_hold_no_overlap') WHERE (
        SELECT max(NEW.units + (SELECT coalesce(sum(o.units), 0) FROM booking_hold o
            WHERE o.facility_id = NEW.facility_id AND o.resource_id = NEW.resource_id
              AND o.live = 1 AND o.booking_id <> NEW.booking_id
              AND o.from_us > NEW.from_us - 777600000000
              AND o.from_us <= p.from_us AND o.until_us > p.from_us))
        FROM (SELECT NEW.from_us AS from_us UNION ALL
            SELECT h.from_us FROM booking_hold h
            WHERE h.facility_id = NEW.facility_id AND h.resource_id = NEW.resource_id
              AND h.live = 1 AND h.booking_id <> NEW.booking_id
              AND h.from_us > NEW.from_us AND h.from_us < NEW.until_us) p)
        > (SELECT capacity FROM resource
            WHERE facility_id = NEW.facility_id AND resource_id = NEW.resource_id);
END;
CREATE TRIGGER booking_hold_no_update BEFORE UPDATE ON booking_hold
WHEN NEW.live > OLD.live OR NEW.units <> OLD.units OR NEW.from_us <> OLD.from_us
    OR NEW.until_us <> OLD.until_us OR NEW.resource_id <> OLD.resource_id
BEGIN
    SELECT RAISE(ABORT, 'booking_hold: a hold is let go, or made anew');
END;
-- Whatever path ends a booking, it lets go.
CREATE TRIGGER booking_lets_go AFTER UPDATE OF state ON booking
WHEN OLD.state IN ('pending', 'confirmed', 'checked_in', 'running', 'paused')
    AND NEW.state NOT IN ('pending', 'confirmed', 'checked_in', 'running', 'paused')
BEGIN
    UPDATE booking_hold SET live = 0 WHERE facility_id = NEW.facility_id
        AND booking_id = NEW.booking_id AND live = 1;
END;

-- Who may run which kind of machine by themselves, until when.
CREATE TABLE authorisation (
    facility_id      TEXT NOT NULL,
    authorisation_id TEXT NOT NULL CHECK (length(authorisation_id) = 36),
    person_id        TEXT NOT NULL,
    machine_kind     TEXT NOT NULL CHECK (machine_kind <> ''),
    granted_at       INTEGER NOT NULL,
    expires_at       INTEGER,
    granted_by       TEXT NOT NULL,
    revoked_at       INTEGER,
    PRIMARY KEY (facility_id, authorisation_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, granted_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE INDEX authorisation_by_person ON authorisation (facility_id, person_id, machine_kind);

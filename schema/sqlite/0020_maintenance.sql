-- What machines need and what happens to them: services planned by what was metered, tickets of
-- breakdowns with their photos.

-- every and warn_before are in units of the basis: hours at work, pieces, kWh, days. What was
-- metered is counted from counts_from; with each service done that moves on, and cycle with it.
CREATE TABLE maintenance_plan (
    facility_id TEXT    NOT NULL,
    plan_id     TEXT    NOT NULL CHECK (length(plan_id) = 36),
    machine_id  TEXT    NOT NULL,
    name_en     TEXT    NOT NULL CHECK (name_en <> ''),
    name_bn     TEXT    NOT NULL CHECK (name_bn <> ''),
    basis       TEXT    NOT NULL CHECK (basis IN ('hours', 'pieces', 'kwh', 'days')),
    every       INTEGER NOT NULL CHECK (every > 0),
    warn_before INTEGER NOT NULL CHECK (warn_before > 0),
    -- How long the service takes.
    minutes     INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 10080),
    counts_from INTEGER NOT NULL,
    cycle       INTEGER NOT NULL CHECK (cycle >= 1),
    warned_at   INTEGER,
    -- The time that is set aside for it.
    outage_id   TEXT,
    retired_at  INTEGER,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (facility_id, plan_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    CHECK (warn_before < every),
    -- Nobody's slot goes before there was a warning.
    CHECK (outage_id IS NULL OR warned_at IS NOT NULL)
) STRICT;

CREATE TABLE maintenance_done (
    facility_id TEXT    NOT NULL,
    plan_id     TEXT    NOT NULL,
    cycle       INTEGER NOT NULL,
    done_at     INTEGER NOT NULL,
    done_by     TEXT    NOT NULL,
    -- What had been metered by then, in units of the basis.
    used        INTEGER NOT NULL CHECK (used >= 0),
    note        TEXT    NOT NULL,
    PRIMARY KEY (facility_id, plan_id, cycle),
    FOREIGN KEY (facility_id, plan_id) REFERENCES maintenance_plan (facility_id, plan_id),
    FOREIGN KEY (facility_id, done_by) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER maintenance_done_no_update BEFORE UPDATE ON maintenance_done
BEGIN
    SELECT RAISE(ABORT, 'maintenance_done is append-only');
END;
CREATE TRIGGER maintenance_done_no_delete BEFORE DELETE ON maintenance_done
BEGIN
    SELECT RAISE(ABORT, 'maintenance_done is append-only');
END;

-- down_from and down_until are when the machine stood still; while it does, outage_id keeps it
-- from being booked.
CREATE TABLE ticket (
    facility_id TEXT    NOT NULL,
    ticket_id   TEXT    NOT NULL CHECK (length(ticket_id) = 36),
    machine_id  TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('breakdown', 'fault', 'incident')),
    words       TEXT    NOT NULL CHECK (words <> ''),
    spares      TEXT    NOT NULL DEFAULT '',
    cause       TEXT    NOT NULL DEFAULT '',
    opened_at   INTEGER NOT NULL,
    opened_by   TEXT    NOT NULL,
    down_from   INTEGER,
    down_until  INTEGER,
    outage_id   TEXT,
    closed_at   INTEGER,
    closed_by   TEXT,
    version     INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, ticket_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, opened_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, closed_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    CHECK ((kind = 'breakdown') = (down_from IS NOT NULL)),
    CHECK (down_until IS NULL OR down_until >= down_from),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (closed_at IS NULL OR down_from IS NULL OR down_until IS NOT NULL)
) STRICT;
CREATE INDEX ticket_by_opening ON ticket (facility_id, opened_at);
CREATE INDEX ticket_open ON ticket (facility_id, machine_id) WHERE closed_at IS NULL;
CREATE TRIGGER ticket_no_delete BEFORE DELETE ON ticket
BEGIN
    SELECT RAISE(ABORT, 'ticket: it is closed, never deleted');
END;
CREATE TRIGGER ticket_closed_stays BEFORE UPDATE ON ticket WHEN OLD.closed_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'ticket: what is closed stays as it is');
END;

CREATE TABLE ticket_photo (
    facility_id TEXT    NOT NULL,
    photo_id    TEXT    NOT NULL CHECK (length(photo_id) = 36),
    ticket_id   TEXT    NOT NULL,
    -- Encoded anew here: nothing is in it but the picture.
    jpeg        BLOB    NOT NULL CHECK (length(jpeg) <= 1000000),
    width       INTEGER NOT NULL CHECK (width >= 1),
    height      INTEGER NOT NULL CHECK (height >= 1),
    added_at    INTEGER NOT NULL,
    added_by    TEXT    NOT NULL,
    PRIMARY KEY (facility_id, photo_id),
    FOREIGN KEY (facility_id, ticket_id) REFERENCES ticket (facility_id, ticket_id),
    FOREIGN KEY (facility_id, added_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE INDEX ticket_photo_by_ticket ON ticket_photo (facility_id, ticket_id, added_at);

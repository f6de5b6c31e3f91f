-- What machines need and what happens to them: services planned by what was metered, tickets of
-- breakdowns with their photos.

-- every and warn_before are in units of the basis: hours at work, pieces, kWh, days. What was
-- metered is counted from counts_from; with each service done that moves on, and cycle with it.
CREATE TABLE maintenance_plan (
    facility_id uuid    NOT NULL,
    plan_id     uuid    NOT NULL,
    machine_id  uuid    NOT NULL,
    name_en     text    NOT NULL CHECK (name_en <> ''),
    name_bn     text    NOT NULL CHECK (name_bn <> ''),
    basis       text    NOT NULL CHECK (basis IN ('hours', 'pieces', 'kwh', 'days')),
    every       bigint NOT NULL CHECK (every > 0),
    warn_before bigint NOT NULL CHECK (warn_before > 0),
    -- How long the service takes.
    minutes     bigint NOT NULL CHECK (minutes BETWEEN 1 AND 10080),
    counts_from bigint NOT NULL,
    cycle       bigint NOT NULL CHECK (cycle >= 1),
    warned_at   bigint,
    -- The time that is set aside for it.
    outage_id   uuid,
    retired_at  bigint,
    created_at  bigint NOT NULL,
    PRIMARY KEY (facility_id, plan_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    CHECK (warn_before < every),
    -- Nobody's slot goes before there was a warning.
    CHECK (outage_id IS NULL OR warned_at IS NOT NULL)
);

CREATE TABLE maintenance_done (
    facility_id uuid    NOT NULL,
    plan_id     uuid    NOT NULL,
    cycle       bigint NOT NULL,
    done_at     bigint NOT NULL,
    done_by     uuid    NOT NULL,
    -- What had been metered by then, in units of the basis.
    used        bigint NOT NULL CHECK (used >= 0),
    note        text    NOT NULL,
    PRIMARY KEY (facility_id, plan_id, cycle),
    FOREIGN KEY (facility_id, plan_id) REFERENCES maintenance_plan (facility_id, plan_id),
    FOREIGN KEY (facility_id, done_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER maintenance_done_stays BEFORE UPDATE OR DELETE ON maintenance_done
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- down_from and down_until are when the machine stood still; while it does, outage_id keeps it
-- from being booked.
CREATE TABLE ticket (
    facility_id uuid    NOT NULL,
    ticket_id   uuid    NOT NULL,
    machine_id  uuid    NOT NULL,
    kind        text    NOT NULL CHECK (kind IN ('breakdown', 'fault', 'incident')),
    words       text    NOT NULL CHECK (words <> ''),
    spares      text    NOT NULL DEFAULT '',
    cause       text    NOT NULL DEFAULT '',
    opened_at   bigint NOT NULL,
    opened_by   uuid    NOT NULL,
    down_from   bigint,
    down_until  bigint,
    outage_id   uuid,
    closed_at   bigint,
    closed_by   uuid,
    version     bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, ticket_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, opened_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, closed_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    CHECK ((kind = 'breakdown') = (down_from IS NOT NULL)),
    CHECK (down_until IS NULL OR down_until >= down_from),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (closed_at IS NULL OR down_from IS NULL OR down_until IS NOT NULL)
);
CREATE INDEX ticket_by_opening ON ticket (facility_id, opened_at);
CREATE INDEX ticket_open ON ticket (facility_id, machine_id) WHERE closed_at IS NULL;
CREATE TRIGGER ticket_no_delete BEFORE DELETE ON ticket
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ticket_closed_stays BEFORE UPDATE ON ticket
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

CREATE TABLE ticket_photo (
    facility_id uuid    NOT NULL,
    photo_id    uuid    NOT NULL,
    ticket_id   uuid    NOT NULL,
    -- Encoded anew here: nothing is in it but the picture.
    jpeg        bytea   NOT NULL CHECK (octet_length(jpeg) <= 1000000),
    width       bigint NOT NULL CHECK (width >= 1),
    height      bigint NOT NULL CHECK (height >= 1),
    added_at    bigint NOT NULL,
    added_by    uuid    NOT NULL,
    PRIMARY KEY (facility_id, photo_id),
    FOREIGN KEY (facility_id, ticket_id) REFERENCES ticket (facility_id, ticket_id),
    FOREIGN KEY (facility_id, added_by) REFERENCES person (facility_id, person_id)
);
CREATE INDEX ticket_photo_by_ticket ON ticket_photo (facility_id, ticket_id, added_at);

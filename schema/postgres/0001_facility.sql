-- Facilities, their machines, when they are open and when they are not.
-- Every key is led by facility_id, so that the tables can be distributed by it.

CREATE TABLE facility (
    facility_id uuid NOT NULL,
    slug text NOT NULL CHECK (slug <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    name_bn text NOT NULL CHECK (name_bn <> ''),
    address_en text NOT NULL,
    address_bn text NOT NULL,
    zone text NOT NULL CHECK (zone <> ''),
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id),
    UNIQUE (slug)
);

CREATE TABLE machine (
    facility_id uuid NOT NULL,
    machine_id uuid NOT NULL,
    slug text NOT NULL CHECK (slug <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    name_bn text NOT NULL CHECK (name_bn <> ''),
    kind text NOT NULL CHECK (kind <> ''),
    rated_w bigint NOT NULL CHECK (rated_w >= 0),
    grid_minutes bigint NOT NULL CHECK (grid_minutes > 0),
    min_minutes bigint NOT NULL CHECK (min_minutes > 0),
    max_minutes bigint NOT NULL CHECK (max_minutes >= min_minutes),
    buffer_minutes bigint NOT NULL CHECK (buffer_minutes >= 0),
    horizon_days bigint NOT NULL CHECK (horizon_days > 0),
    busy_above_w bigint NOT NULL CHECK (busy_above_w >= 0),
    piece_unit text NOT NULL,
    out_of_order bigint NOT NULL CHECK (out_of_order IN (0, 1)),
    position bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, machine_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- Minutes after local midnight; a closing minute over 1440 is on the next day.
CREATE TABLE opening_hours (
    facility_id uuid NOT NULL,
    weekday bigint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    opens_minute bigint NOT NULL CHECK (opens_minute BETWEEN 0 AND 1439),
    closes_minute bigint NOT NULL CHECK (closes_minute BETWEEN 1 AND 2880),
    PRIMARY KEY (facility_id, weekday, opens_minute),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    CHECK (opens_minute < closes_minute)
);

-- Of one machine, or of the whole facility when machine_id is null.
CREATE TABLE outage (
    facility_id uuid NOT NULL,
    outage_id uuid NOT NULL,
    machine_id uuid,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('maintenance', 'load_shedding', 'breakdown', 'closure', 'unreachable',
            'unmetered')),
    reason text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, outage_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    CHECK (starts_at < ends_at)
);

-- Most questions are about now or later, so the end narrows the search best.
CREATE INDEX outage_by_end ON outage (facility_id, ends_at);

-- For tables whose rows are written once:
--     CREATE TRIGGER t_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON t
--         FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;

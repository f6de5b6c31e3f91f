-- Facilities, their machines, when they are open and when they are not.
-- Every key is led by facility_id, so that the tables can be distributed by it.

CREATE TABLE facility (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    slug TEXT NOT NULL CHECK (slug <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    name_bn TEXT NOT NULL CHECK (name_bn <> ''),
    address_en TEXT NOT NULL,
    address_bn TEXT NOT NULL,
    zone TEXT NOT NULL CHECK (zone <> ''),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id),
    UNIQUE (slug)
) STRICT;

CREATE TABLE machine (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    machine_id TEXT NOT NULL CHECK (length(machine_id) = 36),
    slug TEXT NOT NULL CHECK (slug <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    name_bn TEXT NOT NULL CHECK (name_bn <> ''),
    kind TEXT NOT NULL CHECK (kind <> ''),
    rated_w INTEGER NOT NULL CHECK (rated_w >= 0),
    grid_minutes INTEGER NOT NULL CHECK (grid_minutes > 0),
    min_minutes INTEGER NOT NULL CHECK (min_minutes > 0),
    max_minutes INTEGER NOT NULL CHECK (max_minutes >= min_minutes),
    buffer_minutes INTEGER NOT NULL CHECK (buffer_minutes >= 0),
    horizon_days INTEGER NOT NULL CHECK (horizon_days > 0),
    busy_above_w INTEGER NOT NULL CHECK (busy_above_w >= 0),
    piece_unit TEXT NOT NULL,
    out_of_order INTEGER NOT NULL CHECK (out_of_order IN (0, 1)),
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, machine_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- Minutes after local midnight; a closing minute over 1440 is on the next day.
CREATE TABLE opening_hours (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    opens_minute INTEGER NOT NULL CHECK (opens_minute BETWEEN 0 AND 1439),
    closes_minute INTEGER NOT NULL CHECK (closes_minute BETWEEN 1 AND 2880),
    PRIMARY KEY (facility_id, weekday, opens_minute),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    CHECK (opens_minute < closes_minute)
) STRICT, WITHOUT ROWID;

-- Of one machine, or of the whole facility when machine_id is null.
CREATE TABLE outage (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    outage_id TEXT NOT NULL CHECK (length(outage_id) = 36),
    machine_id TEXT CHECK (length(machine_id) = 36),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('maintenance', 'load_shedding', 'breakdown', 'closure', 'unreachable',
            'unmetered')),
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, outage_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    CHECK (starts_at < ends_at)
) STRICT;

-- Most questions are about now or later, so the end narrows the search best.
CREATE INDEX outage_by_end ON outage (facility_id, ends_at);

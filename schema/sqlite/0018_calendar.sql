-- Bookings that repeat, calendars that others subscribe to, and outages known beforehand.

-- A job that comes back by a rule of RFC 5545. What became of its dates is series_date; a change
-- of its bookings leaves the rule as it was asked for.
CREATE TABLE series (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    series_id TEXT NOT NULL CHECK (length(series_id) = 36),
    enterprise_id TEXT NOT NULL CHECK (length(enterprise_id) = 36),
    machine_id TEXT NOT NULL CHECK (length(machine_id) = 36),
    created_by TEXT NOT NULL CHECK (length(created_by) = 36),
    rule TEXT NOT NULL CHECK (rule <> ''),
    -- The first date in the facility's wall time: 2026-11-24T10:00.
    local_start TEXT NOT NULL CHECK (length(local_start) = 16),
    length_minutes INTEGER NOT NULL CHECK (length_minutes > 0),
    quantity INTEGER CHECK (quantity >= 0),
    note TEXT NOT NULL,
    -- What became of dates that broke a rule.
    clash TEXT NOT NULL CHECK (clash IN ('skip', 'move', 'refuse')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, series_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;

CREATE TABLE series_date (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    series_id TEXT NOT NULL CHECK (length(series_id) = 36),
    occurrence_us INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('booked', 'moved', 'skipped')),
    booking_id TEXT CHECK (length(booking_id) = 36),
    -- Of the rules that the date broke, separated by spaces.
    codes TEXT NOT NULL,
    PRIMARY KEY (facility_id, series_id, occurrence_us),
    FOREIGN KEY (facility_id, series_id) REFERENCES series (facility_id, series_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    CHECK ((outcome = 'skipped') = (booking_id IS NULL))
) STRICT, WITHOUT ROWID;

-- Who has the token reads the feed; only its digest is kept.
CREATE TABLE calendar_feed (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    feed_id TEXT NOT NULL CHECK (length(feed_id) = 36),
    token_sha256 TEXT NOT NULL CHECK (length(token_sha256) = 64),
    scope TEXT NOT NULL CHECK (scope IN ('enterprise', 'person', 'machine')),
    scope_id TEXT NOT NULL CHECK (length(scope_id) = 36),
    language TEXT NOT NULL CHECK (language IN ('bn', 'en')),
    created_by TEXT NOT NULL CHECK (length(created_by) = 36),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (facility_id, feed_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;

-- Not led by facility_id: whoever reads a feed says nothing but its token.
CREATE INDEX calendar_feed_by_token ON calendar_feed (token_sha256);
CREATE INDEX calendar_feed_of_person ON calendar_feed (facility_id, created_by);

-- Outages known beforehand: a rule that was entered, or a calendar of others that was handed in or
-- is fetched. A job makes outages of it, sixty days ahead.
CREATE TABLE timetable (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    timetable_id TEXT NOT NULL CHECK (length(timetable_id) = 36),
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('load_shedding', 'maintenance', 'closure')),
    machine_id TEXT CHECK (length(machine_id) = 36),
    -- iCalendar or CSV: the whole of what was entered, handed in or fetched last.
    content TEXT NOT NULL,
    url TEXT CHECK (url <> ''),
    fetched_at INTEGER,
    failure TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL CHECK (length(created_by) = 36),
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (facility_id, timetable_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;

-- Which outages were made of it, each once: one that somebody withdrew is not made again.
CREATE TABLE timetable_date (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    timetable_id TEXT NOT NULL CHECK (length(timetable_id) = 36),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    outage_id TEXT NOT NULL CHECK (length(outage_id) = 36),
    PRIMARY KEY (facility_id, timetable_id, starts_at, ends_at),
    FOREIGN KEY (facility_id, timetable_id) REFERENCES timetable (facility_id, timetable_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id)
) STRICT, WITHOUT ROWID;

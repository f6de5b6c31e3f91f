-- Bookings that repeat, calendars that others subscribe to, and outages known beforehand.

-- A job that comes back by a rule of RFC 5545. What became of its dates is series_date; a change
-- of its bookings leaves the rule as it was asked for.
CREATE TABLE series (
    facility_id uuid NOT NULL,
    series_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    machine_id uuid NOT NULL,
    created_by uuid NOT NULL,
    rule text NOT NULL CHECK (rule <> ''),
    -- The first date in the facility's wall time: 2026-11-24T10:00.
    local_start text NOT NULL CHECK (length(local_start) = 16),
    length_minutes bigint NOT NULL CHECK (length_minutes > 0),
    quantity bigint CHECK (quantity >= 0),
    note text NOT NULL,
    -- What became of dates that broke a rule.
    clash text NOT NULL CHECK (clash IN ('skip', 'move', 'refuse')),
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, series_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);

CREATE TABLE series_date (
    facility_id uuid NOT NULL,
    series_id uuid NOT NULL,
    occurrence_us bigint NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('booked', 'moved', 'skipped')),
    booking_id uuid,
    -- Of the rules that the date broke, separated by spaces.
    codes text NOT NULL,
    PRIMARY KEY (facility_id, series_id, occurrence_us),
    FOREIGN KEY (facility_id, series_id) REFERENCES series (facility_id, series_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    CHECK ((outcome = 'skipped') = (booking_id IS NULL))
);

-- Who has the token reads the feed; only its digest is kept.
CREATE TABLE calendar_feed (
    facility_id uuid NOT NULL,
    feed_id uuid NOT NULL,
    token_sha256 text NOT NULL CHECK (length(token_sha256) = 64),
    scope text NOT NULL CHECK (scope IN ('enterprise', 'person', 'machine')),
    scope_id uuid NOT NULL,
    language text NOT NULL CHECK (language IN ('bn', 'en')),
    created_by uuid NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint,
    PRIMARY KEY (facility_id, feed_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);

-- Not led by facility_id: whoever reads a feed says nothing but its token.
CREATE INDEX calendar_feed_by_token ON calendar_feed (token_sha256);
CREATE INDEX calendar_feed_of_person ON calendar_feed (facility_id, created_by);

-- Outages known beforehand: a rule that was entered, or a calendar of others that was handed in or
-- is fetched. A job makes outages of it, sixty days ahead.
CREATE TABLE timetable (
    facility_id uuid NOT NULL,
    timetable_id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL CHECK (kind IN ('load_shedding', 'maintenance', 'closure')),
    machine_id uuid,
    -- iCalendar or CSV: the whole of what was entered, handed in or fetched last.
    content text NOT NULL,
    url text CHECK (url <> ''),
    fetched_at bigint,
    failure text NOT NULL DEFAULT '',
    created_by uuid NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (facility_id, timetable_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);

-- Which outages were made of it, each once: one that somebody withdrew is not made again.
CREATE TABLE timetable_date (
    facility_id uuid NOT NULL,
    timetable_id uuid NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    outage_id uuid NOT NULL,
    PRIMARY KEY (facility_id, timetable_id, starts_at, ends_at),
    FOREIGN KEY (facility_id, timetable_id) REFERENCES timetable (facility_id, timetable_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id)
);

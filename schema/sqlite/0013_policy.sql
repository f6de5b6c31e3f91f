-- What may be booked: settings by machine, group and class of member, dated; opening profiles,
-- special days, reserved hours; overrides that were granted.

-- Raised by whoever writes one of the tables below, or machine: caches ask for it alone.
CREATE TABLE settings_version (
    facility_id TEXT NOT NULL,
    version     INTEGER NOT NULL,
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE machine_group (
    facility_id TEXT NOT NULL,
    group_id    TEXT NOT NULL CHECK (length(group_id) = 36),
    slug        TEXT NOT NULL CHECK (slug <> ''),
    name_en     TEXT NOT NULL,
    name_bn     TEXT NOT NULL,
    PRIMARY KEY (facility_id, group_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;
CREATE TABLE machine_group_member (
    facility_id TEXT NOT NULL,
    group_id    TEXT NOT NULL,
    machine_id  TEXT NOT NULL,
    PRIMARY KEY (facility_id, group_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
) STRICT, WITHOUT ROWID;

-- One number of one rule. The most particular scope wins, then the class, then the latest start;
-- value NULL lifts the rule there. Never changed: another version begins later.
CREATE TABLE policy_setting (
    facility_id    TEXT NOT NULL,
    setting_id     TEXT NOT NULL CHECK (length(setting_id) = 36),
    name           TEXT NOT NULL CHECK (name <> ''),
    machine_id     TEXT,
    group_id       TEXT,
    membership     TEXT NOT NULL DEFAULT '',
    season         TEXT NOT NULL DEFAULT '',
    value          INTEGER,
    effective_from INTEGER NOT NULL,
    created_by     TEXT,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (facility_id, setting_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (machine_id IS NULL OR group_id IS NULL)
) STRICT;
CREATE TRIGGER policy_setting_no_update BEFORE UPDATE ON policy_setting
BEGIN
    SELECT RAISE(ABORT, 'policy_setting is append-only');
END;
CREATE TRIGGER policy_setting_no_delete BEFORE DELETE ON policy_setting
BEGIN
    SELECT RAISE(ABORT, 'policy_setting is append-only');
END;

-- normal, ramadan, eid, ...; opening_hours stays what the configuration says of normal until
-- hours are entered in the application.
CREATE TABLE opening_profile (
    facility_id TEXT NOT NULL,
    profile_id  TEXT NOT NULL CHECK (length(profile_id) = 36),
    slug        TEXT NOT NULL CHECK (slug <> ''),
    name_en     TEXT NOT NULL,
    name_bn     TEXT NOT NULL,
    PRIMARY KEY (facility_id, profile_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;
-- label empty: open; else a break of that name (prayer, lunch) within the open hours.
CREATE TABLE opening_span (
    facility_id   TEXT NOT NULL,
    profile_id    TEXT NOT NULL,
    weekday       INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute   INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 2879),
    until_minute  INTEGER NOT NULL CHECK (until_minute BETWEEN 1 AND 2880),
    break_en      TEXT NOT NULL DEFAULT '',
    break_bn      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, profile_id, weekday, from_minute, break_en),
    FOREIGN KEY (facility_id, profile_id) REFERENCES opening_profile (facility_id, profile_id),
    CHECK (from_minute < until_minute)
) STRICT, WITHOUT ROWID;
-- Local days, both included: Ramadan begins when the moon is seen, so days are entered.
CREATE TABLE opening_period (
    facility_id TEXT NOT NULL,
    first_day   TEXT NOT NULL CHECK (length(first_day) = 10),
    last_day    TEXT NOT NULL CHECK (length(last_day) = 10),
    profile_id  TEXT NOT NULL,
    PRIMARY KEY (facility_id, first_day),
    FOREIGN KEY (facility_id, profile_id) REFERENCES opening_profile (facility_id, profile_id),
    CHECK (first_day <= last_day)
) STRICT, WITHOUT ROWID;
-- A holiday, or a day with hours of its own (JSON [[from,until],...] in minutes).
CREATE TABLE special_day (
    facility_id TEXT NOT NULL,
    day         TEXT NOT NULL CHECK (length(day) = 10),
    name_en     TEXT NOT NULL,
    name_bn     TEXT NOT NULL,
    spans       TEXT NOT NULL DEFAULT '[]',
    source      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, day),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;
-- weekend: a bit a weekday, 1 << 5 is Friday (ISO 5); the week of the quotas begins on week_starts.
ALTER TABLE facility ADD COLUMN weekend INTEGER NOT NULL DEFAULT 32;
ALTER TABLE facility ADD COLUMN week_starts INTEGER NOT NULL DEFAULT 7
    CHECK (week_starts BETWEEN 1 AND 7);
ALTER TABLE facility ADD COLUMN generator_w INTEGER NOT NULL DEFAULT 0 CHECK (generator_w >= 0);

-- Hours of a weekday that are for some alone until release_hours before they begin.
CREATE TABLE reserved_window (
    facility_id    TEXT NOT NULL,
    window_id      TEXT NOT NULL CHECK (length(window_id) = 36),
    machine_id     TEXT,
    group_id       TEXT,
    weekday        INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute    INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute   INTEGER NOT NULL CHECK (until_minute BETWEEN 1 AND 2880),
    audience       TEXT NOT NULL CHECK (audience IN ('women_led', 'member', 'priority')),
    release_hours  INTEGER NOT NULL CHECK (release_hours >= 0),
    effective_from INTEGER NOT NULL,
    effective_to   INTEGER,
    PRIMARY KEY (facility_id, window_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id)
) STRICT;

-- Who let a booking pass which rule, and why.
CREATE TABLE booking_override (
    facility_id TEXT NOT NULL,
    booking_id  TEXT NOT NULL,
    rule        TEXT NOT NULL CHECK (rule <> ''),
    at_us       INTEGER NOT NULL,
    person_id   TEXT NOT NULL,
    reason      TEXT NOT NULL CHECK (reason <> ''),
    numbers     TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (facility_id, booking_id, rule, at_us),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER booking_override_no_update BEFORE UPDATE ON booking_override
BEGIN
    SELECT RAISE(ABORT, 'booking_override is append-only');
END;
CREATE TRIGGER booking_override_no_delete BEFORE DELETE ON booking_override
BEGIN
    SELECT RAISE(ABORT, 'booking_override is append-only');
END;

-- Random bytes (hexadecimal) that only the daemon knows: quotes and offers are signed with them.
CREATE TABLE facility_secret (
    facility_id TEXT NOT NULL,
    name        TEXT NOT NULL CHECK (name <> ''),
    secret      TEXT NOT NULL CHECK (length(secret) = 64),
    PRIMARY KEY (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;

-- What may be booked: settings by machine, group and class of member, dated; opening profiles,
-- special days, reserved hours; overrides that were granted.

-- Raised by whoever writes one of the tables below, or machine: caches ask for it alone.
CREATE TABLE settings_version (
    facility_id uuid NOT NULL,
    version     bigint NOT NULL,
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE TABLE machine_group (
    facility_id uuid NOT NULL,
    group_id    uuid NOT NULL,
    slug        text NOT NULL CHECK (slug <> ''),
    name_en     text NOT NULL,
    name_bn     text NOT NULL,
    PRIMARY KEY (facility_id, group_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
CREATE TABLE machine_group_member (
    facility_id uuid NOT NULL,
    group_id    uuid NOT NULL,
    machine_id  uuid NOT NULL,
    PRIMARY KEY (facility_id, group_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
);

-- One number of one rule. The most particular scope wins, then the class, then the latest start;
-- value NULL lifts the rule there. Never changed: another version begins later.
CREATE TABLE policy_setting (
    facility_id    uuid NOT NULL,
    setting_id     uuid NOT NULL,
    name           text NOT NULL CHECK (name <> ''),
    machine_id     uuid,
    group_id       uuid,
    membership     text NOT NULL DEFAULT '',
    season         text NOT NULL DEFAULT '',
    value          bigint,
    effective_from bigint NOT NULL,
    created_by     uuid,
    created_at     bigint NOT NULL,
    PRIMARY KEY (facility_id, setting_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (machine_id IS NULL OR group_id IS NULL)
);

-- normal, ramadan, eid, ...; opening_hours stays what the configuration says of normal until
-- hours are entered in the application.
CREATE TABLE opening_profile (
    facility_id uuid NOT NULL,
    profile_id  uuid NOT NULL,
    slug        text NOT NULL CHECK (slug <> ''),
    name_en     text NOT NULL,
    name_bn     text NOT NULL,
    PRIMARY KEY (facility_id, profile_id),
    UNIQUE (facility_id, slug),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
-- label empty: open; else a break of that name (prayer, lunch) within the open hours.
CREATE TABLE opening_span (
    facility_id   uuid NOT NULL,
    profile_id    uuid NOT NULL,
    weekday       bigint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute   bigint NOT NULL CHECK (from_minute BETWEEN 0 AND 2879),
    until_minute  bigint NOT NULL CHECK (until_minute BETWEEN 1 AND 2880),
    break_en      text NOT NULL DEFAULT '',
    break_bn      text NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, profile_id, weekday, from_minute, break_en),
    FOREIGN KEY (facility_id, profile_id) REFERENCES opening_profile (facility_id, profile_id),
    CHECK (from_minute < until_minute)
);
-- Local days, both included: Ramadan begins when the moon is seen, so days are entered.
CREATE TABLE opening_period (
    facility_id uuid NOT NULL,
    first_day   text NOT NULL CHECK (length(first_day) = 10),
    last_day    text NOT NULL CHECK (length(last_day) = 10),
    profile_id  uuid NOT NULL,
    PRIMARY KEY (facility_id, first_day),
    FOREIGN KEY (facility_id, profile_id) REFERENCES opening_profile (facility_id, profile_id),
    CHECK (first_day <= last_day)
);
-- A holiday, or a day with hours of its own (JSON [[from,until],...] in minutes).
CREATE TABLE special_day (
    facility_id uuid NOT NULL,
    day         text NOT NULL CHECK (length(day) = 10),
    name_en     text NOT NULL,
    name_bn     text NOT NULL,
    spans       text NOT NULL DEFAULT '[]',
    source      text NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, day),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);
-- weekend: a bit a weekday, 1 << 5 is Friday (ISO 5); the week of the quotas begins on week_starts.
ALTER TABLE facility ADD COLUMN weekend bigint NOT NULL DEFAULT 32;
ALTER TABLE facility ADD COLUMN week_starts bigint NOT NULL DEFAULT 7
    CHECK (week_starts BETWEEN 1 AND 7);
ALTER TABLE facility ADD COLUMN generator_w bigint NOT NULL DEFAULT 0 CHECK (generator_w >= 0);

-- Hours of a weekday that are for some alone until release_hours before they begin.
CREATE TABLE reserved_window (
    facility_id    uuid NOT NULL,
    window_id      uuid NOT NULL,
    machine_id     uuid,
    group_id       uuid,
    weekday        bigint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute    bigint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute   bigint NOT NULL CHECK (until_minute BETWEEN 1 AND 2880),
    audience       text NOT NULL CHECK (audience IN ('women_led', 'member', 'priority')),
    release_hours  bigint NOT NULL CHECK (release_hours >= 0),
    effective_from bigint NOT NULL,
    effective_to   bigint,
    PRIMARY KEY (facility_id, window_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id)
);

-- Who let a booking pass which rule, and why.
CREATE TABLE booking_override (
    facility_id uuid NOT NULL,
    booking_id  uuid NOT NULL,
    rule        text NOT NULL CHECK (rule <> ''),
    at_us       bigint NOT NULL,
    person_id   uuid NOT NULL,
    reason      text NOT NULL CHECK (reason <> ''),
    numbers     text NOT NULL DEFAULT '{}',
    PRIMARY KEY (facility_id, booking_id, rule, at_us),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

-- Random bytes (hexadecimal) that only the daemon knows: quotes and offers are signed with them.
CREATE TABLE facility_secret (
    facility_id uuid NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    secret      text NOT NULL CHECK (length(secret) = 64),
    PRIMARY KEY (facility_id, name),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER policy_setting_stays BEFORE UPDATE OR DELETE ON policy_setting
    FOR EACH ROW EXECUTE FUNCTION only_added_to();
CREATE TRIGGER booking_override_stays BEFORE UPDATE OR DELETE ON booking_override
    FOR EACH ROW EXECUTE FUNCTION only_added_to();

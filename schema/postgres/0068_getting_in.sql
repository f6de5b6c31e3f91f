-- How people get in: passwords that somebody else made and that last for one log-in, where a
-- session was begun and how, a second factor with its recovery codes, what two of the staff do for
-- a third who is shut out, and how long all of it lasts.

-- one_time_until: the password was handed over, lasts until then, and lets in to nothing but the
-- choice of an own one. pin_hash: for a telephone that several share.
ALTER TABLE person ADD COLUMN one_time_until bigint;
ALTER TABLE person ADD COLUMN pin_hash text;

ALTER TABLE web_session ADD COLUMN how text NOT NULL DEFAULT 'password';
ALTER TABLE web_session ADD COLUMN device text NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN address text NOT NULL DEFAULT '';

ALTER TABLE api_token ADD COLUMN read_only bigint NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1));

-- sealed: encrypted with a key that this database does not hold. It counts once it is confirmed;
-- last_step is the last code that was taken.
CREATE TABLE second_factor (
    facility_id uuid NOT NULL,
    person_id uuid NOT NULL,
    sealed text NOT NULL,
    confirmed_at bigint,
    last_step bigint NOT NULL,
    PRIMARY KEY (facility_id, person_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

CREATE TABLE recovery_code (
    facility_id uuid NOT NULL,
    person_id uuid NOT NULL,
    code_hash text NOT NULL CHECK (length(code_hash) = 64),
    PRIMARY KEY (facility_id, person_id, code_hash),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

-- One of the staff asks, another approves, and neither is whom it is for.
CREATE TABLE recovery (
    facility_id uuid NOT NULL,
    recovery_id uuid NOT NULL,
    person_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    asked_by uuid NOT NULL,
    asked_at bigint NOT NULL,
    approved_by uuid,
    approved_at bigint,
    PRIMARY KEY (facility_id, recovery_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, asked_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, approved_by) REFERENCES person (facility_id, person_id),
    CHECK (asked_by <> person_id),
    CHECK (approved_by <> person_id AND approved_by <> asked_by),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE INDEX recovery_by_time ON recovery (facility_id, asked_at);

CREATE TABLE access_settings (
    facility_id uuid NOT NULL,
    desk_idle_minutes bigint NOT NULL CHECK (desk_idle_minutes > 0),
    desk_hours bigint NOT NULL CHECK (desk_hours > 0),
    floor_idle_minutes bigint NOT NULL CHECK (floor_idle_minutes > 0),
    floor_hours bigint NOT NULL CHECK (floor_hours > 0),
    shared_idle_minutes bigint NOT NULL CHECK (shared_idle_minutes > 0),
    second_factor bigint NOT NULL CHECK (second_factor IN (0, 1)),
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

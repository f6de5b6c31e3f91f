-- Who stands at the desk: the numbers and cards that an ME is known by, records that turned out to
-- be one ME, and who came to a training.

-- A number may be several MEs' (a household has one telephone), and an ME may have several.
CREATE TABLE enterprise_phone (
    facility_id   TEXT    NOT NULL,
    enterprise_id TEXT    NOT NULL,
    phone         TEXT    NOT NULL CHECK (length(phone) >= 8),
    -- What people say when they are asked who they are.
    last4         TEXT    GENERATED ALWAYS AS (substr(phone, -4)) VIRTUAL,
    label         TEXT    NOT NULL DEFAULT '',
    added_at      INTEGER NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id, phone),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
) STRICT;
CREATE INDEX enterprise_phone_by_last4 ON enterprise_phone (facility_id, last4);
INSERT INTO enterprise_phone (facility_id, enterprise_id, phone, added_at)
SELECT facility_id, enterprise_id, phone, created_at FROM enterprise
WHERE phone IS NOT NULL AND length(phone) >= 8;

-- Of the number on a card only a hash is kept. A card that is lost is revoked; its row stays.
CREATE TABLE enterprise_card (
    facility_id   TEXT    NOT NULL,
    card_id       TEXT    NOT NULL CHECK (length(card_id) = 36),
    card_hash     TEXT    NOT NULL CHECK (length(card_hash) = 64),
    enterprise_id TEXT    NOT NULL,
    issued_at     INTEGER NOT NULL,
    issued_by     TEXT    NOT NULL,
    revoked_at    INTEGER,
    PRIMARY KEY (facility_id, card_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, issued_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE UNIQUE INDEX enterprise_card_in_use ON enterprise_card (facility_id, card_hash)
    WHERE revoked_at IS NULL;
CREATE INDEX enterprise_card_by_enterprise ON enterprise_card (facility_id, enterprise_id);
CREATE TRIGGER enterprise_card_no_delete BEFORE DELETE ON enterprise_card
BEGIN
    SELECT RAISE(ABORT, 'enterprise_card: a card is revoked, never deleted');
END;
CREATE TRIGGER enterprise_card_stays BEFORE UPDATE ON enterprise_card
WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
    OR NEW.card_hash <> OLD.card_hash OR NEW.issued_at <> OLD.issued_at
    OR NEW.issued_by <> OLD.issued_by
BEGIN
    SELECT RAISE(ABORT, 'enterprise_card: what was issued stays, and what is revoked too');
END;

-- Two records of one ME. What is written in books stays with the record it was written for; what
-- lies ahead moves, and enterprise_merge_part says what did, so that it can go back.
CREATE TABLE enterprise_merge (
    facility_id TEXT    NOT NULL,
    merge_id    TEXT    NOT NULL CHECK (length(merge_id) = 36),
    gone_id     TEXT    NOT NULL,
    kept_id     TEXT    NOT NULL,
    merged_at   INTEGER NOT NULL,
    merged_by   TEXT    NOT NULL,
    reason      TEXT    NOT NULL CHECK (reason <> ''),
    undone_at   INTEGER,
    undone_by   TEXT,
    PRIMARY KEY (facility_id, merge_id),
    FOREIGN KEY (facility_id, gone_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, kept_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, merged_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, undone_by) REFERENCES person (facility_id, person_id),
    CHECK (gone_id <> kept_id),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX enterprise_merge_of ON enterprise_merge (facility_id, gone_id)
    WHERE undone_at IS NULL;
CREATE INDEX enterprise_merge_into ON enterprise_merge (facility_id, kept_id);
CREATE TRIGGER enterprise_merge_no_delete BEFORE DELETE ON enterprise_merge
BEGIN
    SELECT RAISE(ABORT, 'enterprise_merge: it is undone, never deleted');
END;
CREATE TRIGGER enterprise_merge_stays BEFORE UPDATE ON enterprise_merge
WHEN OLD.undone_at IS NOT NULL OR NEW.gone_id <> OLD.gone_id OR NEW.kept_id <> OLD.kept_id
    OR NEW.merged_at <> OLD.merged_at OR NEW.merged_by <> OLD.merged_by
    OR NEW.reason <> OLD.reason
BEGIN
    SELECT RAISE(ABORT, 'enterprise_merge: it is undone once, and nothing else of it changes');
END;

-- doubled: the kept one had the like already, so the one of the record that goes was given up.
CREATE TABLE enterprise_merge_part (
    facility_id TEXT    NOT NULL,
    merge_id    TEXT    NOT NULL,
    what        TEXT    NOT NULL CHECK (what IN (
        'booking', 'phone', 'card', 'grant', 'waitlist', 'series')),
    part        TEXT    NOT NULL,
    doubled     INTEGER NOT NULL DEFAULT 0 CHECK (doubled IN (0, 1)),
    PRIMARY KEY (facility_id, merge_id, what, part),
    FOREIGN KEY (facility_id, merge_id) REFERENCES enterprise_merge (facility_id, merge_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER enterprise_merge_part_no_update BEFORE UPDATE ON enterprise_merge_part
BEGIN
    SELECT RAISE(ABORT, 'enterprise_merge_part is append-only');
END;
CREATE TRIGGER enterprise_merge_part_no_delete BEFORE DELETE ON enterprise_merge_part
BEGIN
    SELECT RAISE(ABORT, 'enterprise_merge_part is append-only');
END;

-- Who came to a training or a trial, and how it went. Many have no log-in: then their name stands
-- here. A correction is a new row; of one person's rows the last one holds.
CREATE TABLE attendance (
    facility_id      TEXT    NOT NULL,
    booking_id       TEXT    NOT NULL,
    sequence         INTEGER NOT NULL CHECK (sequence >= 1),
    person_id        TEXT,
    name             TEXT    NOT NULL DEFAULT '',
    woman            INTEGER CHECK (woman IN (0, 1)),
    came             INTEGER NOT NULL CHECK (came IN (0, 1)),
    result           TEXT    NOT NULL CHECK (result IN ('none', 'passed', 'failed')),
    authorisation_id TEXT,
    recorded_at      INTEGER NOT NULL,
    recorded_by      TEXT    NOT NULL,
    PRIMARY KEY (facility_id, booking_id, sequence),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, authorisation_id)
        REFERENCES authorisation (facility_id, authorisation_id),
    FOREIGN KEY (facility_id, recorded_by) REFERENCES person (facility_id, person_id),
    CHECK ((person_id IS NULL) = (name <> '')),
    -- Whoever was not there cannot have passed.
    CHECK (came = 1 OR result = 'none'),
    CHECK (authorisation_id IS NULL OR person_id IS NOT NULL AND result = 'passed')
) STRICT, WITHOUT ROWID;
CREATE TRIGGER attendance_no_update BEFORE UPDATE ON attendance
BEGIN
    SELECT RAISE(ABORT, 'attendance is append-only');
END;
CREATE TRIGGER attendance_no_delete BEFORE DELETE ON attendance
BEGIN
    SELECT RAISE(ABORT, 'attendance is append-only');
END;

-- Who stands at the desk: the numbers and cards that an ME is known by, records that turned out to
-- be one ME, and who came to a training.

-- A number may be several MEs' (a household has one telephone), and an ME may have several.
CREATE TABLE enterprise_phone (
    facility_id   uuid    NOT NULL,
    enterprise_id uuid    NOT NULL,
    phone         text    NOT NULL CHECK (length(phone) >= 8),
    -- What people say when they are asked who they are.
    last4         text    GENERATED ALWAYS AS (right(phone, 4)) STORED,
    label         text    NOT NULL DEFAULT '',
    added_at      bigint NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id, phone),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id)
);
CREATE INDEX enterprise_phone_by_last4 ON enterprise_phone (facility_id, last4);
INSERT INTO enterprise_phone (facility_id, enterprise_id, phone, added_at)
SELECT facility_id, enterprise_id, phone, created_at FROM enterprise
WHERE phone IS NOT NULL AND length(phone) >= 8;

-- Of the number on a card only a hash is kept. A card that is lost is revoked; its row stays.
CREATE TABLE enterprise_card (
    facility_id   uuid    NOT NULL,
    card_id       uuid    NOT NULL,
    card_hash     text    NOT NULL CHECK (length(card_hash) = 64),
    enterprise_id uuid    NOT NULL,
    issued_at     bigint NOT NULL,
    issued_by     uuid    NOT NULL,
    revoked_at    bigint,
    PRIMARY KEY (facility_id, card_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, issued_by) REFERENCES person (facility_id, person_id)
);
CREATE UNIQUE INDEX enterprise_card_in_use ON enterprise_card (facility_id, card_hash)
    WHERE revoked_at IS NULL;
CREATE INDEX enterprise_card_by_enterprise ON enterprise_card (facility_id, enterprise_id);
CREATE TRIGGER enterprise_card_no_delete BEFORE DELETE OR TRUNCATE ON enterprise_card
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER enterprise_card_stays BEFORE UPDATE ON enterprise_card FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
        OR NEW.card_hash <> OLD.card_hash OR NEW.issued_at <> OLD.issued_at
        OR NEW.issued_by <> OLD.issued_by)
    EXECUTE FUNCTION refuse_change();

-- Two records of one ME. What is written in books stays with the record it was written for; what
-- lies ahead moves, and enterprise_merge_part says what did, so that it can go back.
CREATE TABLE enterprise_merge (
    facility_id uuid    NOT NULL,
    merge_id    uuid    NOT NULL,
    gone_id     uuid    NOT NULL,
    kept_id     uuid    NOT NULL,
    merged_at   bigint NOT NULL,
    merged_by   uuid    NOT NULL,
    reason      text    NOT NULL CHECK (reason <> ''),
    undone_at   bigint,
    undone_by   uuid,
    PRIMARY KEY (facility_id, merge_id),
    FOREIGN KEY (facility_id, gone_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, kept_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, merged_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, undone_by) REFERENCES person (facility_id, person_id),
    CHECK (gone_id <> kept_id),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE UNIQUE INDEX enterprise_merge_of ON enterprise_merge (facility_id, gone_id)
    WHERE undone_at IS NULL;
CREATE INDEX enterprise_merge_into ON enterprise_merge (facility_id, kept_id);
CREATE TRIGGER enterprise_merge_no_delete BEFORE DELETE OR TRUNCATE ON enterprise_merge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER enterprise_merge_stays BEFORE UPDATE ON enterprise_merge FOR EACH ROW
    WHEN (OLD.undone_at IS NOT NULL OR NEW.gone_id <> OLD.gone_id OR NEW.kept_id <> OLD.kept_id
        OR NEW.merged_at <> OLD.merged_at OR NEW.merged_by <> OLD.merged_by
        OR NEW.reason <> OLD.reason)
    EXECUTE FUNCTION refuse_change();

-- doubled: the kept one had the like already, so the one of the record that goes was given up.
CREATE TABLE enterprise_merge_part (
    facility_id uuid    NOT NULL,
    merge_id    uuid    NOT NULL,
    what        text    NOT NULL CHECK (what IN (
        'booking', 'phone', 'card', 'grant', 'waitlist', 'series')),
    part        text    NOT NULL,
    doubled     bigint NOT NULL DEFAULT 0 CHECK (doubled IN (0, 1)),
    PRIMARY KEY (facility_id, merge_id, what, part),
    FOREIGN KEY (facility_id, merge_id) REFERENCES enterprise_merge (facility_id, merge_id)
);

CREATE TRIGGER enterprise_merge_part_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON enterprise_merge_part FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who came to a training or a trial, and how it went. Many have no log-in: then their name stands
-- here. A correction is a new row; of one person's rows the last one holds.
CREATE TABLE attendance (
    facility_id      uuid    NOT NULL,
    booking_id       uuid    NOT NULL,
    sequence         bigint NOT NULL CHECK (sequence >= 1),
    person_id        uuid,
    name             text    NOT NULL DEFAULT '',
    woman            bigint CHECK (woman IN (0, 1)),
    came             bigint NOT NULL CHECK (came IN (0, 1)),
    result           text    NOT NULL CHECK (result IN ('none', 'passed', 'failed')),
    authorisation_id uuid,
    recorded_at      bigint NOT NULL,
    recorded_by      uuid    NOT NULL,
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
);
CREATE TRIGGER attendance_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attendance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Fourteen roles instead of four, each for the facility, an ME or a partner organisation; the
-- second person behind the powerful ones; and what is written down of an ME.

-- A PO: the organisation that brings MEs to the facility and looks after them.
CREATE TABLE partner_organisation (
    facility_id TEXT    NOT NULL,
    partner_id  TEXT    NOT NULL CHECK (length(partner_id) = 36),
    name_en     TEXT    NOT NULL CHECK (name_en <> ''),
    name_bn     TEXT    NOT NULL CHECK (name_bn <> ''),
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (facility_id, partner_id),
    UNIQUE (facility_id, name_en),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- sector: a slug of the list of sub-sectors; formal: NULL while nobody has asked. women_led is what
-- the last row of women_led_attestation says, or what the desk was told where there is none.
ALTER TABLE enterprise ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE enterprise ADD COLUMN known_as TEXT NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN sector TEXT;
ALTER TABLE enterprise ADD COLUMN district TEXT NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN upazila TEXT NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN partner_id TEXT;
ALTER TABLE enterprise ADD COLUMN formal INTEGER CHECK (formal IN (0, 1));
ALTER TABLE enterprise ADD COLUMN trade_licence TEXT NOT NULL DEFAULT '';
-- Whether what is known of this ME alone may leave the facility in a report.
ALTER TABLE enterprise ADD COLUMN shares_data INTEGER NOT NULL DEFAULT 0
    CHECK (shares_data IN (0, 1));
CREATE INDEX enterprise_of_partner ON enterprise (facility_id, partner_id, enterprise_id);

-- Who looked at what, and what share of the ME women own.
CREATE TABLE women_led_attestation (
    facility_id    TEXT    NOT NULL,
    attestation_id TEXT    NOT NULL CHECK (length(attestation_id) = 36),
    enterprise_id  TEXT    NOT NULL,
    women_share    INTEGER NOT NULL CHECK (women_share BETWEEN 0 AND 100),
    woman_manages  INTEGER NOT NULL CHECK (woman_manages IN (0, 1)),
    women_led      INTEGER NOT NULL CHECK (women_led IN (0, 1)),
    evidence       TEXT    NOT NULL CHECK (evidence <> ''),
    attested_by    TEXT    NOT NULL,
    attested_at    INTEGER NOT NULL,
    PRIMARY KEY (facility_id, attestation_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, attested_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE INDEX women_led_attestation_of ON women_led_attestation
    (facility_id, enterprise_id, attested_at);
CREATE TRIGGER women_led_attestation_no_update BEFORE UPDATE ON women_led_attestation
BEGIN
    SELECT RAISE(ABORT, 'women_led_attestation is append-only');
END;
CREATE TRIGGER women_led_attestation_no_delete BEFORE DELETE ON women_led_attestation
BEGIN
    SELECT RAISE(ABORT, 'women_led_attestation is append-only');
END;

-- An owner or a member acts for an enterprise, a partner's officer sees those of a partner
-- organisation, everybody else is here for the facility. Whoever was a member so far could see the
-- bills, and goes on doing so as an owner.
CREATE TABLE role_grant_kept AS SELECT * FROM role_grant;
DROP TABLE role_grant;
CREATE TABLE role_grant (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    position INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('manager', 'operator', 'desk', 'owner', 'member',
        'accountant', 'committee', 'trainer', 'mechanic', 'partner', 'programme', 'auditor',
        'technician', 'administrator')),
    enterprise_id TEXT CHECK (length(enterprise_id) = 36),
    partner_id TEXT,
    PRIMARY KEY (facility_id, person_id, position),
    UNIQUE (facility_id, person_id, role, enterprise_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, partner_id)
        REFERENCES partner_organisation (facility_id, partner_id),
    CHECK ((role IN ('owner', 'member')) = (enterprise_id IS NOT NULL)),
    CHECK ((role = 'partner') = (partner_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO role_grant (facility_id, person_id, position, role, enterprise_id)
SELECT facility_id, person_id, position,
       CASE WHEN role = 'member' THEN 'owner' ELSE role END, enterprise_id
FROM role_grant_kept;
DROP TABLE role_grant_kept;
CREATE INDEX role_grant_of_enterprise ON role_grant (facility_id, enterprise_id, person_id)
    WHERE enterprise_id IS NOT NULL;
UPDATE api_token SET roles = replace(roles, '"member"', '"owner"');

-- A powerful role that somebody asked for: another person says yes or no.
CREATE TABLE role_request (
    facility_id TEXT    NOT NULL,
    request_id  TEXT    NOT NULL CHECK (length(request_id) = 36),
    person_id   TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (role IN ('manager', 'accountant', 'administrator')),
    reason      TEXT    NOT NULL CHECK (reason <> ''),
    asked_by    TEXT    NOT NULL,
    asked_at    INTEGER NOT NULL,
    decided_by  TEXT,
    decided_at  INTEGER,
    granted     INTEGER CHECK (granted IN (0, 1)),
    PRIMARY KEY (facility_id, request_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, asked_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, decided_by) REFERENCES person (facility_id, person_id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (granted IS NULL)),
    -- Four eyes, and not those of whoever gains by it.
    CHECK (granted IS NULL OR granted = 0 OR decided_by <> asked_by AND decided_by <> person_id)
) STRICT;
CREATE UNIQUE INDEX role_request_open ON role_request (facility_id, person_id, role)
    WHERE decided_at IS NULL;
CREATE TRIGGER role_request_no_delete BEFORE DELETE ON role_request
BEGIN
    SELECT RAISE(ABORT, 'role_request: it is decided, never deleted');
END;
CREATE TRIGGER role_request_stays BEFORE UPDATE ON role_request
WHEN OLD.decided_at IS NOT NULL OR NEW.person_id <> OLD.person_id OR NEW.role <> OLD.role
    OR NEW.asked_by <> OLD.asked_by OR NEW.asked_at <> OLD.asked_at OR NEW.reason <> OLD.reason
BEGIN
    SELECT RAISE(ABORT, 'role_request: it is decided once, and nothing else of it changes');
END;

-- What an auditor, and whoever answers, says of something in the books: "invoice/0190...".
CREATE TABLE audit_comment (
    facility_id TEXT    NOT NULL,
    comment_id  TEXT    NOT NULL CHECK (length(comment_id) = 36),
    subject     TEXT    NOT NULL CHECK (subject <> ''),
    text        TEXT    NOT NULL CHECK (text <> ''),
    said_by     TEXT    NOT NULL,
    said_at     INTEGER NOT NULL,
    PRIMARY KEY (facility_id, comment_id),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE INDEX audit_comment_of ON audit_comment (facility_id, subject, said_at);
CREATE TRIGGER audit_comment_no_update BEFORE UPDATE ON audit_comment
BEGIN
    SELECT RAISE(ABORT, 'audit_comment is append-only');
END;
CREATE TRIGGER audit_comment_no_delete BEFORE DELETE ON audit_comment
BEGIN
    SELECT RAISE(ABORT, 'audit_comment is append-only');
END;

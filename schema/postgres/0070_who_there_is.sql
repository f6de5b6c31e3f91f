-- Fourteen roles instead of four, each for the facility, an ME or a partner organisation; the
-- second person behind the powerful ones; and what is written down of an ME.

-- A PO: the organisation that brings MEs to the facility and looks after them.
CREATE TABLE partner_organisation (
    facility_id uuid    NOT NULL,
    partner_id  uuid    NOT NULL,
    name_en     text    NOT NULL CHECK (name_en <> ''),
    name_bn     text    NOT NULL CHECK (name_bn <> ''),
    created_at  bigint NOT NULL,
    PRIMARY KEY (facility_id, partner_id),
    UNIQUE (facility_id, name_en),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- sector: a slug of the list of sub-sectors; formal: NULL while nobody has asked. women_led is what
-- the last row of women_led_attestation says, or what the desk was told where there is none.
ALTER TABLE enterprise ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE enterprise ADD COLUMN known_as text NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN sector text;
ALTER TABLE enterprise ADD COLUMN district text NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN upazila text NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN partner_id uuid;
ALTER TABLE enterprise ADD FOREIGN KEY (facility_id, partner_id)
    REFERENCES partner_organisation (facility_id, partner_id);
ALTER TABLE enterprise ADD COLUMN formal bigint CHECK (formal IN (0, 1));
ALTER TABLE enterprise ADD COLUMN trade_licence text NOT NULL DEFAULT '';
-- Whether what is known of this ME alone may leave the facility in a report.
ALTER TABLE enterprise ADD COLUMN shares_data bigint NOT NULL DEFAULT 0
    CHECK (shares_data IN (0, 1));
CREATE INDEX enterprise_of_partner ON enterprise (facility_id, partner_id, enterprise_id);

-- Who looked at what, and what share of the ME women own.
CREATE TABLE women_led_attestation (
    facility_id    uuid    NOT NULL,
    attestation_id uuid    NOT NULL,
    enterprise_id  uuid    NOT NULL,
    women_share    bigint NOT NULL CHECK (women_share BETWEEN 0 AND 100),
    woman_manages  bigint NOT NULL CHECK (woman_manages IN (0, 1)),
    women_led      bigint NOT NULL CHECK (women_led IN (0, 1)),
    evidence       text    NOT NULL CHECK (evidence <> ''),
    attested_by    uuid    NOT NULL,
    attested_at    bigint NOT NULL,
    PRIMARY KEY (facility_id, attestation_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, attested_by) REFERENCES person (facility_id, person_id)
);
CREATE INDEX women_led_attestation_of ON women_led_attestation
    (facility_id, enterprise_id, attested_at);
CREATE TRIGGER women_led_attestation_no_update BEFORE UPDATE ON women_led_attestation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER women_led_attestation_no_delete BEFORE DELETE OR TRUNCATE ON women_led_attestation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An owner or a member acts for an enterprise, a partner's officer sees those of a partner
-- organisation, everybody else is here for the facility. Whoever was a member so far could see the
-- bills, and goes on doing so as an owner.
ALTER TABLE role_grant ADD COLUMN partner_id uuid;
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role_check;
ALTER TABLE role_grant DROP CONSTRAINT role_grant_check;
UPDATE role_grant SET role = 'owner' WHERE role = 'member';
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role_check CHECK (role IN ('manager', 'operator',
    'desk', 'owner', 'member', 'accountant', 'committee', 'trainer', 'mechanic', 'partner',
    'programme', 'auditor', 'technician', 'administrator'));
ALTER TABLE role_grant ADD CONSTRAINT role_grant_of_whom CHECK (
    (role IN ('owner', 'member')) = (enterprise_id IS NOT NULL)
    AND (role = 'partner') = (partner_id IS NOT NULL));
ALTER TABLE role_grant ADD FOREIGN KEY (facility_id, partner_id)
    REFERENCES partner_organisation (facility_id, partner_id);
UPDATE api_token SET roles = replace(roles, '"member"', '"owner"');

-- A powerful role that somebody asked for: another person says yes or no.
CREATE TABLE role_request (
    facility_id uuid    NOT NULL,
    request_id  uuid    NOT NULL,
    person_id   uuid    NOT NULL,
    role        text    NOT NULL CHECK (role IN ('manager', 'accountant', 'administrator')),
    reason      text    NOT NULL CHECK (reason <> ''),
    asked_by    uuid    NOT NULL,
    asked_at    bigint NOT NULL,
    decided_by  uuid,
    decided_at  bigint,
    granted     bigint CHECK (granted IN (0, 1)),
    PRIMARY KEY (facility_id, request_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, asked_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, decided_by) REFERENCES person (facility_id, person_id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (granted IS NULL)),
    -- Four eyes, and not those of whoever gains by it.
    CHECK (granted IS NULL OR granted = 0 OR decided_by <> asked_by AND decided_by <> person_id)
);
CREATE UNIQUE INDEX role_request_open ON role_request (facility_id, person_id, role)
    WHERE decided_at IS NULL;
CREATE TRIGGER role_request_no_delete BEFORE DELETE OR TRUNCATE ON role_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_request_stays BEFORE UPDATE ON role_request FOR EACH ROW
    WHEN (OLD.decided_at IS NOT NULL OR NEW.person_id <> OLD.person_id OR NEW.role <> OLD.role
    OR NEW.asked_by <> OLD.asked_by OR NEW.asked_at <> OLD.asked_at OR NEW.reason <> OLD.reason)
    EXECUTE FUNCTION refuse_change();

-- What an auditor, and whoever answers, says of something in the books: "invoice/0190...".
CREATE TABLE audit_comment (
    facility_id uuid    NOT NULL,
    comment_id  uuid    NOT NULL,
    subject     text    NOT NULL CHECK (subject <> ''),
    text        text    NOT NULL CHECK (text <> ''),
    said_by     uuid    NOT NULL,
    said_at     bigint NOT NULL,
    PRIMARY KEY (facility_id, comment_id),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
);
CREATE INDEX audit_comment_of ON audit_comment (facility_id, subject, said_at);
CREATE TRIGGER audit_comment_no_update BEFORE UPDATE ON audit_comment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_comment_no_delete BEFORE DELETE OR TRUNCATE ON audit_comment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

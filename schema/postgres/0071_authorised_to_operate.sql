-- What is taught before somebody may run a machine by themselves, who passed it, and what is
-- written down when somebody was hurt.

-- valid_months 0: for good.
CREATE TABLE course (
    facility_id  uuid    NOT NULL,
    course_id    uuid    NOT NULL,
    name_en      text    NOT NULL CHECK (name_en <> ''),
    name_bn      text    NOT NULL CHECK (name_bn <> ''),
    curriculum   text    NOT NULL CHECK (curriculum <> ''),
    valid_months bigint NOT NULL CHECK (valid_months BETWEEN 0 AND 120),
    created_at   bigint NOT NULL,
    created_by   uuid    NOT NULL,
    retired_at   bigint,
    PRIMARY KEY (facility_id, course_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER course_no_delete BEFORE DELETE OR TRUNCATE ON course
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- What was taught stays: another curriculum is another course.
CREATE TRIGGER course_stays BEFORE UPDATE ON course FOR EACH ROW
    WHEN (OLD.retired_at IS NOT NULL OR NEW.curriculum <> OLD.curriculum
    OR NEW.valid_months <> OLD.valid_months OR NEW.created_at <> OLD.created_at)
    EXECUTE FUNCTION refuse_change();
CREATE TABLE course_kind (
    facility_id  uuid NOT NULL,
    course_id    uuid NOT NULL,
    machine_kind text NOT NULL CHECK (machine_kind <> ''),
    PRIMARY KEY (facility_id, course_id, machine_kind),
    FOREIGN KEY (facility_id, course_id) REFERENCES course (facility_id, course_id)
);

-- That a person who came to a session was found to have learnt it, by somebody else.
CREATE TABLE competence (
    facility_id   uuid    NOT NULL,
    competence_id uuid    NOT NULL,
    course_id     uuid    NOT NULL,
    person_id     uuid    NOT NULL,
    booking_id    uuid    NOT NULL,
    passed_at     bigint NOT NULL,
    passed_by     uuid    NOT NULL,
    PRIMARY KEY (facility_id, competence_id),
    UNIQUE (facility_id, course_id, person_id, booking_id),
    FOREIGN KEY (facility_id, course_id) REFERENCES course (facility_id, course_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, passed_by) REFERENCES person (facility_id, person_id),
    CHECK (passed_by <> person_id)
);
CREATE INDEX competence_of_person ON competence (facility_id, person_id, passed_at);
CREATE TRIGGER competence_no_update BEFORE UPDATE ON competence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER competence_no_delete BEFORE DELETE OR TRUNCATE ON competence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- The authorisations it brought, one a kind of machine.
CREATE TABLE competence_authorisation (
    facility_id      uuid NOT NULL,
    competence_id    uuid NOT NULL,
    authorisation_id uuid NOT NULL,
    PRIMARY KEY (facility_id, competence_id, authorisation_id),
    FOREIGN KEY (facility_id, competence_id) REFERENCES competence (facility_id, competence_id),
    FOREIGN KEY (facility_id, authorisation_id)
        REFERENCES authorisation (facility_id, authorisation_id)
);

-- Of an incident: who was hurt and how, or that nobody was; and what was done so that it does not
-- come again.
ALTER TABLE ticket ADD COLUMN hurt text NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN follow_up text NOT NULL DEFAULT '';

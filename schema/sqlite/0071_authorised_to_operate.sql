-- What is taught before somebody may run a machine by themselves, who passed it, and what is
-- written down when somebody was hurt.

-- valid_months 0: for good.
CREATE TABLE course (
    facility_id  TEXT    NOT NULL,
    course_id    TEXT    NOT NULL CHECK (length(course_id) = 36),
    name_en      TEXT    NOT NULL CHECK (name_en <> ''),
    name_bn      TEXT    NOT NULL CHECK (name_bn <> ''),
    curriculum   TEXT    NOT NULL CHECK (curriculum <> ''),
    valid_months INTEGER NOT NULL CHECK (valid_months BETWEEN 0 AND 120),
    created_at   INTEGER NOT NULL,
    created_by   TEXT    NOT NULL,
    retired_at   INTEGER,
    PRIMARY KEY (facility_id, course_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE TRIGGER course_no_delete BEFORE DELETE ON course
BEGIN
    SELECT RAISE(ABORT, 'course: it is retired, never deleted');
END;
-- What was taught stays: another curriculum is another course.
CREATE TRIGGER course_stays BEFORE UPDATE ON course
WHEN OLD.retired_at IS NOT NULL OR NEW.curriculum <> OLD.curriculum
    OR NEW.valid_months <> OLD.valid_months OR NEW.created_at <> OLD.created_at
BEGIN
    SELECT RAISE(ABORT, 'course: it is retired once, and nothing else of it changes');
END;
CREATE TABLE course_kind (
    facility_id  TEXT NOT NULL,
    course_id    TEXT NOT NULL,
    machine_kind TEXT NOT NULL CHECK (machine_kind <> ''),
    PRIMARY KEY (facility_id, course_id, machine_kind),
    FOREIGN KEY (facility_id, course_id) REFERENCES course (facility_id, course_id)
) STRICT, WITHOUT ROWID;

-- That a person who came to a session was found to have learnt it, by somebody else.
CREATE TABLE competence (
    facility_id   TEXT    NOT NULL,
    competence_id TEXT    NOT NULL CHECK (length(competence_id) = 36),
    course_id     TEXT    NOT NULL,
    person_id     TEXT    NOT NULL,
    booking_id    TEXT    NOT NULL,
    passed_at     INTEGER NOT NULL,
    passed_by     TEXT    NOT NULL,
    PRIMARY KEY (facility_id, competence_id),
    UNIQUE (facility_id, course_id, person_id, booking_id),
    FOREIGN KEY (facility_id, course_id) REFERENCES course (facility_id, course_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, passed_by) REFERENCES person (facility_id, person_id),
    CHECK (passed_by <> person_id)
) STRICT;
CREATE INDEX competence_of_person ON competence (facility_id, person_id, passed_at);
CREATE TRIGGER competence_no_update BEFORE UPDATE ON competence
BEGIN
    SELECT RAISE(ABORT, 'competence is append-only');
END;
CREATE TRIGGER competence_no_delete BEFORE DELETE ON competence
BEGIN
    SELECT RAISE(ABORT, 'competence is append-only');
END;
-- The authorisations it brought, one a kind of machine.
CREATE TABLE competence_authorisation (
    facility_id      TEXT NOT NULL,
    competence_id    TEXT NOT NULL,
    authorisation_id TEXT NOT NULL,
    PRIMARY KEY (facility_id, competence_id, authorisation_id),
    FOREIGN KEY (facility_id, competence_id) REFERENCES competence (facility_id, competence_id),
    FOREIGN KEY (facility_id, authorisation_id)
        REFERENCES authorisation (facility_id, authorisation_id)
) STRICT, WITHOUT ROWID;

-- Of an incident: who was hurt and how, or that nobody was; and what was done so that it does not
-- come again.
ALTER TABLE ticket ADD COLUMN hurt TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN follow_up TEXT NOT NULL DEFAULT '';

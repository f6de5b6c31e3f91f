-- Alarms that stay until a person has seen them, stops that wait for a cycle, and what is known of
-- an outage from the devices themselves.

-- One fault of one machine. While nobody has acknowledged it the same fault again is counted in it;
-- evidence is a JSON object: the contact and the registers as they were then.
CREATE TABLE alarm (
    facility_id     TEXT NOT NULL CHECK (length(facility_id) = 36),
    alarm_id        TEXT NOT NULL CHECK (length(alarm_id) = 36),
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    machine_id      TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind <> ''),
    raised_at       INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    times           INTEGER NOT NULL CHECK (times >= 1),
    cleared_at      INTEGER,
    evidence        TEXT NOT NULL,
    acknowledged_at INTEGER,
    acknowledged_by TEXT,
    note            TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, alarm_id),
    UNIQUE (facility_id, sequence),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, acknowledged_by) REFERENCES person (facility_id, person_id),
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX alarm_unseen ON alarm (facility_id, machine_id, kind)
WHERE acknowledged_at IS NULL;
CREATE INDEX alarm_lasting ON alarm (facility_id, machine_id, kind) WHERE cleared_at IS NULL;

CREATE TRIGGER alarm_no_delete BEFORE DELETE ON alarm
BEGIN
    SELECT RAISE(ABORT, 'alarm: an alarm is kept');
END;
CREATE TRIGGER alarm_seen_stays BEFORE UPDATE OF machine_id, kind, raised_at, last_at, times,
    acknowledged_at, acknowledged_by, note ON alarm
WHEN OLD.acknowledged_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'alarm: what was acknowledged stays');
END;

-- A machine that is asked to stop but first ends its cycle; gone once it has stopped.
CREATE TABLE stop_wish (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    booking_id  TEXT NOT NULL,
    target      TEXT NOT NULL CHECK (target IN ('paused', 'completed')),
    asked_at    INTEGER NOT NULL,
    asked_by    TEXT,
    quantity    INTEGER CHECK (quantity >= 0),
    PRIMARY KEY (facility_id, booking_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, asked_by) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;

-- What showed that an outage began or ended: who told it, and what it last said.
CREATE TABLE outage_evidence (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    outage_id   TEXT NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    edge        TEXT NOT NULL CHECK (edge IN ('start', 'end')),
    what        TEXT NOT NULL CHECK (what IN (
        'mains', 'voltage', 'line', 'meter', 'relay', 'daemon')),
    source      TEXT NOT NULL,
    channel     INTEGER,
    value       INTEGER,
    unit        TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (facility_id, outage_id, sequence),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    CHECK ((value IS NULL) = (unit IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER outage_evidence_no_update BEFORE UPDATE ON outage_evidence
BEGIN
    SELECT RAISE(ABORT, 'outage_evidence is append-only');
END;
CREATE TRIGGER outage_evidence_no_delete BEFORE DELETE ON outage_evidence
BEGIN
    SELECT RAISE(ABORT, 'outage_evidence is append-only');
END;

-- Alarms that stay until a person has seen them, stops that wait for a cycle, and what is known of
-- an outage from the devices themselves.

-- One fault of one machine. While nobody has acknowledged it the same fault again is counted in it;
-- evidence is a JSON object: the contact and the registers as they were then.
CREATE TABLE alarm (
    facility_id     uuid NOT NULL,
    alarm_id        uuid NOT NULL,
    sequence        bigint NOT NULL CHECK (sequence > 0),
    machine_id      uuid NOT NULL,
    kind            text NOT NULL CHECK (kind <> ''),
    raised_at       bigint NOT NULL,
    last_at         bigint NOT NULL,
    times           bigint NOT NULL CHECK (times >= 1),
    cleared_at      bigint,
    evidence        text NOT NULL,
    acknowledged_at bigint,
    acknowledged_by uuid,
    note            text NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, alarm_id),
    UNIQUE (facility_id, sequence),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, acknowledged_by) REFERENCES person (facility_id, person_id),
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);

CREATE UNIQUE INDEX alarm_unseen ON alarm (facility_id, machine_id, kind)
WHERE acknowledged_at IS NULL;
CREATE INDEX alarm_lasting ON alarm (facility_id, machine_id, kind) WHERE cleared_at IS NULL;

CREATE TRIGGER alarm_no_delete BEFORE DELETE ON alarm
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alarm_seen_stays BEFORE UPDATE OF machine_id, kind, raised_at, last_at, times,
    acknowledged_at, acknowledged_by, note ON alarm
    FOR EACH ROW WHEN (OLD.acknowledged_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- A machine that is asked to stop but first ends its cycle; gone once it has stopped.
CREATE TABLE stop_wish (
    facility_id uuid NOT NULL,
    booking_id  uuid NOT NULL,
    target      text NOT NULL CHECK (target IN ('paused', 'completed')),
    asked_at    bigint NOT NULL,
    asked_by    uuid,
    quantity    bigint CHECK (quantity >= 0),
    PRIMARY KEY (facility_id, booking_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, asked_by) REFERENCES person (facility_id, person_id)
);

-- What showed that an outage began or ended: who told it, and what it last said.
CREATE TABLE outage_evidence (
    facility_id uuid NOT NULL,
    outage_id   uuid NOT NULL,
    sequence    bigint NOT NULL CHECK (sequence > 0),
    edge        text NOT NULL CHECK (edge IN ('start', 'end')),
    what        text NOT NULL CHECK (what IN (
        'mains', 'voltage', 'line', 'meter', 'relay', 'daemon')),
    source      text NOT NULL,
    channel     bigint,
    value       bigint,
    unit        text,
    at          bigint NOT NULL,
    PRIMARY KEY (facility_id, outage_id, sequence),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    CHECK ((value IS NULL) = (unit IS NULL))
);

CREATE TRIGGER outage_evidence_append_only BEFORE UPDATE OR DELETE ON outage_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

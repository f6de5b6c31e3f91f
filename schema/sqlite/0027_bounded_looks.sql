-- What is looked at for one booking no longer grows with what others have booked around it.

-- How far before a moment a hold of this length can begin and still reach into it: two hours,
-- twelve, or the nine days of the longest booking with its set-up and clean-up. Who asks what is
-- held looks back so far for each of the three, instead of nine days for all.
ALTER TABLE booking_hold ADD COLUMN reach_us INTEGER GENERATED ALWAYS AS (
    CASE WHEN until_us - from_us <= 7200000000 THEN 7200000000
         WHEN until_us - from_us <= 43200000000 THEN 43200000000
         ELSE 777600000000 END) VIRTUAL;
DROP INDEX booking_hold_live;
CREATE INDEX booking_hold_live
    ON booking_hold (facility_id, resource_id, reach_us, from_us, until_us, units) WHERE live = 1;

-- As in 0014_resource.sql: at no moment of the hold more than there is.
DROP TRIGGER booking_hold_no_overlap_insert;
CREATE TRIGGER booking_hold_no_overlap_insert BEFORE INSERT ON booking_hold WHEN NEW.live = 1
BEGIN
    SELECT RAISE(ABORT, 'booking_hold_no_overlap') WHERE (
        SELECT max(NEW.units + (SELECT coalesce(sum(o.units), 0)
            FROM (SELECT 7200000000 AS us UNION ALL SELECT 43200000000
                UNION ALL SELECT 777600000000) reach CROSS JOIN booking_hold o
            WHERE o.facility_id = NEW.facility_id AND o.resource_id = NEW.resource_id
              AND o.live = 1 AND o.booking_id <> NEW.booking_id
              AND o.reach_us = reach.us AND o.from_us > p.from_us - reach.us
              AND o.from_us <= p.from_us AND o.until_us > p.from_us))
        FROM (SELECT NEW.from_us AS from_us UNION
            SELECT h.from_us
            FROM (SELECT 7200000000 AS us UNION ALL SELECT 43200000000
                UNION ALL SELECT 777600000000) reach CROSS JOIN booking_hold h
            WHERE h.facility_id = NEW.facility_id AND h.resource_id = NEW.resource_id
              AND h.live = 1 AND h.booking_id <> NEW.booking_id AND h.reach_us = reach.us
              AND h.from_us > NEW.from_us AND h.from_us < NEW.until_us) p)
        > (SELECT capacity FROM resource
            WHERE facility_id = NEW.facility_id AND resource_id = NEW.resource_id);
END;

-- Lists of more than two in IN cost as much as the row, as 0026_booking_checks.sql says of
-- bookings. And what is shown on the screen is sent when it is written: nobody asks for it by its
-- state. Otherwise the table of 0015_notify.sql, its indexes and its triggers are as they were.
CREATE TABLE message_kept AS SELECT * FROM message;
DROP TABLE message;
CREATE TABLE message (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    message_id TEXT NOT NULL CHECK (length(message_id) = 36),
    kind TEXT NOT NULL CHECK (kind <> ''),
    channel TEXT NOT NULL CHECK (channel = 'in_app' OR channel = 'sms' OR channel = 'email'
        OR channel = 'webhook'),
    person_id TEXT CHECK (length(person_id) = 36),
    enterprise_id TEXT CHECK (length(enterprise_id) = 36),
    webhook_id TEXT CHECK (length(webhook_id) = 36),
    address TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language = 'bn' OR language = 'en'),
    subject TEXT NOT NULL,
    body TEXT NOT NULL CHECK (body <> ''),
    calendar TEXT NOT NULL,
    about TEXT NOT NULL,
    occasion TEXT NOT NULL CHECK (occasion <> ''),
    parts INTEGER NOT NULL CHECK (parts >= 1),
    state TEXT NOT NULL CHECK (state = 'sent' OR state = 'waiting' OR state = 'sending'
        OR state = 'failed' OR state = 'expired'),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    useful_until INTEGER,
    sent_at INTEGER,
    read_at INTEGER,
    failure TEXT NOT NULL,
    PRIMARY KEY (facility_id, message_id),
    UNIQUE (facility_id, occasion),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, webhook_id) REFERENCES webhook (facility_id, webhook_id),
    CHECK ((channel = 'webhook') = (webhook_id IS NOT NULL)),
    CHECK (channel <> 'in_app' OR person_id IS NOT NULL)
) STRICT;
INSERT INTO message (facility_id, message_id, kind, channel, person_id, enterprise_id, webhook_id,
    address, language, subject, body, calendar, about, occasion, parts, state, attempts,
    created_at, due_at, useful_until, sent_at, read_at, failure)
SELECT facility_id, message_id, kind, channel, person_id, enterprise_id, webhook_id,
    address, language, subject, body, calendar, about, occasion, parts, state, attempts,
    created_at, due_at, useful_until, sent_at, read_at, failure
FROM message_kept;
DROP TABLE message_kept;

CREATE INDEX message_due ON message (channel, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX message_of_person ON message (facility_id, person_id, message_id)
    WHERE channel = 'in_app';
CREATE INDEX message_by_state ON message (facility_id, state, message_id)
    WHERE channel <> 'in_app';
CREATE INDEX message_waiting ON message (facility_id, about) WHERE state = 'waiting';

CREATE TRIGGER message_says_what_it_said BEFORE UPDATE ON message
WHEN NEW.facility_id <> OLD.facility_id OR NEW.message_id <> OLD.message_id
    OR NEW.kind <> OLD.kind OR NEW.channel <> OLD.channel OR NEW.address <> OLD.address
    OR NEW.subject <> OLD.subject OR NEW.body <> OLD.body OR NEW.occasion <> OLD.occasion
BEGIN
    SELECT RAISE(ABORT, 'message: what was said stays');
END;

CREATE TRIGGER message_is_sent_once BEFORE UPDATE OF state ON message
WHEN OLD.state = 'sent' AND NEW.state <> 'sent'
BEGIN
    SELECT RAISE(ABORT, 'message: it is sent already');
END;

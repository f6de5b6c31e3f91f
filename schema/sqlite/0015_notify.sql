-- What is told to people and to other programs, written in the transaction of what it tells of.

-- By which ways somebody wants to be told; who has no row is told by SMS.
CREATE TABLE contact (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    email TEXT,
    by_sms INTEGER NOT NULL CHECK (by_sms IN (0, 1)),
    by_email INTEGER NOT NULL CHECK (by_email IN (0, 1)),
    PRIMARY KEY (facility_id, person_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;

-- Minutes after local midnight; who has no row is quiet from 22:00 to 7:00.
CREATE TABLE quiet_hours (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    from_minute INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute INTEGER NOT NULL CHECK (until_minute BETWEEN 0 AND 1439),
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;

-- One that is no longer wanted keeps its row, for the messages that name it; its secret goes.
CREATE TABLE webhook (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    webhook_id TEXT NOT NULL CHECK (length(webhook_id) = 36),
    url TEXT NOT NULL CHECK (url <> ''),
    secret TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, webhook_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

CREATE TABLE message (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    message_id TEXT NOT NULL CHECK (length(message_id) = 36),
    kind TEXT NOT NULL CHECK (kind <> ''),
    channel TEXT NOT NULL CHECK (channel IN ('in_app', 'sms', 'email', 'webhook')),
    person_id TEXT CHECK (length(person_id) = 36),
    enterprise_id TEXT CHECK (length(enterprise_id) = 36),
    webhook_id TEXT CHECK (length(webhook_id) = 36),
    address TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('bn', 'en')),
    subject TEXT NOT NULL,
    body TEXT NOT NULL CHECK (body <> ''),
    calendar TEXT NOT NULL,
    about TEXT NOT NULL,
    -- What happened, the way and the address: told once.
    occasion TEXT NOT NULL CHECK (occasion <> ''),
    parts INTEGER NOT NULL CHECK (parts >= 1),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'expired')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    created_at INTEGER NOT NULL,
    -- When it is tried next; while it is being sent: when whoever took it is given up.
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

-- Not led by facility_id: the sender serves all facilities of the database.
CREATE INDEX message_due ON message (channel, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX message_of_person ON message (facility_id, person_id, message_id)
    WHERE channel = 'in_app';
CREATE INDEX message_by_state ON message (facility_id, state, message_id);

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

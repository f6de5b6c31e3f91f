-- What is told to people and to other programs, written in the transaction of what it tells of.

-- By which ways somebody wants to be told; who has no row is told by SMS.
CREATE TABLE contact (
    facility_id uuid NOT NULL,
    person_id uuid NOT NULL,
    email text,
    by_sms bigint NOT NULL CHECK (by_sms IN (0, 1)),
    by_email bigint NOT NULL CHECK (by_email IN (0, 1)),
    PRIMARY KEY (facility_id, person_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

-- Minutes after local midnight; who has no row is quiet from 22:00 to 7:00.
CREATE TABLE quiet_hours (
    facility_id uuid NOT NULL,
    from_minute bigint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute bigint NOT NULL CHECK (until_minute BETWEEN 0 AND 1439),
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- One that is no longer wanted keeps its row, for the messages that name it; its secret goes.
CREATE TABLE webhook (
    facility_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    url text NOT NULL CHECK (url <> ''),
    secret text,
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, webhook_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE TABLE message (
    facility_id uuid NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    channel text NOT NULL CHECK (channel IN ('in_app', 'sms', 'email', 'webhook')),
    person_id uuid,
    enterprise_id uuid,
    webhook_id uuid,
    address text NOT NULL,
    language text NOT NULL CHECK (language IN ('bn', 'en')),
    subject text NOT NULL,
    body text NOT NULL CHECK (body <> ''),
    calendar text NOT NULL,
    about text NOT NULL,
    -- What happened, the way and the address: told once.
    occasion text NOT NULL CHECK (occasion <> ''),
    parts bigint NOT NULL CHECK (parts >= 1),
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'expired')),
    attempts bigint NOT NULL CHECK (attempts >= 0),
    created_at bigint NOT NULL,
    -- When it is tried next; while it is being sent: when whoever took it is given up.
    due_at bigint NOT NULL,
    useful_until bigint,
    sent_at bigint,
    read_at bigint,
    failure text NOT NULL,
    PRIMARY KEY (facility_id, message_id),
    UNIQUE (facility_id, occasion),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, webhook_id) REFERENCES webhook (facility_id, webhook_id),
    CHECK ((channel = 'webhook') = (webhook_id IS NOT NULL)),
    CHECK (channel <> 'in_app' OR person_id IS NOT NULL)
);

-- Not led by facility_id: the sender serves all facilities of the database.
CREATE INDEX message_due ON message (channel, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX message_of_person ON message (facility_id, person_id, message_id)
    WHERE channel = 'in_app';
CREATE INDEX message_by_state ON message (facility_id, state, message_id);

CREATE TRIGGER message_says_what_it_said BEFORE UPDATE OF facility_id, message_id, kind, channel,
    address, subject, body, occasion ON message
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_is_sent_once BEFORE UPDATE OF state ON message
    FOR EACH ROW WHEN (OLD.state = 'sent' AND NEW.state <> 'sent')
    EXECUTE FUNCTION refuse_change();

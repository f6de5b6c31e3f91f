-- Enterprises, people, how they log in, what they did, and what was answered to them.

-- search_key holds name, phone and place in lower case with ASCII digits: one column to look in,
-- and to order by, that means the same on both engines.
CREATE TABLE enterprise (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    enterprise_id TEXT NOT NULL CHECK (length(enterprise_id) = 36),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    name_bn TEXT NOT NULL CHECK (name_bn <> ''),
    phone TEXT,
    place TEXT,
    women_led INTEGER NOT NULL CHECK (women_led IN (0, 1)),
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    search_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

CREATE INDEX enterprise_by_name ON enterprise (facility_id, search_key, enterprise_id);

CREATE TABLE person (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    login TEXT NOT NULL CHECK (login <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    name_bn TEXT NOT NULL CHECK (name_bn <> ''),
    phone TEXT,
    language TEXT NOT NULL CHECK (language IN ('bn', 'en')),
    password_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, person_id),
    UNIQUE (facility_id, login),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- Not led by facility_id: the log-in form has no facility, so this finds it.
CREATE INDEX person_by_login ON person (login);

-- A member acts for an enterprise, everybody else for the facility.
CREATE TABLE role_grant (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    position INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('manager', 'operator', 'member', 'accountant')),
    enterprise_id TEXT CHECK (length(enterprise_id) = 36),
    PRIMARY KEY (facility_id, person_id, position),
    UNIQUE (facility_id, person_id, role, enterprise_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK ((role = 'member') = (enterprise_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Only hashes of tokens are kept: whoever reads this table cannot log in with it.
CREATE TABLE web_session (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, token_hash),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX web_session_by_person ON web_session (facility_id, person_id);

-- roles is a JSON array: the most that a request with this token may do.
CREATE TABLE api_token (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    label TEXT NOT NULL,
    roles TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, token_hash),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX api_token_by_person ON api_token (facility_id, person_id);

-- facility_id is the nil UUID when the login names nobody. The login is kept as a hash, because
-- people type their password into the wrong field. An attempt counts as failed until it succeeded.
CREATE TABLE login_attempt (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    attempt_id TEXT NOT NULL CHECK (length(attempt_id) = 36),
    login_hash TEXT NOT NULL CHECK (length(login_hash) = 64),
    address TEXT NOT NULL,
    attempted_at INTEGER NOT NULL,
    succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    PRIMARY KEY (facility_id, attempt_id)
) STRICT;

CREATE INDEX login_attempt_by_login ON login_attempt (login_hash, attempted_at);
CREATE INDEX login_attempt_by_address ON login_attempt (address, attempted_at);

-- No foreign key to person: an event is written whatever else is true, and as cheaply as can be.
CREATE TABLE audit_event (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    occurred_at INTEGER NOT NULL,
    person_id TEXT CHECK (length(person_id) = 36),
    action TEXT NOT NULL CHECK (action <> ''),
    subject TEXT NOT NULL,
    before_json TEXT NOT NULL,
    after_json TEXT NOT NULL,
    reason TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (facility_id, sequence),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
BEGIN
    SELECT RAISE(ABORT, 'audit_event is append-only');
END;

CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
BEGIN
    SELECT RAISE(ABORT, 'audit_event is append-only');
END;

-- The end of each facility's chain. Locking its row makes appends queue up.
CREATE TABLE audit_head (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;

-- The answer to a change, kept under the key that the client chose. Both hashes cover the key,
-- which is not kept: a request may carry a password, and its bare hash could be guessed from.
CREATE TABLE idempotency (
    facility_id TEXT NOT NULL CHECK (length(facility_id) = 36),
    person_id TEXT NOT NULL CHECK (length(person_id) = 36),
    key_hash TEXT NOT NULL CHECK (length(key_hash) = 64),
    request_hash TEXT NOT NULL CHECK (length(request_hash) = 64),
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, person_id, key_hash)
) STRICT;

CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Enterprises, people, how they log in, what they did, and what was answered to them.

-- search_key holds name, phone and place in lower case with ASCII digits: one column to look in,
-- and to order by, that means the same on both engines.
CREATE TABLE enterprise (
    facility_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    name_en text NOT NULL CHECK (name_en <> ''),
    name_bn text NOT NULL CHECK (name_bn <> ''),
    phone text,
    place text,
    women_led bigint NOT NULL CHECK (women_led IN (0, 1)),
    suspended bigint NOT NULL CHECK (suspended IN (0, 1)),
    search_key text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, enterprise_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE INDEX enterprise_by_name ON enterprise (facility_id, search_key, enterprise_id);

CREATE TABLE person (
    facility_id uuid NOT NULL,
    person_id uuid NOT NULL,
    login text NOT NULL CHECK (login <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    name_bn text NOT NULL CHECK (name_bn <> ''),
    phone text,
    language text NOT NULL CHECK (language IN ('bn', 'en')),
    password_hash text NOT NULL,
    disabled bigint NOT NULL CHECK (disabled IN (0, 1)),
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, person_id),
    UNIQUE (facility_id, login),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- Not led by facility_id: the log-in form has no facility, so this finds it.
CREATE INDEX person_by_login ON person (login);

-- A member acts for an enterprise, everybody else for the facility.
CREATE TABLE role_grant (
    facility_id uuid NOT NULL,
    person_id uuid NOT NULL,
    position bigint NOT NULL,
    role text NOT NULL CHECK (role IN ('manager', 'operator', 'member', 'accountant')),
    enterprise_id uuid,
    PRIMARY KEY (facility_id, person_id, position),
    UNIQUE (facility_id, person_id, role, enterprise_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    CHECK ((role = 'member') = (enterprise_id IS NOT NULL))
);

-- Only hashes of tokens are kept: whoever reads this table cannot log in with it.
CREATE TABLE web_session (
    facility_id uuid NOT NULL,
    token_hash text NOT NULL CHECK (length(token_hash) = 64),
    person_id uuid NOT NULL,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    PRIMARY KEY (facility_id, token_hash),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

CREATE INDEX web_session_by_person ON web_session (facility_id, person_id);

-- roles is a JSON array: the most that a request with this token may do.
CREATE TABLE api_token (
    facility_id uuid NOT NULL,
    token_hash text NOT NULL CHECK (length(token_hash) = 64),
    person_id uuid NOT NULL,
    label text NOT NULL,
    roles text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (facility_id, token_hash),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
);

CREATE INDEX api_token_by_person ON api_token (facility_id, person_id);

-- facility_id is the nil UUID when the login names nobody. The login is kept as a hash, because
-- people type their password into the wrong field. An attempt counts as failed until it succeeded.
CREATE TABLE login_attempt (
    facility_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    login_hash text NOT NULL CHECK (length(login_hash) = 64),
    address text NOT NULL,
    attempted_at bigint NOT NULL,
    succeeded bigint NOT NULL CHECK (succeeded IN (0, 1)),
    PRIMARY KEY (facility_id, attempt_id)
);

CREATE INDEX login_attempt_by_login ON login_attempt (login_hash, attempted_at);
CREATE INDEX login_attempt_by_address ON login_attempt (address, attempted_at);

-- No foreign key to person: an event is written whatever else is true, and as cheaply as can be.
CREATE TABLE audit_event (
    facility_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    occurred_at bigint NOT NULL,
    person_id uuid,
    action text NOT NULL CHECK (action <> ''),
    subject text NOT NULL,
    before_json text NOT NULL,
    after_json text NOT NULL,
    reason text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (facility_id, sequence),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The end of each facility's chain. Locking its row makes appends queue up; the free space in the
-- page keeps its many updates off the index.
CREATE TABLE audit_head (
    facility_id uuid NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) WITH (fillfactor = 10);

-- The answer to a change, kept under the key that the client chose. Both hashes cover the key,
-- which is not kept: a request may carry a password, and its bare hash could be guessed from.
CREATE TABLE idempotency (
    facility_id uuid NOT NULL,
    person_id uuid NOT NULL,
    key_hash text NOT NULL CHECK (length(key_hash) = 64),
    request_hash text NOT NULL CHECK (length(request_hash) = 64),
    status bigint NOT NULL,
    content_type text NOT NULL,
    headers text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, person_id, key_hash)
);

CREATE INDEX idempotency_by_age ON idempotency (created_at);

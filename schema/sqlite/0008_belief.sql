-- Meters that are exchanged, registers that are read in another form from a day on, counters that
-- stand still or disagree with the power, and registers that a person corrected.

-- The events of meters once more, with the kinds that are new.
CREATE TABLE meter_event_of_belief (
    facility_id TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN (
        'rollover', 'reset', 'jump', 'restored', 'silent', 'back', 'bypass',
        'exchange', 'form', 'stranger', 'frozen', 'moving', 'disagrees')),
    before_wh   INTEGER,
    after_wh    INTEGER,
    carried_wh  INTEGER NOT NULL,
    note        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, channel, at, kind),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
) STRICT;
INSERT INTO meter_event_of_belief
SELECT facility_id, channel, at, kind, before_wh, after_wh, carried_wh, note FROM meter_event;
DROP TABLE meter_event;
ALTER TABLE meter_event_of_belief RENAME TO meter_event;

CREATE TRIGGER meter_event_no_update BEFORE UPDATE ON meter_event
BEGIN
    SELECT RAISE(ABORT, 'meter_event is append-only');
END;
CREATE TRIGGER meter_event_no_delete BEFORE DELETE ON meter_event
BEGIN
    SELECT RAISE(ABORT, 'meter_event is append-only');
END;

-- The registers of sessions once more. `final` and `initial` are where one meter, or one form of
-- its words, ends and the next begins: one moment, one continued value. A correction is another
-- version; it points at the one it replaces and says who entered it and why.
CREATE TABLE usage_register_of_belief (
    facility_id TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    edge        TEXT NOT NULL CHECK (edge IN ('start', 'boundary', 'stop', 'final', 'initial')),
    at          INTEGER NOT NULL,
    asked_at    INTEGER,
    answered_at INTEGER,
    value_wh    INTEGER NOT NULL,
    carried_wh  INTEGER NOT NULL,
    words       TEXT NOT NULL,
    quality     TEXT NOT NULL,
    method      TEXT NOT NULL CHECK (method IN (
        'read', 'interpolated', 'last_good', 'first_good', 'entered')),
    sequence    INTEGER,
    form        TEXT NOT NULL DEFAULT '',
    version     INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    replaces    INTEGER CHECK (replaces = version - 1),
    said_by     TEXT,
    why         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, session_id, at, edge, channel, version),
    FOREIGN KEY (facility_id, session_id) REFERENCES usage_session (facility_id, session_id),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel),
    FOREIGN KEY (facility_id, session_id, at, edge, channel, replaces)
        REFERENCES usage_register_of_belief (facility_id, session_id, at, edge, channel, version),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id),
    CHECK ((version = 1) = (replaces IS NULL)),
    CHECK (version = 1 OR (said_by IS NOT NULL AND why <> '' AND method = 'entered'))
) STRICT;
INSERT INTO usage_register_of_belief (facility_id, session_id, channel, edge, at, asked_at,
    answered_at, value_wh, carried_wh, words, quality, method, sequence, form)
SELECT facility_id, session_id, channel, edge, at, asked_at,
    answered_at, value_wh, carried_wh, words, quality, method, sequence, form FROM usage_register;
DROP TABLE usage_register;
ALTER TABLE usage_register_of_belief RENAME TO usage_register;

CREATE INDEX usage_register_by_channel ON usage_register (facility_id, channel, at);
CREATE UNIQUE INDEX usage_register_one_start ON usage_register (facility_id, session_id)
WHERE edge = 'start' AND version = 1;
CREATE UNIQUE INDEX usage_register_one_stop ON usage_register (facility_id, session_id)
WHERE edge = 'stop' AND version = 1;
CREATE INDEX usage_register_corrected ON usage_register (
    facility_id, session_id, at, edge, channel, version)
WHERE version > 1;

-- What counts of them: of every register its last version.
CREATE VIEW current_register AS
SELECT * FROM usage_register r WHERE NOT EXISTS (
    SELECT 1 FROM usage_register n WHERE n.facility_id = r.facility_id
    AND n.session_id = r.session_id AND n.at = r.at AND n.edge = r.edge
    AND n.channel = r.channel AND n.version > 1 AND n.version > r.version);

CREATE TRIGGER usage_register_no_update BEFORE UPDATE ON usage_register
BEGIN
    SELECT RAISE(ABORT, 'usage_register is append-only');
END;
CREATE TRIGGER usage_register_no_delete BEFORE DELETE ON usage_register
BEGIN
    SELECT RAISE(ABORT, 'usage_register is append-only');
END;
-- A closed session takes no register more, but for a correction while no bill has been issued.
CREATE TRIGGER usage_register_before_close BEFORE INSERT ON usage_register
WHEN NEW.version = 1 AND (SELECT state FROM usage_session
      WHERE facility_id = NEW.facility_id AND session_id = NEW.session_id) = 'closed'
BEGIN
    SELECT RAISE(ABORT, 'usage_register: the session is closed');
END;
CREATE TRIGGER usage_register_before_issue BEFORE INSERT ON usage_register
WHEN NEW.version > 1 AND EXISTS (SELECT 1 FROM invoice_session n JOIN invoice i
    ON i.facility_id = n.facility_id AND i.invoice_id = n.invoice_id
    WHERE n.facility_id = NEW.facility_id AND n.session_id = NEW.session_id AND i.state = 'final')
BEGIN
    SELECT RAISE(ABORT, 'usage_register: the session is on an issued invoice');
END;

-- What is closed is fixed, but for whose it was, and for what corrected registers say.
DROP TRIGGER usage_session_closed_stays;
CREATE TRIGGER usage_session_closed_stays BEFORE UPDATE ON usage_session
WHEN OLD.state = 'closed' AND (
    NEW.stop_at IS NOT OLD.stop_at OR NEW.quantity IS NOT OLD.quantity
    OR ((NEW.energy_wh IS NOT OLD.energy_wh OR NEW.quality <> OLD.quality) AND (
        NOT EXISTS (SELECT 1 FROM usage_register WHERE facility_id = NEW.facility_id
            AND session_id = NEW.session_id AND version > 1)
        OR NEW.energy_wh IS NOT
            (SELECT value_wh FROM current_register WHERE facility_id = NEW.facility_id
                AND session_id = NEW.session_id AND edge = 'stop')
          - (SELECT value_wh FROM current_register WHERE facility_id = NEW.facility_id
                AND session_id = NEW.session_id AND edge = 'start'))))
BEGIN
    SELECT RAISE(ABORT, 'usage_session: what is closed stays');
END;

-- Who took which meter's place, when, and what both of them showed. final_wh and initial_wh are
-- what stood on the meters, not the continued register.
CREATE TABLE meter_exchange (
    facility_id   TEXT NOT NULL,
    exchange_id   TEXT NOT NULL,
    device_id     TEXT NOT NULL,
    channel       INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    final_wh      INTEGER NOT NULL CHECK (final_wh >= 0),
    final_from    TEXT NOT NULL CHECK (final_from IN ('entered', 'last_good')),
    initial_wh    INTEGER NOT NULL CHECK (initial_wh >= 0),
    serial_before TEXT NOT NULL,
    serial_after  TEXT NOT NULL CHECK (serial_after <> ''),
    reason        TEXT NOT NULL CHECK (reason <> ''),
    said_by       TEXT NOT NULL,
    said_at       INTEGER NOT NULL,
    PRIMARY KEY (facility_id, exchange_id),
    FOREIGN KEY (facility_id, device_id) REFERENCES device (facility_id, device_id),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE INDEX meter_exchange_by_channel ON meter_exchange (facility_id, channel, at);
CREATE TRIGGER meter_exchange_no_update BEFORE UPDATE ON meter_exchange
BEGIN
    SELECT RAISE(ABORT, 'meter_exchange is append-only');
END;
CREATE TRIGGER meter_exchange_no_delete BEFORE DELETE ON meter_exchange
BEGIN
    SELECT RAISE(ABORT, 'meter_exchange is append-only');
END;

-- In which form the words of a channel are, from when on. The first row of a channel holds from
-- the beginning.
CREATE TABLE point_form (
    facility_id TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    form        TEXT NOT NULL,
    PRIMARY KEY (facility_id, channel, since),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
) STRICT;
INSERT INTO point_form SELECT facility_id, channel, 0, form FROM point;
CREATE TRIGGER point_form_no_update BEFORE UPDATE ON point_form
BEGIN
    SELECT RAISE(ABORT, 'point_form is append-only');
END;
CREATE TRIGGER point_form_no_delete BEFORE DELETE ON point_form
BEGIN
    SELECT RAISE(ABORT, 'point_form is append-only');
END;

-- What was charged stays, unless a register it rests on was corrected before the bill was issued:
-- then the session is rated anew.
CREATE VIEW corrected_before_issue AS
SELECT DISTINCT facility_id, session_id FROM usage_register r
WHERE version > 1 AND NOT EXISTS (SELECT 1 FROM invoice_session n JOIN invoice i
    ON i.facility_id = n.facility_id AND i.invoice_id = n.invoice_id
    WHERE n.facility_id = r.facility_id AND n.session_id = r.session_id AND i.state = 'final');
DROP TRIGGER charge_no_delete;
CREATE TRIGGER charge_no_delete BEFORE DELETE ON charge
WHEN NOT EXISTS (SELECT 1 FROM corrected_before_issue
    WHERE facility_id = OLD.facility_id AND session_id = OLD.session_id)
BEGIN
    SELECT RAISE(ABORT, 'charge is append-only');
END;
DROP TRIGGER rated_halt_no_delete;
CREATE TRIGGER rated_halt_no_delete BEFORE DELETE ON rated_halt
WHEN NOT EXISTS (SELECT 1 FROM corrected_before_issue
    WHERE facility_id = OLD.facility_id AND session_id = OLD.session_id)
BEGIN
    SELECT RAISE(ABORT, 'rated_halt is append-only');
END;
DROP TRIGGER rated_session_no_delete;
CREATE TRIGGER rated_session_no_delete BEFORE DELETE ON rated_session
WHEN NOT EXISTS (SELECT 1 FROM corrected_before_issue
    WHERE facility_id = OLD.facility_id AND session_id = OLD.session_id)
BEGIN
    SELECT RAISE(ABORT, 'rated_session is append-only');
END;
DROP TRIGGER invoice_session_no_delete;
CREATE TRIGGER invoice_session_no_delete BEFORE DELETE ON invoice_session
WHEN (SELECT state FROM invoice
      WHERE facility_id = OLD.facility_id AND invoice_id = OLD.invoice_id) = 'final'
BEGIN
    SELECT RAISE(ABORT, 'invoice_session: the invoice is final');
END;

-- Meters that are exchanged, registers that are read in another form from a day on, counters that
-- stand still or disagree with the power, and registers that a person corrected.

ALTER TABLE meter_event DROP CONSTRAINT meter_event_kind_check;
ALTER TABLE meter_event ADD CONSTRAINT meter_event_kind_check CHECK (kind IN (
    'rollover', 'reset', 'jump', 'restored', 'silent', 'back', 'bypass',
    'exchange', 'form', 'stranger', 'frozen', 'moving', 'disagrees'));

-- `final` and `initial` are where one meter, or one form of its words, ends and the next begins:
-- one moment, one continued value. A correction is another version; it points at the one it
-- replaces and says who entered it and why.
ALTER TABLE usage_register
    DROP CONSTRAINT usage_register_edge_check,
    DROP CONSTRAINT usage_register_method_check,
    DROP CONSTRAINT usage_register_pkey,
    ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
    ADD COLUMN replaces bigint CHECK (replaces = version - 1),
    ADD COLUMN said_by uuid,
    ADD COLUMN why text NOT NULL DEFAULT '';
ALTER TABLE usage_register
    ADD CONSTRAINT usage_register_edge_check CHECK (edge IN (
        'start', 'boundary', 'stop', 'final', 'initial')),
    ADD CONSTRAINT usage_register_method_check CHECK (method IN (
        'read', 'interpolated', 'last_good', 'first_good', 'entered')),
    ADD PRIMARY KEY (facility_id, session_id, at, edge, channel, version),
    ADD FOREIGN KEY (facility_id, session_id, at, edge, channel, replaces)
        REFERENCES usage_register (facility_id, session_id, at, edge, channel, version),
    ADD FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id),
    ADD CHECK ((version = 1) = (replaces IS NULL)),
    ADD CHECK (version = 1 OR (said_by IS NOT NULL AND why <> '' AND method = 'entered'));
DROP INDEX usage_register_one_start;
DROP INDEX usage_register_one_stop;
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

CREATE FUNCTION on_issued_invoice(facility uuid, session uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM invoice_session n JOIN invoice i
        ON i.facility_id = n.facility_id AND i.invoice_id = n.invoice_id
        WHERE n.facility_id = facility AND n.session_id = session AND i.state = 'final')
$$;

-- A closed session takes no register more, but for a correction while no bill has been issued.
CREATE OR REPLACE FUNCTION usage_register_before_close() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_is text;
BEGIN
    SELECT state INTO now_is FROM usage_session WHERE facility_id = NEW.facility_id
        AND session_id = NEW.session_id FOR SHARE;
    IF NEW.version = 1 AND now_is = 'closed' THEN
        RAISE EXCEPTION 'usage_register: the session is closed'
            USING ERRCODE = 'check_violation';
    ELSIF NEW.version > 1 AND on_issued_invoice(NEW.facility_id, NEW.session_id) THEN
        RAISE EXCEPTION 'usage_register: the session is on an issued invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Whether the energy of a session is what its corrected registers say.
CREATE FUNCTION follows_correction(facility uuid, session uuid, energy bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM usage_register WHERE facility_id = facility
            AND session_id = session AND version > 1)
        AND energy IS NOT DISTINCT FROM
            (SELECT value_wh FROM current_register WHERE facility_id = facility
                AND session_id = session AND edge = 'stop')
          - (SELECT value_wh FROM current_register WHERE facility_id = facility
                AND session_id = session AND edge = 'start')
$$;

CREATE OR REPLACE FUNCTION usage_session_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        broken := 'a session is kept';
    ELSIF NEW.facility_id <> OLD.facility_id OR NEW.session_id <> OLD.session_id
        OR NEW.machine_id <> OLD.machine_id OR NEW.booking_id IS DISTINCT FROM OLD.booking_id
        OR NEW.opened_by <> OLD.opened_by OR NEW.start_at <> OLD.start_at THEN
        broken := 'a session keeps its origin';
    ELSIF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'open>closing', 'open>closed', 'closing>closed') THEN
        broken := 'no such step';
    -- What is closed is fixed, but for whose it was, and for what corrected registers say.
    ELSIF OLD.state = 'closed' AND (
        NEW.stop_at IS DISTINCT FROM OLD.stop_at
        OR NEW.quantity IS DISTINCT FROM OLD.quantity
        OR ((NEW.energy_wh IS DISTINCT FROM OLD.energy_wh OR NEW.quality <> OLD.quality)
            AND NOT follows_correction(NEW.facility_id, NEW.session_id, NEW.energy_wh))) THEN
        broken := 'what is closed stays';
    -- Assigned once: a bill may already rest on it.
    ELSIF OLD.kind <> 'unattributed' AND (NEW.kind <> OLD.kind
        OR NEW.enterprise_id IS DISTINCT FROM OLD.enterprise_id) THEN
        broken := 'assigned once';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'usage_session: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Who took which meter's place, when, and what both of them showed. final_wh and initial_wh are
-- what stood on the meters, not the continued register.
CREATE TABLE meter_exchange (
    facility_id   uuid NOT NULL,
    exchange_id   uuid NOT NULL,
    device_id     uuid NOT NULL,
    channel       bigint NOT NULL,
    at            bigint NOT NULL,
    final_wh      bigint NOT NULL CHECK (final_wh >= 0),
    final_from    text NOT NULL CHECK (final_from IN ('entered', 'last_good')),
    initial_wh    bigint NOT NULL CHECK (initial_wh >= 0),
    serial_before text NOT NULL,
    serial_after  text NOT NULL CHECK (serial_after <> ''),
    reason        text NOT NULL CHECK (reason <> ''),
    said_by       uuid NOT NULL,
    said_at       bigint NOT NULL,
    PRIMARY KEY (facility_id, exchange_id),
    FOREIGN KEY (facility_id, device_id) REFERENCES device (facility_id, device_id),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
);
CREATE INDEX meter_exchange_by_channel ON meter_exchange (facility_id, channel, at);
CREATE TRIGGER meter_exchange_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON meter_exchange
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- In which form the words of a channel are, from when on. The first row of a channel holds from
-- the beginning.
CREATE TABLE point_form (
    facility_id uuid NOT NULL,
    channel     bigint NOT NULL,
    since       bigint NOT NULL,
    form        text NOT NULL,
    PRIMARY KEY (facility_id, channel, since),
    FOREIGN KEY (facility_id, channel) REFERENCES point (facility_id, channel)
);
INSERT INTO point_form SELECT facility_id, channel, 0, form FROM point;
CREATE TRIGGER point_form_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON point_form
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was charged stays, unless a register it rests on was corrected before the bill was issued:
-- then the session is rated anew.
CREATE FUNCTION rated_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF on_issued_invoice(OLD.facility_id, OLD.session_id)
        OR NOT EXISTS (SELECT 1 FROM usage_register WHERE facility_id = OLD.facility_id
            AND session_id = OLD.session_id AND version > 1) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER charge_append_only ON charge;
CREATE TRIGGER charge_append_only BEFORE UPDATE ON charge
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER charge_stays BEFORE DELETE ON charge
    FOR EACH ROW EXECUTE FUNCTION rated_stays();
DROP TRIGGER rated_halt_append_only ON rated_halt;
CREATE TRIGGER rated_halt_append_only BEFORE UPDATE ON rated_halt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rated_halt_stays BEFORE DELETE ON rated_halt
    FOR EACH ROW EXECUTE FUNCTION rated_stays();
DROP TRIGGER rated_session_append_only ON rated_session;
CREATE TRIGGER rated_session_append_only BEFORE UPDATE ON rated_session
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rated_session_stays BEFORE DELETE ON rated_session
    FOR EACH ROW EXECUTE FUNCTION rated_stays();
CREATE FUNCTION not_off_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM invoice WHERE facility_id = OLD.facility_id
        AND invoice_id = OLD.invoice_id FOR SHARE) = 'final' THEN
        RAISE EXCEPTION 'invoice_session: the invoice is final' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER invoice_session_append_only ON invoice_session;
CREATE TRIGGER invoice_session_append_only BEFORE UPDATE ON invoice_session
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_session_not_off_final BEFORE DELETE ON invoice_session
    FOR EACH ROW EXECUTE FUNCTION not_off_final();

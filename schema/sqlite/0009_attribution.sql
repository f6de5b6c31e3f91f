-- Several meters of one machine, several machines behind one meter, and the meter of the site.

-- role: of one machine (or of none), shared by several, or of the whole site. share: by what a
-- shared meter's energy is parted.
ALTER TABLE device ADD COLUMN role TEXT NOT NULL DEFAULT 'machine'
    CHECK (role IN ('machine', 'shared', 'site'));
ALTER TABLE device ADD COLUMN share TEXT NOT NULL DEFAULT ''
    CHECK (share IN ('', 'rated_power', 'time', 'equal'));

-- The machines behind a shared meter. One that has a meter of its own is subtracted first.
CREATE TABLE device_machine (
    facility_id TEXT NOT NULL,
    device_id   TEXT NOT NULL,
    machine_id  TEXT NOT NULL,
    PRIMARY KEY (facility_id, device_id, machine_id),
    FOREIGN KEY (facility_id, device_id) REFERENCES device (facility_id, device_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
) STRICT;

-- A register may say what of the difference to the session's one before it is the session's:
-- part_wh, found as weight of weights by largest remainder, and never outside least_wh to most_wh.
-- Without it all of the difference is. less_wh is the sum of the registers of the meters behind a
-- shared one, so that their part is one subtraction too.
ALTER TABLE usage_register ADD COLUMN part_wh INTEGER;
ALTER TABLE usage_register ADD COLUMN least_wh INTEGER;
ALTER TABLE usage_register ADD COLUMN most_wh INTEGER;
ALTER TABLE usage_register ADD COLUMN split TEXT;
ALTER TABLE usage_register ADD COLUMN weight INTEGER;
ALTER TABLE usage_register ADD COLUMN weights INTEGER
    CHECK (part_wh IS NULL AND least_wh IS NULL AND most_wh IS NULL AND split IS NULL
           AND weight IS NULL AND weights IS NULL
        OR part_wh + least_wh + most_wh + weight + weights IS NOT NULL AND split IS NOT NULL
           AND 0 <= least_wh AND least_wh <= part_wh AND part_wh <= most_wh
           AND split IN ('rated_power', 'time', 'equal', 'evidence', 'elapsed',
           'lower_bound')
           AND 0 <= weight AND weight <= weights);
ALTER TABLE usage_register ADD COLUMN less_wh INTEGER NOT NULL DEFAULT 0;

-- One START and one STOP of each of its meters.
DROP INDEX usage_register_one_start;
DROP INDEX usage_register_one_stop;
CREATE UNIQUE INDEX usage_register_one_start ON usage_register (facility_id, session_id, channel)
WHERE edge = 'start' AND version = 1;
CREATE UNIQUE INDEX usage_register_one_stop ON usage_register (facility_id, session_id, channel)
WHERE edge = 'stop' AND version = 1;

-- What counts of them, once more with what is new in them.
DROP VIEW current_register;
CREATE VIEW current_register AS
SELECT * FROM usage_register r WHERE NOT EXISTS (
    SELECT 1 FROM usage_register n WHERE n.facility_id = r.facility_id
    AND n.session_id = r.session_id AND n.at = r.at AND n.edge = r.edge
    AND n.channel = r.channel AND n.version > 1 AND n.version > r.version);

-- What is closed is fixed, but for whose it was, and for what corrected registers say: the sum of
-- what it has between every two of one meter.
DROP TRIGGER usage_session_closed_stays;
CREATE TRIGGER usage_session_closed_stays BEFORE UPDATE ON usage_session
WHEN OLD.state = 'closed' AND (
    NEW.stop_at IS NOT OLD.stop_at OR NEW.quantity IS NOT OLD.quantity
    OR ((NEW.energy_wh IS NOT OLD.energy_wh OR NEW.quality <> OLD.quality) AND (
        NOT EXISTS (SELECT 1 FROM usage_register WHERE facility_id = NEW.facility_id
            AND session_id = NEW.session_id AND version > 1)
        OR NEW.energy_wh IS NOT (
            SELECT SUM(COALESCE(part_wh, value_wh - before_wh)) FROM (
                SELECT part_wh, value_wh, LAG(value_wh) OVER (PARTITION BY channel
                    ORDER BY CASE edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END,
                    at, value_wh, edge) AS before_wh
                FROM current_register
                WHERE facility_id = NEW.facility_id AND session_id = NEW.session_id) AS parts))))
BEGIN
    SELECT RAISE(ABORT, 'usage_session: what is closed stays');
END;

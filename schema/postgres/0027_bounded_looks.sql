-- What is looked at for one booking no longer grows with what others have booked around it.

-- How far before a moment a hold of this length can begin and still reach into it: two hours,
-- twelve, or the nine days of the longest booking with its set-up and clean-up. Who asks what is
-- held looks back so far for each of the three, instead of nine days for all.
ALTER TABLE booking_hold ADD COLUMN reach_us bigint GENERATED ALWAYS AS (
    CASE WHEN until_us - from_us <= 7200000000 THEN 7200000000
         WHEN until_us - from_us <= 43200000000 THEN 43200000000
         ELSE 777600000000 END) STORED;
DROP INDEX booking_hold_live;
CREATE INDEX booking_hold_live ON booking_hold (facility_id, resource_id, reach_us, from_us)
    WHERE live = 1;

-- As in 0014_resource.sql: at no moment of the hold more than there is.
CREATE OR REPLACE FUNCTION booking_hold_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most bigint;
    used bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.live > OLD.live OR NEW.units <> OLD.units OR NEW.from_us <> OLD.from_us
            OR NEW.until_us <> OLD.until_us OR NEW.resource_id <> OLD.resource_id THEN
            RAISE EXCEPTION 'booking_hold: a hold is let go, or made anew'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.live = 0 THEN
        RETURN NEW;
    END IF;
    -- Holds of one resource queue up here, so that each sees those before it.
    SELECT capacity INTO most FROM resource
        WHERE facility_id = NEW.facility_id AND resource_id = NEW.resource_id FOR NO KEY UPDATE;
    SELECT max(NEW.units + (SELECT coalesce(sum(o.units), 0)
            FROM (VALUES (7200000000), (43200000000), (777600000000)) reach (us)
            CROSS JOIN booking_hold o
            WHERE o.facility_id = NEW.facility_id AND o.resource_id = NEW.resource_id
              AND o.live = 1 AND o.booking_id <> NEW.booking_id
              AND o.reach_us = reach.us AND o.from_us > p.from_us - reach.us
              AND o.from_us <= p.from_us AND o.until_us > p.from_us)) INTO used
        FROM (SELECT NEW.from_us AS from_us UNION
            SELECT h.from_us
            FROM (VALUES (7200000000), (43200000000), (777600000000)) reach (us)
            CROSS JOIN booking_hold h
            WHERE h.facility_id = NEW.facility_id AND h.resource_id = NEW.resource_id
              AND h.live = 1 AND h.booking_id <> NEW.booking_id AND h.reach_us = reach.us
              AND h.from_us > NEW.from_us AND h.from_us < NEW.until_us) p;
    IF used > most THEN
        RAISE EXCEPTION 'booking_hold_no_overlap' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;

-- What is shown on the screen is sent when it is written: nobody asks for it by its state.
DROP INDEX message_by_state;
CREATE INDEX message_by_state ON message (facility_id, state, message_id)
    WHERE channel <> 'in_app';

-- What a booking was asked for with by name stays with it wherever it moves; what it was given
-- because its machine needs one of a kind is chosen anew. Until now the former was guessed: all
-- that the machine has no need of.
ALTER TABLE booking_hold ADD COLUMN asked INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1));

UPDATE booking_hold SET asked = 1 WHERE EXISTS (
    SELECT 1 FROM booking b JOIN resource r ON r.facility_id = b.facility_id
    WHERE b.facility_id = booking_hold.facility_id AND b.booking_id = booking_hold.booking_id
      AND r.resource_id = booking_hold.resource_id AND r.kind NOT IN ('operator', 'power')
      AND r.resource_id <> b.machine_id AND NOT EXISTS (
        SELECT 1 FROM machine_need n WHERE n.facility_id = b.facility_id
          AND n.machine_id = b.machine_id
          AND (n.resource_id = r.resource_id OR n.kind = r.kind)));

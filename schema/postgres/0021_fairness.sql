-- What who waits would have asked for when booking; and that a proposed time was declined.

-- How many seats of a room; whether an operator of the facility runs the machine, else who does.
ALTER TABLE waitlist_entry ADD COLUMN people bigint NOT NULL DEFAULT 1 CHECK (people >= 1);
ALTER TABLE waitlist_entry ADD COLUMN assisted bigint NOT NULL DEFAULT 0
    CHECK (assisted IN (0, 1));
ALTER TABLE waitlist_entry ADD COLUMN operated_by uuid;
-- Whoever joined for an ME of their own would have run the machine.
UPDATE waitlist_entry SET operated_by = joined_by WHERE EXISTS (
    SELECT 1 FROM role_grant g WHERE g.facility_id = waitlist_entry.facility_id
      AND g.person_id = waitlist_entry.joined_by
      AND g.enterprise_id = waitlist_entry.enterprise_id);

-- A stale one that was declined is not made anew.
ALTER TABLE proposal ADD COLUMN declined_at bigint;
ALTER TABLE proposal ADD COLUMN declined_by uuid;

-- Whoever is told of a booking is looked up for each booking: who acts for an ME without going
-- through everybody, and what waits about it without going through all that waits.
CREATE INDEX role_grant_of_enterprise ON role_grant (facility_id, enterprise_id, person_id)
    WHERE enterprise_id IS NOT NULL;
CREATE INDEX message_waiting ON message (facility_id, about) WHERE state = 'waiting';

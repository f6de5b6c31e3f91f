-- A shared room serves several at a time: each of its bookings has a session of its own.

ALTER TABLE usage_session ADD COLUMN shared bigint NOT NULL DEFAULT 0 CHECK (shared IN (0, 1));

DROP INDEX usage_session_one_unfinished;
CREATE UNIQUE INDEX usage_session_one_unfinished ON usage_session (facility_id, machine_id)
WHERE state <> 'closed' AND shared = 0;
CREATE UNIQUE INDEX usage_session_one_in_room
ON usage_session (facility_id, machine_id, COALESCE(CAST(booking_id AS text), ''))
WHERE state <> 'closed' AND shared = 1;

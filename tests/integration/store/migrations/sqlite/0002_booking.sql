-- Live bookings of one machine are disjoint, so the one that begins last before a new one ends is
-- the only one it can overlap.
CREATE TABLE machine (id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE booking (
    id INTEGER PRIMARY KEY,
    machine_id INTEGER NOT NULL REFERENCES machine (id),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    CHECK (starts_at < ends_at)
) STRICT;

CREATE INDEX booking_live ON booking (machine_id, starts_at) WHERE live = 1;

CREATE TRIGGER booking_no_overlap_insert BEFORE INSERT ON booking WHEN NEW.live = 1 BEGIN
    SELECT RAISE(ABORT, 'booking_no_overlap') WHERE (
        SELECT ends_at FROM booking
        WHERE machine_id = NEW.machine_id AND live = 1 AND starts_at < NEW.ends_at
        ORDER BY starts_at DESC LIMIT 1) > NEW.starts_at;
END;

CREATE TRIGGER booking_no_overlap_update
BEFORE UPDATE OF machine_id, starts_at, ends_at, live ON booking WHEN NEW.live = 1 BEGIN
    SELECT RAISE(ABORT, 'booking_no_overlap') WHERE (
        SELECT ends_at FROM booking
        WHERE machine_id = NEW.machine_id AND live = 1 AND starts_at < NEW.ends_at
            AND id <> OLD.id
        ORDER BY starts_at DESC LIMIT 1) > NEW.starts_at;
END;

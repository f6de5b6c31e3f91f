-- A booking loses its time to more than an outage: to a holiday that was entered over it, and to
-- the shift of its operator that was taken away. New times are proposed for it all the same. And
-- what a closure did is kept booking by booking, so that it can be offered back.

-- cause says what took the time: the id of the outage, or 'closed' or 'operator' with the start
-- that the booking had. Of each a booking has one proposal.
CREATE TABLE proposal_kept AS SELECT * FROM proposal;
DROP TABLE proposal;
CREATE TABLE proposal (
    facility_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL CHECK (length(proposal_id) = 36),
    booking_id  TEXT NOT NULL,
    cause       TEXT NOT NULL CHECK (cause <> ''),
    outage_id   TEXT,
    -- In which order the displaced were served.
    place       INTEGER NOT NULL CHECK (place >= 1),
    -- move: as long as before; extend: the same one goes on longer; rest: what is left of one that
    -- had begun; again: a new booking for one that was cancelled; none: nothing was free.
    verdict     TEXT NOT NULL CHECK (verdict IN ('move', 'extend', 'rest', 'again', 'none')),
    machine_id  TEXT,
    start_us    INTEGER,
    end_us      INTEGER,
    state       TEXT NOT NULL CHECK (state IN ('open', 'taken', 'stale')),
    -- The booking that came of it.
    taken_as    TEXT,
    created_at  INTEGER NOT NULL,
    -- A stale one that was declined is not made anew.
    declined_at INTEGER,
    declined_by TEXT,
    PRIMARY KEY (facility_id, proposal_id),
    UNIQUE (facility_id, booking_id, cause),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    CHECK (outage_id IS NULL OR cause = outage_id),
    CHECK ((verdict = 'none') = (machine_id IS NULL)),
    CHECK ((verdict = 'none') = (start_us IS NULL)),
    CHECK ((start_us IS NULL) = (end_us IS NULL)),
    CHECK (start_us IS NULL OR start_us < end_us)
) STRICT;
INSERT INTO proposal (facility_id, proposal_id, booking_id, cause, outage_id, place, verdict,
    machine_id, start_us, end_us, state, taken_as, created_at, declined_at, declined_by)
SELECT facility_id, proposal_id, booking_id, outage_id, outage_id, place, verdict, machine_id,
    start_us, end_us, state, taken_as, created_at, declined_at, declined_by
FROM proposal_kept;
DROP TABLE proposal_kept;
CREATE INDEX proposal_open ON proposal (facility_id, outage_id) WHERE state <> 'taken';

-- When the bookings of a closure that was withdrawn were offered back. Those withdrawn before now
-- stay as they are.
ALTER TABLE closure ADD COLUMN reopened_at INTEGER;
UPDATE closure SET reopened_at = closed_at WHERE EXISTS (
    SELECT 1 FROM outage o WHERE o.facility_id = closure.facility_id
      AND o.outage_id = closure.outage_id AND o.withdrawn_at IS NOT NULL);

-- What became of a booking by the closure, and where it was before.
CREATE TABLE closure_fate (
    facility_id TEXT NOT NULL,
    closure_id  TEXT NOT NULL,
    booking_id  TEXT NOT NULL,
    fate        TEXT NOT NULL CHECK (fate IN ('cancelled', 'moved')),
    machine_id  TEXT NOT NULL,
    start_us    INTEGER NOT NULL,
    end_us      INTEGER NOT NULL,
    PRIMARY KEY (facility_id, closure_id, booking_id),
    FOREIGN KEY (facility_id, closure_id) REFERENCES closure (facility_id, closure_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    CHECK (start_us < end_us)
) STRICT, WITHOUT ROWID;

-- That who was at work when a closure began was told of it, which is told once.
CREATE TABLE closure_told (
    facility_id TEXT NOT NULL,
    outage_id   TEXT NOT NULL,
    booking_id  TEXT NOT NULL,
    told_at     INTEGER NOT NULL,
    PRIMARY KEY (facility_id, outage_id, booking_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id)
) STRICT, WITHOUT ROWID;

-- Who waits for a machine, who is offered what, and why somebody was passed over; new times for
-- bookings that an outage took; closures; what a missed or late given up time costs.

-- The queue ("serial"). One machine or any of a group; within a span of time; so many minutes.
CREATE TABLE waitlist_entry (
    facility_id    TEXT NOT NULL,
    entry_id       TEXT NOT NULL CHECK (length(entry_id) = 36),
    enterprise_id  TEXT NOT NULL,
    joined_by      TEXT NOT NULL,
    machine_id     TEXT,
    group_id       TEXT,
    wanted_from    INTEGER NOT NULL,
    wanted_until   INTEGER NOT NULL,
    length_minutes INTEGER NOT NULL CHECK (length_minutes BETWEEN 1 AND 10080),
    quantity       INTEGER CHECK (quantity >= 0),
    joined_at      INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN (
        'waiting', 'offered', 'taken', 'left', 'expired')),
    -- The manager passed it over, and it is not looked at before then.
    passed_until   INTEGER,
    -- What it was skipped for last, so that the log says it once.
    last_skip      TEXT NOT NULL DEFAULT '',
    version        INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    PRIMARY KEY (facility_id, entry_id),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, joined_by) REFERENCES person (facility_id, person_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, group_id) REFERENCES machine_group (facility_id, group_id),
    CHECK ((machine_id IS NULL) <> (group_id IS NULL)),
    CHECK (wanted_from < wanted_until)
) STRICT;
CREATE INDEX waitlist_entry_open ON waitlist_entry (facility_id, joined_at)
    WHERE state IN ('waiting', 'offered');

-- The booking is pending, so nobody else gets its time while the offer stands.
CREATE TABLE waitlist_offer (
    facility_id TEXT NOT NULL,
    offer_id    TEXT NOT NULL CHECK (length(offer_id) = 36),
    entry_id    TEXT NOT NULL,
    booking_id  TEXT NOT NULL,
    offered_at  INTEGER NOT NULL,
    hold_until  INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN (
        'open', 'taken', 'declined', 'expired', 'withdrawn')),
    PRIMARY KEY (facility_id, offer_id),
    UNIQUE (facility_id, booking_id),
    FOREIGN KEY (facility_id, entry_id) REFERENCES waitlist_entry (facility_id, entry_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id)
) STRICT;
CREATE UNIQUE INDEX waitlist_offer_open ON waitlist_offer (facility_id, entry_id)
    WHERE state = 'open';

-- The log of the queue: a chain of hashes like the audit trail, and nothing of it is changed.
CREATE TABLE queue_event (
    facility_id   TEXT NOT NULL,
    sequence      INTEGER NOT NULL CHECK (sequence > 0),
    entry_id      TEXT NOT NULL,
    at_us         INTEGER NOT NULL,
    what          TEXT NOT NULL CHECK (what IN ('joined', 'offered', 'skipped', 'passed_over',
        'taken', 'declined', 'expired', 'withdrawn', 'left')),
    -- The codes of the rules that spoke against it, separated by spaces.
    rules         TEXT NOT NULL DEFAULT '',
    -- Which time it was about (JSON), empty when about none.
    slot          TEXT NOT NULL DEFAULT '',
    person_id     TEXT,
    reason        TEXT NOT NULL DEFAULT '',
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (facility_id, sequence),
    FOREIGN KEY (facility_id, entry_id) REFERENCES waitlist_entry (facility_id, entry_id),
    FOREIGN KEY (facility_id, person_id) REFERENCES person (facility_id, person_id)
) STRICT;
-- The end of each facility's chain; appends queue up at its row.
CREATE TABLE queue_head (
    facility_id TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    PRIMARY KEY (facility_id),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER queue_event_no_update BEFORE UPDATE ON queue_event
BEGIN
    SELECT RAISE(ABORT, 'queue_event is append-only');
END;
CREATE TRIGGER queue_event_no_delete BEFORE DELETE ON queue_event
BEGIN
    SELECT RAISE(ABORT, 'queue_event is append-only');
END;

-- A new time for a booking that an outage took. Nothing happens until it is accepted. One that
-- somebody was faster with is made anew in place.
CREATE TABLE proposal (
    facility_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL CHECK (length(proposal_id) = 36),
    booking_id  TEXT NOT NULL,
    outage_id   TEXT NOT NULL,
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
    PRIMARY KEY (facility_id, proposal_id),
    UNIQUE (facility_id, booking_id, outage_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    CHECK ((verdict = 'none') = (machine_id IS NULL)),
    CHECK ((verdict = 'none') = (start_us IS NULL)),
    CHECK ((start_us IS NULL) = (end_us IS NULL)),
    CHECK (start_us IS NULL OR start_us < end_us)
) STRICT;
CREATE INDEX proposal_open ON proposal (facility_id, outage_id) WHERE state <> 'taken';

-- Flood, cyclone, strike: one action for every booking of a window.
CREATE TABLE closure (
    facility_id TEXT NOT NULL,
    closure_id  TEXT NOT NULL CHECK (length(closure_id) = 36),
    outage_id   TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('flood', 'cyclone', 'strike', 'other')),
    mode        TEXT NOT NULL CHECK (mode IN ('cancel', 'move')),
    reason      TEXT NOT NULL CHECK (reason <> ''),
    closed_by   TEXT NOT NULL,
    closed_at   INTEGER NOT NULL,
    bookings    INTEGER NOT NULL CHECK (bookings >= 0),
    PRIMARY KEY (facility_id, closure_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    FOREIGN KEY (facility_id, closed_by) REFERENCES person (facility_id, person_id)
) STRICT;

-- What it costs not to come, to come too late to cancel, to stay too long. free: one of the first,
-- which cost nothing. A fee that is withdrawn keeps its row and who did it (nobody: others used
-- the time).
CREATE TABLE booking_fee (
    facility_id   TEXT NOT NULL,
    booking_id    TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('late_cancel', 'no_show', 'overrun')),
    minutes       INTEGER NOT NULL CHECK (minutes >= 0),
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha >= 0),
    free          INTEGER NOT NULL CHECK (free IN (0, 1)),
    made_at       INTEGER NOT NULL,
    -- When it was looked whether others used the time; until then it may still be withdrawn for it.
    settled_at    INTEGER,
    withdrawn_at  INTEGER,
    withdrawn_by  TEXT,
    reason        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (facility_id, booking_id, kind),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, withdrawn_by) REFERENCES person (facility_id, person_id),
    CHECK (free = 0 OR amount_poisha = 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX booking_fee_unsettled ON booking_fee (facility_id, made_at)
    WHERE settled_at IS NULL;

-- That the next one was told of an overrun, which is told once.
CREATE TABLE overrun_warning (
    facility_id TEXT NOT NULL,
    booking_id  TEXT NOT NULL,
    running_id  TEXT NOT NULL,
    at_us       INTEGER NOT NULL,
    PRIMARY KEY (facility_id, booking_id, running_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, running_id) REFERENCES booking (facility_id, booking_id)
) STRICT, WITHOUT ROWID;

-- A booking loses its time to more than an outage: to a holiday that was entered over it, and to
-- the shift of its operator that was taken away. New times are proposed for it all the same. And
-- what a closure did is kept booking by booking, so that it can be offered back.

-- cause says what took the time: the id of the outage, or 'closed' or 'operator' with the start
-- that the booking had. Of each a booking has one proposal.
ALTER TABLE proposal ADD COLUMN cause text;
UPDATE proposal SET cause = CAST(outage_id AS text);
ALTER TABLE proposal ALTER COLUMN cause SET NOT NULL;
ALTER TABLE proposal ALTER COLUMN outage_id DROP NOT NULL;
ALTER TABLE proposal DROP CONSTRAINT proposal_facility_id_booking_id_outage_id_key;
ALTER TABLE proposal ADD UNIQUE (facility_id, booking_id, cause);
ALTER TABLE proposal ADD CHECK (cause <> '');
ALTER TABLE proposal ADD CHECK (outage_id IS NULL OR cause = CAST(outage_id AS text));

-- When the bookings of a closure that was withdrawn were offered back. Those withdrawn before now
-- stay as they are.
ALTER TABLE closure ADD COLUMN reopened_at bigint;
UPDATE closure SET reopened_at = closed_at WHERE EXISTS (
    SELECT 1 FROM outage o WHERE o.facility_id = closure.facility_id
      AND o.outage_id = closure.outage_id AND o.withdrawn_at IS NOT NULL);

-- What became of a booking by the closure, and where it was before.
CREATE TABLE closure_fate (
    facility_id uuid NOT NULL,
    closure_id  uuid NOT NULL,
    booking_id  uuid NOT NULL,
    fate        text NOT NULL CHECK (fate IN ('cancelled', 'moved')),
    machine_id  uuid NOT NULL,
    start_us    bigint NOT NULL,
    end_us      bigint NOT NULL,
    PRIMARY KEY (facility_id, closure_id, booking_id),
    FOREIGN KEY (facility_id, closure_id) REFERENCES closure (facility_id, closure_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    CHECK (start_us < end_us)
);

-- That who was at work when a closure began was told of it, which is told once.
CREATE TABLE closure_told (
    facility_id uuid NOT NULL,
    outage_id   uuid NOT NULL,
    booking_id  uuid NOT NULL,
    told_at     bigint NOT NULL,
    PRIMARY KEY (facility_id, outage_id, booking_id),
    FOREIGN KEY (facility_id, outage_id) REFERENCES outage (facility_id, outage_id),
    FOREIGN KEY (facility_id, booking_id) REFERENCES booking (facility_id, booking_id)
);

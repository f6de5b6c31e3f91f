-- Numbers tried at a machine that are no booking's, or not yet known to be one: so many within
-- minutes, and the machine asks for patience.
CREATE TABLE wrong_pin (
    facility_id uuid NOT NULL,
    machine_id  uuid NOT NULL,
    try_id      uuid NOT NULL,
    at_us       bigint NOT NULL,
    PRIMARY KEY (facility_id, machine_id, try_id),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
);

-- The next message to be sent is the first of the index, however many are due.
DROP INDEX message_due;
CREATE INDEX message_due ON message (channel, due_at, message_id)
    WHERE state IN ('waiting', 'sending');

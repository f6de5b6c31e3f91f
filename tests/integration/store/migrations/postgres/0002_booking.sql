-- The constraint decides; who inserts locks the machine's row first, or two that place their rows
-- at one time wait for each other.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE machine (id bigint PRIMARY KEY);

CREATE TABLE booking (
    id bigint PRIMARY KEY,
    machine_id bigint NOT NULL REFERENCES machine (id),
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    live smallint NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    CHECK (starts_at < ends_at),
    CONSTRAINT booking_no_overlap EXCLUDE USING gist (
        machine_id WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (live = 1)
);

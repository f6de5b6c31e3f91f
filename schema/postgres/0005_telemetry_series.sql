-- The readings. First a journal: what a line brought since the last flush, in one row. Each hour
-- that is over is compacted into one chunk a channel, and its journal rows go.

CREATE TABLE frame (
    facility_id  uuid NOT NULL,
    line         bigint NOT NULL,
    hour         bigint NOT NULL,  -- whole hours since 1970, of the answers inside
    number       bigint NOT NULL,  -- order of the flushes
    boot         bigint NOT NULL,
    readings     bigint NOT NULL,
    channel_from bigint NOT NULL,
    channel_to   bigint NOT NULL,
    data         bytea NOT NULL,
    PRIMARY KEY (facility_id, line, hour, number)
);

CREATE TABLE chunk (
    facility_id uuid NOT NULL,
    channel     bigint NOT NULL,
    hour        bigint NOT NULL,
    samples     bigint NOT NULL,
    codec       bigint NOT NULL,  -- 0 packed, 1 packed and compressed by zstd
    data        bytea NOT NULL,
    PRIMARY KEY (facility_id, channel, hour)
);

-- Counters at each quarter of an hour of local time, kept for ever. value is the register as if
-- the meter had never wrapped or been exchanged.
CREATE TABLE boundary_15m (
    facility_id uuid NOT NULL,
    channel     bigint NOT NULL,
    at          bigint NOT NULL,
    value       bigint NOT NULL,
    quality     text NOT NULL,
    method      text NOT NULL CHECK (method IN ('read', 'interpolated')),
    PRIMARY KEY (facility_id, channel, at)
);

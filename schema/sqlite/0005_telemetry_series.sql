-- The readings. First a journal: what a line brought since the last flush, in one row. Each hour
-- that is over is compacted into one chunk a channel, and its journal rows go.

CREATE TABLE frame (
    facility_id  TEXT NOT NULL,
    line         INTEGER NOT NULL,
    hour         INTEGER NOT NULL,  -- whole hours since 1970, of the answers inside
    number       INTEGER NOT NULL,  -- order of the flushes
    boot         INTEGER NOT NULL,
    readings     INTEGER NOT NULL,
    channel_from INTEGER NOT NULL,
    channel_to   INTEGER NOT NULL,
    data         BLOB NOT NULL,
    PRIMARY KEY (facility_id, line, hour, number)
) STRICT;

CREATE TABLE chunk (
    facility_id TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    hour        INTEGER NOT NULL,
    samples     INTEGER NOT NULL,
    codec       INTEGER NOT NULL,  -- 0 packed, 1 packed and compressed by zstd
    data        BLOB NOT NULL,
    PRIMARY KEY (facility_id, channel, hour)
) STRICT;

-- Counters at each quarter of an hour of local time, kept for ever. value is the register as if
-- the meter had never wrapped or been exchanged.
CREATE TABLE boundary_15m (
    facility_id TEXT NOT NULL,
    channel     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    value       INTEGER NOT NULL,
    quality     TEXT NOT NULL,
    method      TEXT NOT NULL CHECK (method IN ('read', 'interpolated')),
    PRIMARY KEY (facility_id, channel, at)
) STRICT, WITHOUT ROWID;

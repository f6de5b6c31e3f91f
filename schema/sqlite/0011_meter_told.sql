-- Whether the meter itself has told the number that its place has: from then on one that does not
-- tell it is another.
ALTER TABLE device ADD COLUMN serial_told INTEGER NOT NULL DEFAULT 0 CHECK (serial_told IN (0, 1));

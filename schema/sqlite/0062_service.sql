-- What is sold beside machines: a design file, an hour of advice, a course. Its price holds from a
-- moment until the next version of the same code; a code that is withdrawn is sold no more.
CREATE TABLE service (
    facility_id TEXT NOT NULL,
    code TEXT NOT NULL CHECK (code <> ''),
    effective_from INTEGER NOT NULL,
    label_en TEXT NOT NULL CHECK (label_en <> ''),
    label_bn TEXT NOT NULL CHECK (label_bn <> ''),
    unit TEXT NOT NULL CHECK (unit <> ''),
    -- What the buyer pays a unit, and what the unit costs in all: the rest somebody else bears.
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    full_price_e4 INTEGER NOT NULL CHECK (full_price_e4 >= price_e4),
    income TEXT NOT NULL CHECK (income <> ''),
    tax_code TEXT NOT NULL CHECK (tax_code <> ''),
    sector TEXT NOT NULL CHECK (sector = 'commercial' OR sector = 'public'),
    source TEXT NOT NULL CHECK (source <> ''),
    withdrawn INTEGER NOT NULL CHECK (withdrawn = 0 OR withdrawn = 1),
    said_by TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, code, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER service_no_update BEFORE UPDATE ON service
BEGIN
    SELECT RAISE(ABORT, 'service is append-only');
END;
CREATE TRIGGER service_no_delete BEFORE DELETE ON service
BEGIN
    SELECT RAISE(ABORT, 'service is append-only');
END;

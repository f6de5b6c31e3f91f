-- Weigh tickets, the batches they belong to, materials and what a kilogram of each costs. Weights
-- are grams, money is poisha, prices are 10^-4 poisha a kilogram. A ticket stays as it is:
-- another one stands in its place.

CREATE TABLE material (
    facility_id TEXT NOT NULL,
    material_id TEXT NOT NULL,
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    name_bn TEXT NOT NULL CHECK (name_bn <> ''),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (facility_id, material_id),
    UNIQUE (facility_id, name_en),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
) STRICT;

-- scrap: we pay for what comes in; tipping: who brings it pays; sale: who takes it pays.
CREATE TABLE material_price (
    facility_id TEXT NOT NULL,
    material_id TEXT NOT NULL,
    deal TEXT NOT NULL CHECK (deal IN ('scrap', 'tipping', 'sale')),
    effective_from INTEGER NOT NULL,
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    source TEXT NOT NULL CHECK (source <> ''),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, material_id, deal, effective_from),
    FOREIGN KEY (facility_id, material_id) REFERENCES material (facility_id, material_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE TRIGGER material_price_no_update BEFORE UPDATE ON material_price
BEGIN
    SELECT RAISE(ABORT, 'material_price is append-only');
END;
CREATE TRIGGER material_price_no_delete BEFORE DELETE ON material_price
BEGIN
    SELECT RAISE(ABORT, 'material_price is append-only');
END;

-- How much may be lost, in 10^-4 of what came in, and what a year is to reach.
CREATE TABLE recycling_setting (
    facility_id TEXT NOT NULL,
    effective_from INTEGER NOT NULL,
    tolerance_e4 INTEGER NOT NULL CHECK (tolerance_e4 BETWEEN 0 AND 10000),
    goal_kg INTEGER CHECK (goal_kg > 0),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE TRIGGER recycling_setting_no_update BEFORE UPDATE ON recycling_setting
BEGIN
    SELECT RAISE(ABORT, 'recycling_setting is append-only');
END;
CREATE TRIGGER recycling_setting_no_delete BEFORE DELETE ON recycling_setting
BEGIN
    SELECT RAISE(ABORT, 'recycling_setting is append-only');
END;

CREATE TABLE recycling_batch (
    facility_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    machine_id TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER CHECK (ended_at >= began_at),
    PRIMARY KEY (facility_id, batch_id),
    UNIQUE (facility_id, number),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
) STRICT;
CREATE UNIQUE INDEX recycling_batch_one_open ON recycling_batch (facility_id, machine_id)
WHERE ended_at IS NULL;

-- words and status_words are the registers of the indicator as they came; a weight by hand has who
-- and why instead.
CREATE TABLE weigh_ticket (
    facility_id TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'residue')),
    enterprise_id TEXT,
    material_id TEXT NOT NULL,
    batch_id TEXT,
    at INTEGER NOT NULL,
    gross_g INTEGER NOT NULL,
    tare_g INTEGER NOT NULL CHECK (tare_g >= 0),
    net_g INTEGER NOT NULL CHECK (net_g >= 0 AND net_g = gross_g - tare_g),
    source TEXT NOT NULL CHECK (source IN ('indicator', 'hand')),
    device_id TEXT,
    words TEXT NOT NULL,
    status_words TEXT NOT NULL,
    reason TEXT NOT NULL,
    deal TEXT NOT NULL CHECK (deal IN ('none', 'scrap', 'tipping', 'sale')),
    price_e4 INTEGER NOT NULL,
    amount_poisha INTEGER NOT NULL CHECK (amount_poisha >= 0),
    corrects TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, ticket_id),
    UNIQUE (facility_id, number),
    UNIQUE (facility_id, corrects),
    FOREIGN KEY (facility_id, enterprise_id) REFERENCES enterprise (facility_id, enterprise_id),
    FOREIGN KEY (facility_id, material_id) REFERENCES material (facility_id, material_id),
    FOREIGN KEY (facility_id, batch_id) REFERENCES recycling_batch (facility_id, batch_id),
    FOREIGN KEY (facility_id, device_id) REFERENCES device (facility_id, device_id),
    FOREIGN KEY (facility_id, corrects) REFERENCES weigh_ticket (facility_id, ticket_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK ((source = 'indicator') = (device_id IS NOT NULL)),
    CHECK (source = 'indicator' OR reason <> ''),
    CHECK (deal = 'none' OR enterprise_id IS NOT NULL)
) STRICT;
CREATE INDEX weigh_ticket_by_time ON weigh_ticket (facility_id, at);
CREATE INDEX weigh_ticket_by_batch ON weigh_ticket (facility_id, batch_id)
WHERE batch_id IS NOT NULL;
CREATE TRIGGER weigh_ticket_no_update BEFORE UPDATE ON weigh_ticket
BEGIN
    SELECT RAISE(ABORT, 'weigh_ticket is append-only');
END;
CREATE TRIGGER weigh_ticket_no_delete BEFORE DELETE ON weigh_ticket
BEGIN
    SELECT RAISE(ABORT, 'weigh_ticket is append-only');
END;

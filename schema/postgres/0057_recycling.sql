-- Weigh tickets, the batches they belong to, materials and what a kilogram of each costs. Weights
-- are grams, money is poisha, prices are 10^-4 poisha a kilogram. A ticket stays as it is:
-- another one stands in its place.

CREATE TABLE material (
    facility_id uuid NOT NULL,
    material_id uuid NOT NULL,
    name_en text NOT NULL CHECK (name_en <> ''),
    name_bn text NOT NULL CHECK (name_bn <> ''),
    created_at bigint NOT NULL,
    PRIMARY KEY (facility_id, material_id),
    UNIQUE (facility_id, name_en),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id)
);

-- scrap: we pay for what comes in; tipping: who brings it pays; sale: who takes it pays.
CREATE TABLE material_price (
    facility_id uuid NOT NULL,
    material_id uuid NOT NULL,
    deal text NOT NULL CHECK (deal IN ('scrap', 'tipping', 'sale')),
    effective_from bigint NOT NULL,
    price_e4 bigint NOT NULL CHECK (price_e4 >= 0),
    source text NOT NULL CHECK (source <> ''),
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (facility_id, material_id, deal, effective_from),
    FOREIGN KEY (facility_id, material_id) REFERENCES material (facility_id, material_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER material_price_stays BEFORE UPDATE OR DELETE ON material_price
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How much may be lost, in 10^-4 of what came in, and what a year is to reach.
CREATE TABLE recycling_setting (
    facility_id uuid NOT NULL,
    effective_from bigint NOT NULL,
    tolerance_e4 bigint NOT NULL CHECK (tolerance_e4 BETWEEN 0 AND 10000),
    goal_kg bigint CHECK (goal_kg > 0),
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER recycling_setting_stays BEFORE UPDATE OR DELETE ON recycling_setting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE recycling_batch (
    facility_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    number bigint NOT NULL CHECK (number >= 1),
    machine_id uuid NOT NULL,
    began_at bigint NOT NULL,
    ended_at bigint CHECK (ended_at >= began_at),
    PRIMARY KEY (facility_id, batch_id),
    UNIQUE (facility_id, number),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
);
CREATE UNIQUE INDEX recycling_batch_one_open ON recycling_batch (facility_id, machine_id)
WHERE ended_at IS NULL;

-- words and status_words are the registers of the indicator as they came; a weight by hand has who
-- and why instead.
CREATE TABLE weigh_ticket (
    facility_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    number bigint NOT NULL CHECK (number >= 1),
    direction text NOT NULL CHECK (direction IN ('in', 'out', 'residue')),
    enterprise_id uuid,
    material_id uuid NOT NULL,
    batch_id uuid,
    at bigint NOT NULL,
    gross_g bigint NOT NULL,
    tare_g bigint NOT NULL CHECK (tare_g >= 0),
    net_g bigint NOT NULL CHECK (net_g >= 0 AND net_g = gross_g - tare_g),
    source text NOT NULL CHECK (source IN ('indicator', 'hand')),
    device_id uuid,
    words text NOT NULL,
    status_words text NOT NULL,
    reason text NOT NULL,
    deal text NOT NULL CHECK (deal IN ('none', 'scrap', 'tipping', 'sale')),
    price_e4 bigint NOT NULL,
    amount_poisha bigint NOT NULL CHECK (amount_poisha >= 0),
    corrects uuid,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
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
);
CREATE INDEX weigh_ticket_by_time ON weigh_ticket (facility_id, at);
CREATE INDEX weigh_ticket_by_batch ON weigh_ticket (facility_id, batch_id)
WHERE batch_id IS NOT NULL;
CREATE TRIGGER weigh_ticket_stays BEFORE UPDATE OR DELETE ON weigh_ticket
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

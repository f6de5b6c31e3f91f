-- What is sold beside machines: a design file, an hour of advice, a course. Its price holds from a
-- moment until the next version of the same code; a code that is withdrawn is sold no more.
CREATE TABLE service (
    facility_id uuid NOT NULL,
    code text NOT NULL CHECK (code <> ''),
    effective_from bigint NOT NULL,
    label_en text NOT NULL CHECK (label_en <> ''),
    label_bn text NOT NULL CHECK (label_bn <> ''),
    unit text NOT NULL CHECK (unit <> ''),
    -- What the buyer pays a unit, and what the unit costs in all: the rest somebody else bears.
    price_e4 bigint NOT NULL CHECK (price_e4 >= 0),
    full_price_e4 bigint NOT NULL CHECK (full_price_e4 >= price_e4),
    income text NOT NULL CHECK (income <> ''),
    tax_code text NOT NULL CHECK (tax_code <> ''),
    sector text NOT NULL CHECK (sector = 'commercial' OR sector = 'public'),
    source text NOT NULL CHECK (source <> ''),
    withdrawn bigint NOT NULL CHECK (withdrawn = 0 OR withdrawn = 1),
    said_by uuid NOT NULL,
    said_at bigint NOT NULL,
    PRIMARY KEY (facility_id, code, effective_from),
    FOREIGN KEY (facility_id) REFERENCES facility (facility_id),
    FOREIGN KEY (facility_id, said_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER service_append_only BEFORE UPDATE OR DELETE ON service
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

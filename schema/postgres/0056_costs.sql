-- What running the facility costs: the utility's bills with what the meters counted meanwhile,
-- other costs, and whether it works for revenue. Money is poisha. Nothing is overwritten: a
-- correction is another version, and a switch holds from its moment on.

CREATE TABLE facility_mode (
    facility_id uuid NOT NULL,
    effective_from bigint NOT NULL,
    mode text NOT NULL CHECK (mode IN ('revenue', 'non_revenue')),
    reason text NOT NULL CHECK (reason <> ''),
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER facility_mode_stays BEFORE UPDATE OR DELETE ON facility_mode
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How demand and power-factor surcharge are allocated, and how far meters may be apart, in 10^-4.
CREATE TABLE cost_setting (
    facility_id uuid NOT NULL,
    effective_from bigint NOT NULL,
    demand_by text NOT NULL CHECK (demand_by IN ('kwh', 'booked', 'overhead')),
    tolerance_e4 bigint NOT NULL CHECK (tolerance_e4 BETWEEN 0 AND 10000),
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
);
CREATE TRIGGER cost_setting_stays BEFORE UPDATE OR DELETE ON cost_setting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- From and to are local midnights of the days on which the utility read its meter. measured_from
-- and measured_to are the moments that ours were compared at, site_wh what the main one counted.
CREATE TABLE utility_bill (
    facility_id uuid NOT NULL,
    bill_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    paper_number text NOT NULL CHECK (paper_number <> ''),
    from_at bigint NOT NULL,
    to_at bigint NOT NULL CHECK (to_at > from_at),
    sanctioned_w bigint CHECK (sanctioned_w > 0),
    peak_from_minute bigint NOT NULL,
    peak_to_minute bigint NOT NULL,
    total_poisha bigint NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    reason text NOT NULL,
    measured_from bigint NOT NULL,
    measured_to bigint NOT NULL,
    site_wh bigint,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (facility_id, bill_id, version),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (version = 1 OR reason <> '')
);
CREATE INDEX utility_bill_by_time ON utility_bill (facility_id, from_at);
CREATE TRIGGER utility_bill_stays BEFORE UPDATE OR DELETE ON utility_bill
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE utility_bill_line (
    facility_id uuid NOT NULL,
    bill_id uuid NOT NULL,
    version bigint NOT NULL,
    line bigint NOT NULL CHECK (line >= 1),
    head text NOT NULL CHECK (head IN ('energy', 'demand', 'pf_surcharge', 'vat', 'meter_rent',
        'late_fee', 'arrears', 'other')),
    tariff_window text NOT NULL CHECK (tariff_window IN ('any', 'peak', 'off_peak')),
    energy_wh bigint CHECK (energy_wh >= 0),
    -- As they are printed: their difference times the multiplier is the energy.
    register_from_wh bigint,
    register_to_wh bigint,
    multiplier bigint NOT NULL CHECK (multiplier >= 1),
    amount_poisha bigint NOT NULL,
    label text NOT NULL,
    PRIMARY KEY (facility_id, bill_id, version, line),
    FOREIGN KEY (facility_id, bill_id, version)
        REFERENCES utility_bill (facility_id, bill_id, version),
    CHECK ((head = 'energy') = (energy_wh IS NOT NULL))
);
CREATE TRIGGER utility_bill_line_stays BEFORE UPDATE OR DELETE ON utility_bill_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What went through each machine meanwhile, as the meters said when the bill was entered. Without a
-- machine: the house.
CREATE TABLE utility_bill_use (
    facility_id uuid NOT NULL,
    bill_id uuid NOT NULL,
    version bigint NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 1),
    machine_id uuid,
    peak_wh bigint NOT NULL,
    off_peak_wh bigint NOT NULL,
    booked_ws bigint NOT NULL CHECK (booked_ws >= 0),
    PRIMARY KEY (facility_id, bill_id, version, sequence),
    FOREIGN KEY (facility_id, bill_id, version)
        REFERENCES utility_bill (facility_id, bill_id, version),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
);
CREATE TRIGGER utility_bill_use_stays BEFORE UPDATE OR DELETE ON utility_bill_use
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A cost of each month from month_from to month_to; months are counted from January of the year 0.
CREATE TABLE cost_entry (
    facility_id uuid NOT NULL,
    cost_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    head text NOT NULL CHECK (head IN ('operators', 'maintenance', 'depreciation', 'loan', 'rent',
        'other')),
    machine_id uuid,
    month_from bigint NOT NULL,
    month_to bigint NOT NULL CHECK (month_to >= month_from),
    monthly_poisha bigint NOT NULL CHECK (monthly_poisha >= 0),
    source text NOT NULL CHECK (source <> ''),
    reason text NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (facility_id, cost_id, version),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (version = 1 OR reason <> '')
);
CREATE TRIGGER cost_entry_stays BEFORE UPDATE OR DELETE ON cost_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

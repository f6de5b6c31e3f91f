-- What running the facility costs: the utility's bills with what the meters counted meanwhile,
-- other costs, and whether it works for revenue. Money is poisha. Nothing is overwritten: a
-- correction is another version, and a switch holds from its moment on.

CREATE TABLE facility_mode (
    facility_id TEXT NOT NULL,
    effective_from INTEGER NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('revenue', 'non_revenue')),
    reason TEXT NOT NULL CHECK (reason <> ''),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE TRIGGER facility_mode_no_update BEFORE UPDATE ON facility_mode
BEGIN
    SELECT RAISE(ABORT, 'facility_mode is append-only');
END;
CREATE TRIGGER facility_mode_no_delete BEFORE DELETE ON facility_mode
BEGIN
    SELECT RAISE(ABORT, 'facility_mode is append-only');
END;

-- How demand and power-factor surcharge are allocated, and how far meters may be apart, in 10^-4.
CREATE TABLE cost_setting (
    facility_id TEXT NOT NULL,
    effective_from INTEGER NOT NULL,
    demand_by TEXT NOT NULL CHECK (demand_by IN ('kwh', 'booked', 'overhead')),
    tolerance_e4 INTEGER NOT NULL CHECK (tolerance_e4 BETWEEN 0 AND 10000),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, effective_from),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id)
) STRICT;
CREATE TRIGGER cost_setting_no_update BEFORE UPDATE ON cost_setting
BEGIN
    SELECT RAISE(ABORT, 'cost_setting is append-only');
END;
CREATE TRIGGER cost_setting_no_delete BEFORE DELETE ON cost_setting
BEGIN
    SELECT RAISE(ABORT, 'cost_setting is append-only');
END;

-- From and to are local midnights of the days on which the utility read its meter. measured_from
-- and measured_to are the moments that ours were compared at, site_wh what the main one counted.
CREATE TABLE utility_bill (
    facility_id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    paper_number TEXT NOT NULL CHECK (paper_number <> ''),
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL CHECK (to_at > from_at),
    sanctioned_w INTEGER CHECK (sanctioned_w > 0),
    peak_from_minute INTEGER NOT NULL,
    peak_to_minute INTEGER NOT NULL,
    total_poisha INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source <> ''),
    reason TEXT NOT NULL,
    measured_from INTEGER NOT NULL,
    measured_to INTEGER NOT NULL,
    site_wh INTEGER,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, bill_id, version),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (version = 1 OR reason <> '')
) STRICT;
CREATE INDEX utility_bill_by_time ON utility_bill (facility_id, from_at);
CREATE TRIGGER utility_bill_no_update BEFORE UPDATE ON utility_bill
BEGIN
    SELECT RAISE(ABORT, 'utility_bill is append-only');
END;
CREATE TRIGGER utility_bill_no_delete BEFORE DELETE ON utility_bill
BEGIN
    SELECT RAISE(ABORT, 'utility_bill is append-only');
END;

CREATE TABLE utility_bill_line (
    facility_id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 1),
    head TEXT NOT NULL CHECK (head IN ('energy', 'demand', 'pf_surcharge', 'vat', 'meter_rent',
        'late_fee', 'arrears', 'other')),
    tariff_window TEXT NOT NULL CHECK (tariff_window IN ('any', 'peak', 'off_peak')),
    energy_wh INTEGER CHECK (energy_wh >= 0),
    -- As they are printed: their difference times the multiplier is the energy.
    register_from_wh INTEGER,
    register_to_wh INTEGER,
    multiplier INTEGER NOT NULL CHECK (multiplier >= 1),
    amount_poisha INTEGER NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (facility_id, bill_id, version, line),
    FOREIGN KEY (facility_id, bill_id, version)
        REFERENCES utility_bill (facility_id, bill_id, version),
    CHECK ((head = 'energy') = (energy_wh IS NOT NULL))
) STRICT;
CREATE TRIGGER utility_bill_line_no_update BEFORE UPDATE ON utility_bill_line
BEGIN
    SELECT RAISE(ABORT, 'utility_bill_line is append-only');
END;
CREATE TRIGGER utility_bill_line_no_delete BEFORE DELETE ON utility_bill_line
BEGIN
    SELECT RAISE(ABORT, 'utility_bill_line is append-only');
END;

-- What went through each machine meanwhile, as the meters said when the bill was entered. Without a
-- machine: the house.
CREATE TABLE utility_bill_use (
    facility_id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    machine_id TEXT,
    peak_wh INTEGER NOT NULL,
    off_peak_wh INTEGER NOT NULL,
    booked_ws INTEGER NOT NULL CHECK (booked_ws >= 0),
    PRIMARY KEY (facility_id, bill_id, version, sequence),
    FOREIGN KEY (facility_id, bill_id, version)
        REFERENCES utility_bill (facility_id, bill_id, version),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id)
) STRICT;
CREATE TRIGGER utility_bill_use_no_update BEFORE UPDATE ON utility_bill_use
BEGIN
    SELECT RAISE(ABORT, 'utility_bill_use is append-only');
END;
CREATE TRIGGER utility_bill_use_no_delete BEFORE DELETE ON utility_bill_use
BEGIN
    SELECT RAISE(ABORT, 'utility_bill_use is append-only');
END;

-- A cost of each month from month_from to month_to; months are counted from January of the year 0.
CREATE TABLE cost_entry (
    facility_id TEXT NOT NULL,
    cost_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    head TEXT NOT NULL CHECK (head IN ('operators', 'maintenance', 'depreciation', 'loan', 'rent',
        'other')),
    machine_id TEXT,
    month_from INTEGER NOT NULL,
    month_to INTEGER NOT NULL CHECK (month_to >= month_from),
    monthly_poisha INTEGER NOT NULL CHECK (monthly_poisha >= 0),
    source TEXT NOT NULL CHECK (source <> ''),
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (facility_id, cost_id, version),
    FOREIGN KEY (facility_id, machine_id) REFERENCES machine (facility_id, machine_id),
    FOREIGN KEY (facility_id, created_by) REFERENCES person (facility_id, person_id),
    CHECK (version = 1 OR reason <> '')
) STRICT;
CREATE TRIGGER cost_entry_no_update BEFORE UPDATE ON cost_entry
BEGIN
    SELECT RAISE(ABORT, 'cost_entry is append-only');
END;
CREATE TRIGGER cost_entry_no_delete BEFORE DELETE ON cost_entry
BEGIN
    SELECT RAISE(ABORT, 'cost_entry is append-only');
END;

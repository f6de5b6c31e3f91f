-- Rate cards price by more: time booked, busy and idle, tiers, classes, a calendar, what is sold
-- beside the sessions. A rate card of before reads as it did: every weekday has its peak, prices
-- are those of the start, for everybody, without tiers.

ALTER TABLE rate_card ADD COLUMN peak_weekdays INTEGER NOT NULL DEFAULT 127
    CHECK (peak_weekdays BETWEEN 0 AND 127);
ALTER TABLE rate_card ADD COLUMN price_lock TEXT NOT NULL DEFAULT 'at_start'
    CHECK (price_lock IN ('at_start', 'at_use', 'at_booking'));
ALTER TABLE rate_card ADD COLUMN discount_order TEXT NOT NULL DEFAULT 'after_minimum'
    CHECK (discount_order IN ('after_minimum', 'before_minimum'));

CREATE TABLE rate_component_of_tariff (
    facility_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    machine_kind TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis <> ''),
    tariff_window TEXT NOT NULL CHECK (tariff_window IN ('any', 'peak', 'off_peak')),
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    label_en TEXT NOT NULL,
    label_bn TEXT NOT NULL,
    price_class TEXT NOT NULL DEFAULT 'everybody' CHECK (price_class <> ''),
    per INTEGER NOT NULL DEFAULT 0 CHECK (per >= 0),
    unit TEXT NOT NULL DEFAULT '',
    increment INTEGER NOT NULL DEFAULT 0 CHECK (increment >= 0),
    tier_model TEXT NOT NULL DEFAULT 'none'
        CHECK (tier_model IN ('none', 'graduated', 'volume', 'block')),
    scope TEXT NOT NULL DEFAULT 'session' CHECK (scope IN ('session', 'month')),
    income TEXT NOT NULL DEFAULT '',
    tax_code TEXT NOT NULL DEFAULT '',
    taken_off TEXT NOT NULL DEFAULT '',
    covers TEXT NOT NULL DEFAULT 'used_minute' CHECK (covers <> ''),
    covers_quantity INTEGER NOT NULL DEFAULT 0 CHECK (covers_quantity >= 0),
    PRIMARY KEY (facility_id, rate_card_id, sequence),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
) STRICT, WITHOUT ROWID;

INSERT INTO rate_component_of_tariff (facility_id, rate_card_id, sequence, machine_kind, basis,
    tariff_window, price_e4, label_en, label_bn)
SELECT facility_id, rate_card_id, sequence, machine_kind, basis, tariff_window, price_e4, label_en,
    label_bn FROM rate_component;
DROP TABLE rate_component;
ALTER TABLE rate_component_of_tariff RENAME TO rate_component;

CREATE TRIGGER rate_component_no_update BEFORE UPDATE ON rate_component
BEGIN
    SELECT RAISE(ABORT, 'rate_component is append-only');
END;
CREATE TRIGGER rate_component_no_delete BEFORE DELETE ON rate_component
BEGIN
    SELECT RAISE(ABORT, 'rate_component is append-only');
END;

-- Up to a quantity, counted from nothing; without a bound everything above.
CREATE TABLE rate_tier (
    facility_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    component INTEGER NOT NULL,
    tier INTEGER NOT NULL CHECK (tier > 0),
    up_to INTEGER CHECK (up_to > 0),
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    PRIMARY KEY (facility_id, rate_card_id, component, tier),
    FOREIGN KEY (facility_id, rate_card_id, component)
        REFERENCES rate_component (facility_id, rate_card_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER rate_tier_no_update BEFORE UPDATE ON rate_tier
BEGIN
    SELECT RAISE(ABORT, 'rate_tier is append-only');
END;
CREATE TRIGGER rate_tier_no_delete BEFORE DELETE ON rate_tier
BEGIN
    SELECT RAISE(ABORT, 'rate_tier is append-only');
END;

-- Days without a peak. They are the card's own: a holiday that is entered later changes no charge.
CREATE TABLE rate_holiday (
    facility_id TEXT NOT NULL,
    rate_card_id TEXT NOT NULL,
    day TEXT NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (facility_id, rate_card_id, day),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER rate_holiday_no_update BEFORE UPDATE ON rate_holiday
BEGIN
    SELECT RAISE(ABORT, 'rate_holiday is append-only');
END;
CREATE TRIGGER rate_holiday_no_delete BEFORE DELETE ON rate_holiday
BEGIN
    SELECT RAISE(ABORT, 'rate_holiday is append-only');
END;

-- What else a session was rated by: of which classes its ME was, what was booked, whether an
-- operator ran the machine, and from how much power on it was busy.
ALTER TABLE rated_session ADD COLUMN classes TEXT NOT NULL DEFAULT '';
ALTER TABLE rated_session ADD COLUMN booked_from INTEGER;
ALTER TABLE rated_session ADD COLUMN booked_to INTEGER;
ALTER TABLE rated_session ADD COLUMN assisted INTEGER NOT NULL DEFAULT 0
    CHECK (assisted IN (0, 1));
ALTER TABLE rated_session ADD COLUMN busy_above_w INTEGER NOT NULL DEFAULT 0;

-- Where they are not those of the session's rate card and of the basis.
ALTER TABLE charge ADD COLUMN rate_card_id TEXT;
ALTER TABLE charge ADD COLUMN per INTEGER CHECK (per > 0);
ALTER TABLE charge ADD COLUMN unit TEXT;
ALTER TABLE charge ADD COLUMN income TEXT;
ALTER TABLE charge ADD COLUMN tax_code TEXT;

-- Rate cards price by more: time booked, busy and idle, tiers, classes, a calendar, what is sold
-- beside the sessions. A rate card of before reads as it did: every weekday has its peak, prices
-- are those of the start, for everybody, without tiers.

ALTER TABLE rate_card
    ADD COLUMN peak_weekdays bigint NOT NULL DEFAULT 127 CHECK (peak_weekdays BETWEEN 0 AND 127),
    ADD COLUMN price_lock text NOT NULL DEFAULT 'at_start'
        CHECK (price_lock IN ('at_start', 'at_use', 'at_booking')),
    ADD COLUMN discount_order text NOT NULL DEFAULT 'after_minimum'
        CHECK (discount_order IN ('after_minimum', 'before_minimum'));

ALTER TABLE rate_component
    DROP CONSTRAINT rate_component_basis_check,
    ADD CONSTRAINT rate_component_basis_check CHECK (basis <> ''),
    ADD COLUMN price_class text NOT NULL DEFAULT 'everybody' CHECK (price_class <> ''),
    ADD COLUMN per bigint NOT NULL DEFAULT 0 CHECK (per >= 0),
    ADD COLUMN unit text NOT NULL DEFAULT '',
    ADD COLUMN increment bigint NOT NULL DEFAULT 0 CHECK (increment >= 0),
    ADD COLUMN tier_model text NOT NULL DEFAULT 'none'
        CHECK (tier_model IN ('none', 'graduated', 'volume', 'block')),
    ADD COLUMN scope text NOT NULL DEFAULT 'session' CHECK (scope IN ('session', 'month')),
    ADD COLUMN income text NOT NULL DEFAULT '',
    ADD COLUMN tax_code text NOT NULL DEFAULT '',
    ADD COLUMN taken_off text NOT NULL DEFAULT '',
    ADD COLUMN covers text NOT NULL DEFAULT 'used_minute' CHECK (covers <> ''),
    ADD COLUMN covers_quantity bigint NOT NULL DEFAULT 0 CHECK (covers_quantity >= 0);

-- Up to a quantity, counted from nothing; without a bound everything above.
CREATE TABLE rate_tier (
    facility_id uuid NOT NULL,
    rate_card_id uuid NOT NULL,
    component bigint NOT NULL,
    tier bigint NOT NULL CHECK (tier > 0),
    up_to bigint CHECK (up_to > 0),
    price_e4 bigint NOT NULL CHECK (price_e4 >= 0),
    PRIMARY KEY (facility_id, rate_card_id, component, tier),
    FOREIGN KEY (facility_id, rate_card_id, component)
        REFERENCES rate_component (facility_id, rate_card_id, sequence)
);

CREATE TRIGGER rate_tier_append_only BEFORE UPDATE OR DELETE ON rate_tier
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Days without a peak. They are the card's own: a holiday that is entered later changes no charge.
CREATE TABLE rate_holiday (
    facility_id uuid NOT NULL,
    rate_card_id uuid NOT NULL,
    day text NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (facility_id, rate_card_id, day),
    FOREIGN KEY (facility_id, rate_card_id) REFERENCES rate_card (facility_id, rate_card_id)
);

CREATE TRIGGER rate_holiday_append_only BEFORE UPDATE OR DELETE ON rate_holiday
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What else a session was rated by: of which classes its ME was, what was booked, whether an
-- operator ran the machine, and from how much power on it was busy.
ALTER TABLE rated_session
    ADD COLUMN classes text NOT NULL DEFAULT '',
    ADD COLUMN booked_from bigint,
    ADD COLUMN booked_to bigint,
    ADD COLUMN assisted bigint NOT NULL DEFAULT 0 CHECK (assisted IN (0, 1)),
    ADD COLUMN busy_above_w bigint NOT NULL DEFAULT 0;

-- Where they are not those of the session's rate card and of the basis.
ALTER TABLE charge
    ADD COLUMN rate_card_id uuid,
    ADD COLUMN per bigint CHECK (per > 0),
    ADD COLUMN unit text,
    ADD COLUMN income text,
    ADD COLUMN tax_code text;

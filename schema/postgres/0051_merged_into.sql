-- What a record that was merged did counts with the one that was kept: limits and debts look for
-- it.
CREATE INDEX enterprise_merged_into ON enterprise (facility_id, merged_into)
    WHERE merged_into IS NOT NULL;

-- No booking is only asked for any more: nothing ever made one. What somebody has to approve is
-- pending and holds its slot, and who wants a slot that is not free waits in the queue. The CHECK
-- of the table still knows the word; nothing gets there.
CREATE OR REPLACE FUNCTION booking_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'booking_life: a booking is cancelled, never deleted'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.machine_id <> OLD.machine_id THEN
        IF NEW.exclusive <> (SELECT CASE WHEN seats = 1 THEN 1 ELSE 0 END FROM machine
            WHERE facility_id = NEW.facility_id AND machine_id = NEW.machine_id) THEN
            RAISE EXCEPTION 'booking_life: shared as its machine is'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('pending', 'confirmed') THEN
            RAISE EXCEPTION 'booking_life: a booking begins pending or confirmed'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.facility_id <> OLD.facility_id OR NEW.booking_id <> OLD.booking_id THEN
        RAISE EXCEPTION 'booking_life: a booking keeps its id'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'pending>confirmed', 'pending>cancelled', 'pending>released',
        'confirmed>checked_in', 'confirmed>running', 'confirmed>cancelled',
        'confirmed>late_cancelled', 'confirmed>missed', 'confirmed>released',
        'checked_in>running', 'checked_in>cancelled', 'checked_in>late_cancelled',
        'checked_in>completed',
        'running>paused', 'running>completed', 'running>interrupted',
        'paused>running', 'paused>completed', 'paused>interrupted',
        'interrupted>completed', 'late_cancelled>released', 'missed>released') THEN
        RAISE EXCEPTION 'booking_life: no such step' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.live = 0 AND (NEW.machine_id <> OLD.machine_id
        OR NEW.start_us <> OLD.start_us OR NEW.end_us <> OLD.end_us
        OR NEW.occupied_from_us <> OLD.occupied_from_us
        OR NEW.occupied_until_us <> OLD.occupied_until_us) THEN
        RAISE EXCEPTION 'booking_life: what is over does not move'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

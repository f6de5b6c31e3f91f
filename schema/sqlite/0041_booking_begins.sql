-- No booking is only asked for any more: nothing ever made one. What somebody has to approve is
-- pending and holds its slot, and who wants a slot that is not free waits in the queue. The CHECK
-- of the table still knows the word; nothing gets there.
DROP TRIGGER booking_follows_its_life;
CREATE TRIGGER booking_follows_its_life BEFORE UPDATE OF state ON booking
WHEN NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
    'pending>confirmed', 'pending>cancelled', 'pending>released',
    'confirmed>checked_in', 'confirmed>running', 'confirmed>cancelled',
    'confirmed>late_cancelled', 'confirmed>missed', 'confirmed>released',
    'checked_in>running', 'checked_in>cancelled', 'checked_in>late_cancelled',
    'checked_in>completed',
    'running>paused', 'running>completed', 'running>interrupted',
    'paused>running', 'paused>completed', 'paused>interrupted',
    'interrupted>completed', 'late_cancelled>released', 'missed>released')
BEGIN
    SELECT RAISE(ABORT, 'booking_life: no such step');
END;

CREATE TRIGGER booking_begins BEFORE INSERT ON booking WHEN NEW.state = 'requested'
BEGIN
    SELECT RAISE(ABORT, 'booking_life: a booking begins pending or confirmed');
END;

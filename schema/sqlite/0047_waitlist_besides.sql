-- Who waits for a machine waits for a kind of booking, and for what it needs besides: the ids of
-- the resources, separated by spaces. All of it is offered, or nothing.
ALTER TABLE waitlist_entry ADD COLUMN kind TEXT NOT NULL DEFAULT 'job'
    CHECK (kind IN ('job', 'trial', 'training'));
ALTER TABLE waitlist_entry ADD COLUMN resources TEXT NOT NULL DEFAULT '';

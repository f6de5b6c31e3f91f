-- SQLite checks its bookings in a cheaper way from here on; PostgreSQL's checks cost nothing.
COMMENT ON TABLE booking IS 'A machine for a party and a time; see 0012_booking_life.sql';

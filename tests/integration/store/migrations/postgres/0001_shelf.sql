-- The tables of the store's own tests: every type, every kind of constraint.
CREATE TABLE anything (
    id bigint PRIMARY KEY,
    number bigint,
    words text,
    bytes bytea
);

CREATE TABLE shelf (
    id text PRIMARY KEY,
    places bigint NOT NULL CHECK (places > 0),
    CHECK (id <> '')
);

CREATE TABLE book (
    id text PRIMARY KEY,
    shelf_id text NOT NULL REFERENCES shelf (id),
    late_shelf_id text REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE FUNCTION book_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a book stays where it is';
END $$;
CREATE TRIGGER book_stays BEFORE DELETE ON book FOR EACH ROW EXECUTE FUNCTION book_stays();

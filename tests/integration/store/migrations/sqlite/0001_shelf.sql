-- The tables of the store's own tests: every type, every kind of constraint.
CREATE TABLE anything (
    id INTEGER PRIMARY KEY,
    number INTEGER,
    words TEXT,
    bytes BLOB
) STRICT;

CREATE TABLE shelf (
    id TEXT PRIMARY KEY,
    places INTEGER NOT NULL CHECK (places > 0),
    CHECK (id <> '')
) STRICT;

CREATE TABLE book (
    id TEXT PRIMARY KEY,
    shelf_id TEXT NOT NULL REFERENCES shelf (id),
    late_shelf_id TEXT REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TRIGGER book_stays BEFORE DELETE ON book BEGIN
    SELECT RAISE(ABORT, 'a book stays where it is');
END;

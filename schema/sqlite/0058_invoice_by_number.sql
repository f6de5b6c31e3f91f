-- Whoever holds a document asks for it by what is printed on it.
CREATE INDEX invoice_by_number ON invoice (facility_id, number_text) WHERE state = 'final';

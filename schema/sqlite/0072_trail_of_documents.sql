-- Documents are printed with the line of the audit trail that tells of them.

CREATE INDEX audit_event_of_documents ON audit_event (facility_id, subject)
    WHERE action = 'finalizeInvoice';

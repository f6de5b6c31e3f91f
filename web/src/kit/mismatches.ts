// Codes that no use of these screens should bring about: the page is older than the server, or
// something between them has changed what was sent. One sentence serves them all.

export const MISMATCHES = [
  'array_required', 'bad_content_length', 'bad_cursor', 'bad_date', 'bad_document',
  'bad_field_name', 'bad_field_value', 'bad_framing', 'bad_head', 'bad_host', 'bad_hours', 'bad_id',
  'bad_integer', 'bad_interval', 'bad_json', 'bad_language', 'bad_last4', 'bad_lifetime',
  'bad_limit', 'bad_machine', 'bad_method', 'bad_period', 'bad_quote', 'bad_request_line',
  'bad_slug', 'bad_target', 'bad_time', 'bad_transfer_encoding', 'bad_version', 'bare_line_feed',
  'duplicate_key', 'expectation_failed', 'field_too_long', 'flag_required', 'folded_field',
  'head_too_large', 'hours_overlap', 'idempotency_key_required', 'idempotency_key_reused',
  'integer_required', 'method_not_allowed', 'method_not_implemented', 'missing_parameter',
  'money_required', 'nothing_to_change', 'object_required', 'one_question', 'person_or_name',
  'precondition_required', 'request_timeout', 'role_not_held', 'role_twice', 'target_too_long',
  'too_deep', 'too_many', 'too_many_fields', 'unknown_basis', 'unknown_clash', 'unknown_field',
  'unknown_kind', 'unknown_language', 'unknown_login', 'unknown_method', 'unknown_origin',
  'unknown_paper', 'unknown_result', 'unknown_role', 'unknown_rule', 'unknown_scope',
  'unknown_state', 'unknown_window', 'unknown_zone', 'unsupported_media_type', 'wrong_currency',
];

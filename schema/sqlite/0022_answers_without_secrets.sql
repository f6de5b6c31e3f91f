-- What was answered with a secret in it is kept without it: a repeat is told that it was done.

UPDATE idempotency SET body = ''
WHERE body LIKE '%"url":"/api/v1/feeds/%' OR body LIKE '%"secret":"whsec_%';

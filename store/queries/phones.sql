-- name: add_pairing
-- What lets a phone in, by the SHA-256 of the secret; nothing where the same secret is still good for another.
INSERT INTO pairing AS old (secret_hash, vehicle_id, way, call_id, at, until)
VALUES (%(hash)s, %(vehicle)s, %(way)s, %(call_id)s, %(at)s, %(until)s)
ON CONFLICT (secret_hash) DO UPDATE SET
    vehicle_id = excluded.vehicle_id, way = excluded.way, call_id = excluded.call_id, at = excluded.at,
    until = excluded.until, spent_at = NULL
WHERE old.until <= excluded.at OR old.spent_at IS NOT NULL
RETURNING true;

-- name: pairing
-- What a secret opens at a time, held until the end of the transaction.
SELECT vehicle_id AS vehicle, way, call_id::text AS call_id FROM pairing
WHERE secret_hash = %(hash)s AND at <= %(now)s AND until > %(now)s AND spent_at IS NULL FOR UPDATE;

-- name: spend
-- Six digits open once.
UPDATE pairing SET spent_at = %(now)s WHERE secret_hash = %(hash)s;

-- name: void
-- Whatever lets phones in for a vehicle opens no more.
DELETE FROM pairing WHERE vehicle_id = %(vehicle)s;

-- name: add_phone
-- A phone that is paired.
INSERT INTO phone (phone_id, vehicle_id, token_hash, way, since, until)
VALUES (%(id)s, %(vehicle)s, %(hash)s, %(way)s, %(since)s, %(until)s);

-- name: by_token
-- The phone of a token, where its time is not out and nobody has taken it out.
SELECT phone_id::text AS id, vehicle_id AS vehicle, way, since, until FROM phone p
WHERE token_hash = %(hash)s AND since <= %(now)s AND until > %(now)s
  AND NOT EXISTS (SELECT FROM phone_end e WHERE e.phone_id = p.phone_id);

-- name: phones
-- The phones that are in at a time, by vehicle, the newest first.
SELECT phone_id::text AS id, vehicle_id AS vehicle, way, since, until FROM phone p
WHERE until > %(now)s AND NOT EXISTS (SELECT FROM phone_end e WHERE e.phone_id = p.phone_id)
ORDER BY vehicle_id, since DESC, phone_id;

-- name: end_phone
-- Takes a phone out and gives its vehicle; one that is out already stays so.
WITH known AS (SELECT phone_id, vehicle_id FROM phone WHERE phone_id = %(id)s),
     ended AS (INSERT INTO phone_end (phone_id, at, who) SELECT phone_id, %(now)s, %(who)s FROM known
               ON CONFLICT DO NOTHING)
SELECT vehicle_id FROM known;

-- name: accounts
-- All accounts, ended ones too.
SELECT name, role, second_factor IS NOT NULL AS second_factor, made_at, ended_at FROM account ORDER BY name;

-- name: account
-- An account that has not ended, with what its owner must show.
SELECT name, role, password_hash, second_factor FROM account WHERE name = %(name)s AND ended_at IS NULL;

-- name: has_admin
-- Whether somebody may do all.
SELECT EXISTS (SELECT FROM account WHERE role = 'admin' AND ended_at IS NULL);

-- name: add_account
-- Makes an account; one of that name that has ended begins anew, with nothing of before.
INSERT INTO account (name, role, password_hash, made_at) VALUES (%(name)s, %(role)s, %(password_hash)s, %(at)s)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash,
    made_at = excluded.made_at, ended_at = NULL, second_factor = NULL, second_factor_step = NULL
WHERE account.ended_at IS NOT NULL
RETURNING name;

-- name: provide_account
-- An account of somebody whom an identity provider signs in: no password opens it; one that has ended stays so.
INSERT INTO account (name, role, password_hash, made_at) VALUES (%(name)s, %(role)s, '', %(at)s)
ON CONFLICT (name) DO UPDATE SET role = excluded.role WHERE account.ended_at IS NULL
RETURNING name;

-- name: set_role
-- Gives an account another role.
UPDATE account SET role = %(role)s WHERE name = %(name)s AND ended_at IS NULL RETURNING name;

-- name: set_password
-- Gives an account another password.
UPDATE account SET password_hash = %(password_hash)s WHERE name = %(name)s AND ended_at IS NULL RETURNING name;

-- name: set_second_factor
-- Gives an account the secret of its codes, or none; a code that was used stays used.
UPDATE account SET second_factor = %(secret)s WHERE name = %(name)s AND ended_at IS NULL RETURNING name;

-- name: use_code
-- Takes the code of a time step, unless it or a later one was taken.
UPDATE account SET second_factor_step = %(step)s
WHERE name = %(name)s AND ended_at IS NULL AND (second_factor_step IS NULL OR second_factor_step < %(step)s)
RETURNING name;

-- name: end_account
-- Ends an account.
UPDATE account SET ended_at = %(at)s WHERE name = %(name)s AND ended_at IS NULL RETURNING name;

-- name: add_session
-- A browser that gave a right password.
INSERT INTO web_session (token_hash, name, stage, by_second_factor, secret, since, until, last_used)
VALUES (%(token_hash)s, %(name)s, %(stage)s, %(by_second_factor)s, %(secret)s, %(at)s, %(until)s, %(at)s);

-- name: drop_old_sessions
-- Takes away what was over long ago.
DELETE FROM web_session WHERE until < %(before)s;

-- name: session
-- The session of a token, where it holds.
SELECT s.name, a.role, s.stage, s.by_second_factor, s.secret, s.last_used, a.second_factor AS account_secret
FROM web_session s JOIN account a USING (name)
WHERE s.token_hash = %(token_hash)s AND s.ended_at IS NULL AND a.ended_at IS NULL
  AND s.until > %(at)s AND s.last_used > %(idle_since)s;

-- name: use_session
-- Notes that a session is in use.
UPDATE web_session SET last_used = greatest(last_used, %(at)s) WHERE token_hash = %(token_hash)s;

-- name: end_session
-- Ends a session.
UPDATE web_session SET ended_at = %(at)s WHERE token_hash = %(token_hash)s AND ended_at IS NULL RETURNING name;

-- name: end_sessions
-- Ends all sessions of an account.
UPDATE web_session SET ended_at = %(at)s WHERE name = %(name)s AND ended_at IS NULL;

-- name: keys
-- All keys, ended ones too.
SELECT name, role, since, last_used, ended_at FROM api_key ORDER BY name, since;

-- name: add_key
-- A key of a program; nothing where one of that name holds.
INSERT INTO api_key (name, key_hash, role, since) VALUES (%(name)s, %(key_hash)s, %(role)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING name;

-- name: key
-- Who comes in by a key.
SELECT name, role, last_used FROM api_key WHERE key_hash = %(key_hash)s AND ended_at IS NULL;

-- name: use_key
-- Notes that a key is in use.
UPDATE api_key SET last_used = %(at)s WHERE key_hash = %(key_hash)s;

-- name: end_key
-- Ends a key.
UPDATE api_key SET ended_at = %(at)s WHERE name = %(name)s AND ended_at IS NULL RETURNING name;

-- name: add_event
-- A line in the book of the door.
INSERT INTO door_event (at, who, kind, about, place, pair)
VALUES (%(at)s, %(who)s, %(kind)s, %(about)s, %(place)s, %(pair)s);

-- name: wrong_of_pair
-- When a name was wrong from an address since it was right there, the newest first.
SELECT at FROM door_event
WHERE place = %(place)s AND pair = %(pair)s AND kind = 'wrong' AND at > %(since)s
  AND event_id > coalesce((SELECT max(event_id) FROM door_event WHERE place = %(place)s AND pair = %(pair)s
                           AND kind = 'signed_in' AND at > %(since)s), 0)
ORDER BY event_id DESC LIMIT 100;

-- name: wrong_of_place
-- When anything was wrong from an address, the newest first.
SELECT at FROM door_event WHERE place = %(place)s AND kind = 'wrong' AND at > %(since)s
ORDER BY event_id DESC LIMIT 100;

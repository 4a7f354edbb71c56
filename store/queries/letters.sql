-- name: one_at_a_time
-- Who parks holds this to the end of the transaction, so that two daemons never take the same room.
SELECT pg_advisory_xact_lock(7246014);

-- name: places
-- How much is parked in all, and of some devices: which have a place, with what they take, and which are taken in by now.
SELECT count(*) AS devices, coalesce(sum(bytes), 0)::bigint AS bytes,
       coalesce(jsonb_object_agg(device_id, bytes) FILTER (WHERE device_id = ANY(%(devices)s)), '{}') AS held,
       (SELECT coalesce(array_agg(device_id), '{}') FROM device
        WHERE adopted AND (device_id = ANY(%(devices)s) OR eui = ANY(%(devices)s))) AS adopted
FROM parked_device;

-- name: remember_devices
-- Devices that nobody has taken in yet, as they are listed.
INSERT INTO device (device_id, name, kind, adopted, first_seen, last_received)
SELECT device_id, device_id, 'unknown', false, first_at, last_at
FROM unnest(%(devices)s::text[], %(first)s::timestamptz[], %(last)s::timestamptz[]) AS h (device_id, first_at, last_at)
ORDER BY 1
ON CONFLICT (device_id) DO UPDATE SET last_received = greatest(device.last_received, excluded.last_received)
WHERE NOT device.adopted;

-- name: take_room
-- What a batch adds to what is parked, and what of it found no room.
INSERT INTO parked_device AS there (device_id, messages, bytes, beyond, first_at, last_at)
SELECT * FROM unnest(%(devices)s::text[], %(messages)s::bigint[], %(bytes)s::bigint[], %(beyond)s::bigint[],
                     %(first)s::timestamptz[], %(last)s::timestamptz[]) ORDER BY 1
ON CONFLICT (device_id) DO UPDATE SET messages = there.messages + excluded.messages,
    bytes = there.bytes + excluded.bytes, beyond = there.beyond + excluded.beyond,
    first_at = least(there.first_at, excluded.first_at), last_at = greatest(there.last_at, excluded.last_at);

-- name: count_beyond
-- Messages of devices for which there is no place.
INSERT INTO parked_beyond AS there (messages, device_id, at) VALUES (%(messages)s, %(device)s, %(at)s)
ON CONFLICT (one_row) DO UPDATE SET messages = there.messages + excluded.messages, device_id = excluded.device_id,
    at = excluded.at;

-- name: known_senders
-- Which of some names are of devices or vehicles of ours, or of a device that has a place among the parked ones.
SELECT device_id FROM device WHERE (adopted OR retired_at IS NOT NULL) AND device_id = ANY(%(names)s)
UNION SELECT eui FROM device WHERE eui = ANY(%(names)s)
UNION SELECT vehicle_id FROM vehicle WHERE vehicle_id = ANY(%(names)s)
UNION SELECT device_id FROM parked_device WHERE device_id = ANY(%(names)s);

-- name: count_rejects
-- Counts rejects; gives how many a sender then has on the day, over all reasons but that it is unknown, which has bounds
-- of its own.
WITH given AS (
    SELECT * FROM unnest(%(days)s::date[], %(senders)s::text[], %(reasons)s::text[], %(numbers)s::bigint[])
        AS g (day, device_id, reason, n)
), counted AS (
    INSERT INTO dead_letter_count AS there SELECT * FROM given ORDER BY 1, 2, 3
    ON CONFLICT (day, device_id, reason) DO UPDATE SET n = there.n + excluded.n
    RETURNING there.day, there.device_id, there.reason, there.n
)
SELECT day, device_id, sum(n)::bigint FROM (
    SELECT * FROM counted
    UNION ALL
    SELECT o.day, o.device_id, o.reason, o.n
    FROM dead_letter_count o JOIN (SELECT DISTINCT day, device_id FROM given) g USING (day, device_id)
    WHERE NOT EXISTS (SELECT FROM given WHERE (given.day, given.device_id, given.reason) = (o.day, o.device_id, o.reason))
) of_the_day WHERE reason <> 'unknown_device' GROUP BY 1, 2;

-- name: keep
-- Keeps rejects with their bytes.
COPY dead_letter (topic, payload, payload_bytes, device_id, reason, detail, sqlstate, received_at)
FROM STDIN (FORMAT binary);

-- name: newest
-- The number of the newest letter.
SELECT max(dead_letter_id) FROM dead_letter;

-- name: open
-- Letters that wait, oldest first, a bounded number after one and up to another.
SELECT dead_letter_id AS id, topic, payload, payload_bytes, reason, detail, received_at FROM dead_letter
WHERE replayed_at IS NULL AND dead_letter_id > %(after)s AND dead_letter_id <= %(until)s
  AND (%(reason)s::text IS NULL OR reason = %(reason)s) AND (%(device)s::text IS NULL OR device_id = %(device)s)
ORDER BY dead_letter_id LIMIT %(limit)s;

-- name: settle
-- Notes that letters were stored; in the transaction that stores them.
UPDATE dead_letter SET replayed_at = %(at)s WHERE dead_letter_id = ANY(%(ids)s) AND replayed_at IS NULL;

-- name: say_again
-- What is wrong with letters now; they go on waiting.
UPDATE dead_letter d SET reason = s.reason, detail = s.detail, sqlstate = s.sqlstate
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(details)s::text[], %(sqlstates)s::text[])
    AS s (id, reason, detail, sqlstate)
WHERE d.dead_letter_id = s.id AND d.replayed_at IS NULL
  AND (d.reason, d.detail, d.sqlstate) IS DISTINCT FROM (s.reason, s.detail, s.sqlstate);

-- name: recount
-- Counts anew what is parked, of one device or of all; who has nothing left gives up its place.
WITH held AS (
    SELECT device_id, count(*) AS messages, sum(payload_bytes + %(row_bytes)s)::bigint AS bytes,
           min(received_at) AS first_at, max(received_at) AS last_at
    FROM dead_letter
    WHERE reason = 'unknown_device' AND replayed_at IS NULL AND device_id IS NOT NULL
      AND (%(devices)s::text[] IS NULL OR device_id = ANY(%(devices)s))
    GROUP BY 1
), left_over AS (
    DELETE FROM parked_device WHERE device_id NOT IN (SELECT device_id FROM held)
        AND (%(devices)s::text[] IS NULL OR device_id = ANY(%(devices)s))
)
INSERT INTO parked_device (device_id, messages, bytes, first_at, last_at) SELECT * FROM held
ON CONFLICT (device_id) DO UPDATE SET messages = excluded.messages, bytes = excluded.bytes,
    first_at = excluded.first_at, last_at = excluded.last_at;

-- name: forget_letters
-- Takes away the letters of a device.
DELETE FROM dead_letter WHERE device_id = %(device)s;

-- name: forget_place
-- Gives up the place of a device among the parked ones.
DELETE FROM parked_device WHERE device_id = %(device)s;

-- name: forget_stranger
-- Takes away a device that nobody has taken in and of which nothing is stored.
DELETE FROM device d WHERE device_id = %(device)s AND NOT adopted AND kind = 'unknown'
    AND NOT EXISTS (SELECT FROM series s WHERE s.device_id = d.device_id);

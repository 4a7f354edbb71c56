-- name: due_hours
-- The hours that must be computed anew, oldest first.
SELECT DISTINCT hour FROM rollup_due
WHERE hour >= coalesce(%(since)s, '-infinity'::timestamptz) AND hour < coalesce(%(until)s, 'infinity'::timestamptz)
ORDER BY 1;

-- name: oldest_due
-- The oldest hour that must be computed anew and has ended, and how many hours those are.
SELECT min(hour) AS hour, count(DISTINCT hour) AS hours FROM rollup_due WHERE hour < %(until)s;

-- name: one_at_a_time
-- One roll-up at a time; who waits then finds the work done.
SELECT pg_advisory_xact_lock(7246003);

-- name: begin_alone
-- The same for work that cannot be in a transaction.
SELECT pg_advisory_lock(7246003);

-- name: end_alone
-- Lets the next one begin.
SELECT pg_advisory_unlock(7246003);

-- name: recompute
-- Takes the due rows of an hour that can be seen now, and computes the hour of their series from the readings. A batch
-- that is not committed yet keeps its due row for the next time. Hours whose readings were removed stay as they are.
WITH taken AS (
    DELETE FROM rollup_due WHERE hour = %(hour)s RETURNING series_ids
), series_due AS (
    SELECT DISTINCT unnest(series_ids) AS series_id FROM taken
    WHERE NOT EXISTS (SELECT FROM reading_kept_from k WHERE k.time > %(hour)s)
)
INSERT INTO reading_hourly AS kept (series_id, hour, n, mean, lowest, highest, last, last_time)
SELECT r.series_id, %(hour)s, count(*), avg(r.value), min(r.value), max(r.value),
       (array_agg(r.value ORDER BY r.time DESC))[1], max(r.time)
FROM reading r JOIN series_due USING (series_id)
WHERE r.time >= %(hour)s AND r.time < %(hour)s + INTERVAL '1 hour'
GROUP BY r.series_id
ON CONFLICT (series_id, hour) DO UPDATE SET n = excluded.n, mean = excluded.mean, lowest = excluded.lowest,
    highest = excluded.highest, last = excluded.last, last_time = excluded.last_time;

-- name: seen
-- The due rows that can be seen now, with the hours of which readings are kept.
SELECT due_id, hour, hour >= coalesce((SELECT time FROM reading_kept_from), '-infinity') AS kept
FROM rollup_due
WHERE hour >= coalesce(%(since)s, '-infinity'::timestamptz) AND hour < coalesce(%(until)s, 'infinity'::timestamptz)
ORDER BY hour;

-- name: settle
-- Forgets the due rows that were seen.
DELETE FROM rollup_due WHERE due_id = ANY(%(ids)s);

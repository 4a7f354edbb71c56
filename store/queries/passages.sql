-- name: try_alone
-- One scheduler at a time matches positions; who comes second leaves it to the first.
SELECT pg_try_advisory_lock(7246006);

-- name: end_alone
-- Lets the next one match.
SELECT pg_advisory_unlock(7246006);

-- name: hear
-- What has come in of positions for the orders made since a time, in stretches. One is due again where positions were
-- added to it, late ones too, or where another one is now the last of the stretch before.
INSERT INTO trace AS old (order_id, stretch, positions, follows, newest, due)
SELECT order_id, stretch, positions,
       max(newest) OVER (PARTITION BY order_id ORDER BY stretch
                         RANGE BETWEEN %(lasts)s::interval PRECEDING AND %(lasts)s::interval PRECEDING), newest, true
FROM (
    SELECT o.order_id, date_bin(%(lasts)s::interval, p.time, '2000-01-01Z') AS stretch, count(*) AS positions,
           max(p.time) AS newest
    FROM vehicle_work(%(since)s, 'infinity') o
    JOIN position p ON p.vehicle_id = o.vehicle_id AND p.time >= o.since AND (o.until IS NULL OR p.time <= o.until)
    GROUP BY 1, 2
) heard
ON CONFLICT (order_id, stretch) DO UPDATE SET
    positions = excluded.positions,
    follows = excluded.follows,
    newest = excluded.newest,
    due = true
WHERE old.positions <> excluded.positions OR old.follows IS DISTINCT FROM excluded.follows;

-- name: due
-- The stretches that wait to be matched, the oldest first, and of these the one that was matched least far.
SELECT t.order_id::text AS order_id, o.plan_id::text AS plan_id, o.key, t.stretch, t.follows, t.newest, v.work_kmh
FROM trace t JOIN order_now o USING (order_id) LEFT JOIN vehicle v USING (vehicle_id)
WHERE t.due ORDER BY t.stretch, t.until NULLS FIRST, t.order_id LIMIT %(at_most)s;

-- name: matched
-- A stretch is matched until a time.
UPDATE trace SET due = false, until = %(until)s WHERE order_id = %(order_id)s AND stretch = %(stretch)s;

-- name: forget
-- Before the passages of a stretch are written anew.
DELETE FROM passage WHERE order_id = %(order_id)s AND stretch = %(stretch)s;

-- name: add
-- A street that was passed.
INSERT INTO passage (order_id, stretch, n, segment_id, vehicle_id, at)
VALUES (%(order_id)s, %(stretch)s, %(n)s, %(segment)s, %(vehicle)s, %(at)s);

-- name: tracks
-- Of each of some orders the newest position, up to when they are matched, and how often each street was passed; what
-- was matched before its run began, or after the next one had, is not its own.
WITH made AS (SELECT min(created_at) AS first, max(created_at) AS last FROM plan_order
              WHERE order_id = ANY(%(ids)s::uuid[])),
     work AS MATERIALIZED (
         SELECT w.* FROM made, vehicle_work(made.first, made.last) w WHERE w.order_id = ANY(%(ids)s::uuid[])
     )
SELECT t.order_id::text, max(t.newest), max(t.until),
       (SELECT coalesce(jsonb_object_agg(segment_id, passages), '{}')
        FROM (SELECT segment_id, count(*) AS passages FROM passage p
              WHERE p.order_id = t.order_id
                AND EXISTS (SELECT FROM work w WHERE w.order_id = p.order_id AND w.vehicle_id = p.vehicle_id
                            AND p.at >= w.since AND (w.until IS NULL OR p.at <= w.until))
              GROUP BY 1) passed)
FROM trace t
WHERE EXISTS (SELECT FROM work w WHERE w.order_id = t.order_id AND t.newest >= w.since
              AND (w.until IS NULL OR t.stretch <= w.until))
GROUP BY t.order_id;

-- name: last_passed
-- When each street was last passed on each of some orders.
SELECT order_id::text, segment_id, max(at) FROM passage WHERE order_id = ANY(%(ids)s::uuid[]) GROUP BY 1, 2;

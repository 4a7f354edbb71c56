-- name: readings
-- Readings of some quantities over a period, oldest first.
SELECT s.device_id AS device, s.quantity, s.unit, r.time, r.value
FROM reading r JOIN series s USING (series_id)
WHERE s.quantity = ANY(%(quantities)s) AND r.time >= %(start)s AND r.time <= %(end)s
ORDER BY 1, 2, 4;

-- name: device_readings
-- Readings of one device and quantity over a period, newest first, a page at a time.
SELECT s.device_id AS device, s.quantity, s.unit, r.time, r.value
FROM reading r JOIN series s USING (series_id)
WHERE (%(device)s::text IS NULL OR s.device_id = %(device)s)
  AND (%(quantity)s::text IS NULL OR s.quantity = %(quantity)s)
  AND r.time >= %(start)s AND r.time <= %(end)s
ORDER BY r.time DESC, 1, 2 LIMIT %(limit)s;

-- name: hourly_readings
-- One reading for each hour of a period: the last one of a level, the mean of anything else. The first hour is whole.
SELECT s.device_id AS device, s.quantity, s.unit, h.last_time AS time,
       CASE WHEN s.quantity = ANY(%(last_of)s) THEN h.last ELSE h.mean END AS value
FROM reading_by_hour h JOIN series s USING (series_id)
WHERE s.quantity = ANY(%(quantities)s) AND h.hour >= %(start)s AND h.hour < %(end)s
ORDER BY 1, 2, 4;

-- name: depth_hours
-- The middle of all snow depth sensors in each hour of a period.
SELECT h.hour AS time, percentile_cont(0.5) WITHIN GROUP (ORDER BY h.mean) AS cm
FROM reading_by_hour h JOIN series s USING (series_id)
WHERE s.quantity = 'snow_depth' AND h.hour >= %(start)s AND h.hour < %(end)s
GROUP BY h.hour ORDER BY 1;

-- name: per_hour
-- Hours, newest first, a page at a time.
SELECT s.device_id AS device, s.quantity, s.unit, h.hour AS time, h.n, h.mean, h.lowest, h.highest, h.last, h.last_time
FROM reading_by_hour h JOIN series s USING (series_id)
WHERE (%(device)s::text IS NULL OR s.device_id = %(device)s)
  AND (%(quantity)s::text IS NULL OR s.quantity = %(quantity)s)
  AND h.hour >= %(start)s AND h.hour <= %(end)s
ORDER BY 4 DESC, 1, 2 LIMIT %(limit)s;

-- name: per_day
-- Days of the municipality's time zone, newest first, a page at a time; 23 and 25 hours long when the clocks change.
SELECT s.device_id AS device, s.quantity, s.unit, date_trunc('day', h.hour, %(zone)s) AS time, sum(h.n)::bigint AS n,
       sum(h.n * h.mean) / sum(h.n) AS mean, min(h.lowest) AS lowest, max(h.highest) AS highest,
       (array_agg(h.last ORDER BY h.last_time DESC))[1] AS last, max(h.last_time) AS last_time
FROM reading_by_hour h JOIN series s USING (series_id)
WHERE (%(device)s::text IS NULL OR s.device_id = %(device)s)
  AND (%(quantity)s::text IS NULL OR s.quantity = %(quantity)s)
  AND h.hour >= %(start)s AND h.hour <= %(end)s::timestamptz + INTERVAL '25 hours'
  AND date_trunc('day', h.hour, %(zone)s) BETWEEN %(start)s AND %(end)s
GROUP BY 1, 2, 3, 4
ORDER BY 4 DESC, 1, 2 LIMIT %(limit)s;

-- name: count_readings
-- How many readings are stored.
SELECT count(*) FROM reading;

-- name: freshness
-- The time of the newest data, how many devices there are and how many are silent for twice their interval.
SELECT max(last_time) AS last_time, count(*) AS devices,
       count(*) FILTER (WHERE interval_s IS NOT NULL
                          AND (last_time IS NULL OR last_time < %(now)s - make_interval(secs => 2 * interval_s))) AS silent
FROM device WHERE adopted;

-- name: dead_letters
-- The newest dead letters.
SELECT dead_letter_id, topic, device_id, reason, detail, payload_bytes, received_at, replayed_at
FROM dead_letter
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s) AND (%(device)s::text IS NULL OR device_id = %(device)s)
ORDER BY dead_letter_id DESC LIMIT %(limit)s;

-- name: count_dead_letters
-- How many dead letters there are.
SELECT count(*) FROM dead_letter
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s) AND (%(device)s::text IS NULL OR device_id = %(device)s);

-- name: dead_letter_counts
-- All rejects by reason.
SELECT reason, sum(n)::bigint AS n FROM dead_letter_count GROUP BY 1 ORDER BY 2 DESC;

-- name: parked
-- What waits of unknown devices, and what was only counted.
SELECT count(*) AS devices, coalesce(sum(p.messages), 0)::bigint AS messages, coalesce(sum(p.bytes), 0)::bigint AS bytes,
       coalesce(sum(p.messages) FILTER (WHERE d.adopted), 0)::bigint AS adopted,
       (coalesce(sum(p.beyond), 0) + (SELECT coalesce(sum(messages), 0) FROM parked_beyond))::bigint AS beyond,
       (SELECT max(device_id) FROM parked_beyond) AS beyond_device, (SELECT max(at) FROM parked_beyond) AS beyond_at
FROM parked_device p LEFT JOIN device d USING (device_id);

-- name: parked_devices
-- The devices whose messages wait.
SELECT p.device_id AS device, p.messages, p.bytes, p.beyond, p.first_at, p.last_at, coalesce(d.adopted, false) AS adopted
FROM parked_device p LEFT JOIN device d USING (device_id) ORDER BY p.last_at DESC, 1 LIMIT %(limit)s;

-- name: odd_series
-- The series of adopted devices whose quantity is none of those that we know.
SELECT s.device_id, s.quantity FROM series s JOIN device d USING (device_id)
WHERE d.adopted AND NOT s.quantity = ANY(%(known)s) ORDER BY 1, 2;

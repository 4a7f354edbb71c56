-- name: newest_times
-- The time of the newest row of each series of numbers, by device; NULL where there is none yet.
SELECT (SELECT time FROM reading r WHERE r.series_id = s.series_id ORDER BY time DESC LIMIT 1)
FROM series s WHERE quantity = 'number' ORDER BY device_id;

-- name: times_sent
-- When each reading of a device was published, oldest first [seconds since 1970].
SELECT extract(epoch FROM time)::float8 FROM reading JOIN series USING (series_id)
WHERE device_id = %(device)s ORDER BY time;

-- name: numbered
-- Rows so far, from the counters of the newest numbers: cheap enough to be asked all the time.
SELECT coalesce(sum((SELECT value + 1 FROM reading r WHERE r.series_id = s.series_id ORDER BY time DESC LIMIT 1)), 0)::bigint
FROM series s WHERE quantity = 'number';

-- name: distinct_and_all
-- How many different numbers there are, and how many rows.
SELECT count(DISTINCT (series_id, value)), count(*) FROM reading;

-- name: forget
-- Takes all readings away, before a measurement.
DELETE FROM reading;

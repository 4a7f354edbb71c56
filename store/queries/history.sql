-- name: stamp
-- The first moment from a time on that no import has yet: the mark of one import's readings.
SELECT coalesce(max(imported_at) + INTERVAL '1 microsecond', %(at)s) FROM reading_file WHERE imported_at >= %(at)s;

-- name: note_file
-- That readings came from a file, which series they are of, and over which time.
INSERT INTO reading_file (file, imported_at, series_ids, first, last)
VALUES (%(file)s, %(stamp)s, %(series)s, %(first)s, %(last)s);

-- name: correct
-- Readings that came from files take the value and the mark of this one; gives how many had another value.
WITH files AS (SELECT imported_at FROM reading_file),
     restamped AS (
         UPDATE reading r SET value = i.value, received_at = i.received_at
         FROM incoming i, reading old
         WHERE r.series_id = i.series_id AND r.time = i.time AND old.series_id = r.series_id AND old.time = r.time
           AND r.received_at IN (SELECT imported_at FROM files)
         RETURNING old.value <> i.value AS changed
     )
SELECT count(*) FILTER (WHERE changed) FROM restamped;

-- name: files
-- The imports of a file, of all where none is named.
SELECT file, imported_at, series_ids, first, last FROM reading_file
WHERE %(file)s::text IS NULL OR file = %(file)s ORDER BY imported_at;

-- name: count_left
-- How many readings of some imports are there.
SELECT count(*) FROM reading
WHERE series_id = ANY(%(series)s) AND time BETWEEN %(first)s AND %(last)s AND received_at = ANY(%(stamps)s);

-- name: drop_left
-- Takes the readings of some imports away; their hours must be computed anew.
WITH gone AS (
    DELETE FROM reading
    WHERE series_id = ANY(%(series)s) AND time BETWEEN %(first)s AND %(last)s AND received_at = ANY(%(stamps)s)
    RETURNING series_id, time
), touched AS (
    SELECT DISTINCT series_id, date_bin('1 hour', time, '2000-01-01Z') AS hour FROM gone
), hours AS (
    DELETE FROM reading_hourly h USING touched t WHERE h.series_id = t.series_id AND h.hour = t.hour
), due AS (
    INSERT INTO rollup_due (hour, series_ids) SELECT hour, array_agg(series_id) FROM touched GROUP BY 1
)
SELECT count(*) FROM gone;

-- name: forget_files
-- Imports of which nothing is left.
DELETE FROM reading_file WHERE imported_at = ANY(%(stamps)s);

-- name: empty_stage
-- Makes room for the next batch of the same transaction.
TRUNCATE incoming;

-- name: all_readings
-- Every reading, by device, quantity and time.
SELECT s.device_id, s.quantity, s.unit, r.time, r.value FROM reading r JOIN series s USING (series_id) ORDER BY 1, 2, 4;

-- name: kind
-- How the readings are stored: r for an ordinary table (or a hypertable), p for one that is divided by weeks.
SELECT relkind::text FROM pg_class WHERE oid = 'reading'::regclass;

-- name: parts
-- The partitions with their bounds, oldest first; the default one has none and stands last.
SELECT c.relname AS name,
       substring(pg_get_expr(c.relpartbound, c.oid) FROM $$FROM \('([^']+)'\)$$)::timestamptz AS starts,
       substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \('([^']+)'\)$$)::timestamptz AS ends
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'reading'::regclass ORDER BY starts NULLS LAST;

-- name: hold_writers
-- Keeps writers out until the end of the transaction, in the order in which they take these locks; readers go on.
LOCK TABLE series, reading IN SHARE ROW EXCLUSIVE MODE;

-- name: hold_everyone
-- Keeps everyone out of the readings until the end of the transaction.
LOCK TABLE series IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE reading IN ACCESS EXCLUSIVE MODE;

-- name: set_aside
-- Makes room for a table of the same name.
DROP VIEW reading_latest;
ALTER TABLE reading RENAME TO reading_before;
ALTER INDEX reading_pkey RENAME TO reading_before_pkey;

-- name: make_divided
-- The readings divided by time; what no partition wants lies in the default one.
CREATE TABLE reading (LIKE reading_before INCLUDING ALL) PARTITION BY RANGE (time);
ALTER TABLE reading ADD FOREIGN KEY (series_id) REFERENCES series;
CREATE TABLE reading_default PARTITION OF reading DEFAULT;

-- name: make_whole
-- The readings in one table.
CREATE TABLE reading (LIKE reading_before INCLUDING ALL);
INSERT INTO reading SELECT * FROM reading_before;
ALTER TABLE reading ADD FOREIGN KEY (series_id) REFERENCES series;
DROP TABLE reading_before;

-- name: make_latest
-- The view that was in the way, as the first migration made it.
COMMENT ON TABLE reading IS 'Narrow: one value of one series at one time. A hypertable where TimescaleDB is there.';
CREATE VIEW reading_latest AS
SELECT s.series_id, s.device_id, s.quantity, s.unit, r.time, r.value, r.received_at
FROM series s
JOIN LATERAL (
    SELECT time, value, received_at FROM reading r WHERE r.series_id = s.series_id ORDER BY time DESC LIMIT 1
) r ON true;

-- name: span_before
-- From when the readings of the undivided table are, and when the last of them was received.
SELECT min(time), max(received_at) FROM reading_before;

-- name: move_odd
-- Readings of a time after they were received would stretch the first partition: the default one takes them.
WITH odd AS (DELETE FROM reading_before WHERE time >= {ends} RETURNING *)
INSERT INTO reading SELECT * FROM odd;

-- name: attach_before
-- The undivided table becomes the first partition as it is, without being copied.
ALTER TABLE reading_before RENAME TO {name};
ALTER INDEX reading_before_pkey RENAME TO {index};
ALTER TABLE reading ATTACH PARTITION {name} FOR VALUES FROM ({starts}) TO ({ends});

-- name: drop_before
-- An undivided table without readings.
DROP TABLE reading_before;

-- name: make_week
-- A partition of a week; readings of the week that lie in the default one move into it first.
CREATE TABLE {name} (LIKE reading INCLUDING ALL);
WITH moved AS (DELETE FROM reading_default WHERE time >= {starts} AND time < {ends} RETURNING *)
INSERT INTO {name} SELECT * FROM moved;
ALTER TABLE reading ATTACH PARTITION {name} FOR VALUES FROM ({starts}) TO ({ends});

-- name: odd_weeks
-- The weeks of a period of which readings lie in the default partition.
SELECT DISTINCT date_bin('7 days', time, '2000-01-03Z') FROM reading_default
WHERE time >= %(first)s AND time < %(last)s ORDER BY 1;

-- name: oldest
-- The oldest reading of one partition.
SELECT min(time) FROM {name};

-- name: drop_part
-- Removes a partition with its readings.
DROP TABLE {name};

-- name: empty_part
-- Removes the readings before a time from one partition.
DELETE FROM {name} WHERE time < {before};

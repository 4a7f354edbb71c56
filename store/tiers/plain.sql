-- Plain PostgreSQL: readings divided by weeks (store/partitions.py), hours in a table that our own job keeps.
DROP VIEW IF EXISTS reading_hour;

CREATE OR REPLACE VIEW reading_by_hour AS
SELECT series_id, hour, n, mean, lowest, highest, last, last_time FROM reading_hourly;

CREATE OR REPLACE VIEW reading_by_day AS
SELECT series_id, date_trunc('day', hour, 'UTC') AS day, sum(n)::bigint AS n, sum(n * mean) / sum(n) AS mean,
       min(lowest) AS lowest, max(highest) AS highest,
       (array_agg(last ORDER BY last_time DESC))[1] AS last, max(last_time) AS last_time
FROM reading_by_hour
GROUP BY 1, 2;

-- name: size
-- What the readings take on disk with their indexes [bytes], and in how many pieces they lie.
SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint AS bytes, count(*) FILTER (WHERE isleaf) AS pieces
FROM pg_partition_tree('reading');

-- name: hold
-- What dropping a week holds until the end of the transaction, taken at once so that nobody is met half-way.
LOCK TABLE reading IN ACCESS EXCLUSIVE MODE;

-- Community-edition TimescaleDB: hypertable, compression after 14 days (more than the accepted lateness of 7), and a
-- continuous aggregate behind the same views. It has no refresh policy: the batches say which hours are due, and they
-- are refreshed before anyone reads them; for the same reason it is not real-time, which would hide a late reading of
-- an hour that is materialised already. Retention is our own job's, as the hours must be safe before their readings
-- go, by the clock of the installation. Not run in CI: see docs/storage.md.
SELECT create_hypertable('reading', by_range('time', INTERVAL '7 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);

ALTER TABLE reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'series_id', timescaledb.compress_orderby = 'time DESC'
);
SELECT add_compression_policy('reading', INTERVAL '14 days', if_not_exists => true);

DROP VIEW IF EXISTS reading_hour;
DROP MATERIALIZED VIEW IF EXISTS reading_hour_kept;

CREATE MATERIALIZED VIEW IF NOT EXISTS reading_hourly_kept
WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT series_id, time_bucket('1 hour', time) AS hour, count(*) AS n, avg(value) AS mean,
       min(value) AS lowest, max(value) AS highest, last(value, time) AS last, max(time) AS last_time
FROM reading
GROUP BY 1, 2
WITH NO DATA;

-- Hours of an installation that was on another tier before, as far as their readings are gone.
CREATE OR REPLACE VIEW reading_by_hour AS
SELECT series_id, hour, n, mean, lowest, highest, last, last_time FROM reading_hourly_kept
UNION ALL
SELECT series_id, hour, n, mean, lowest, highest, last, last_time FROM reading_hourly o
WHERE NOT EXISTS (SELECT FROM reading_hourly_kept k WHERE k.series_id = o.series_id AND k.hour = o.hour);

CREATE OR REPLACE VIEW reading_by_day AS
SELECT series_id, date_trunc('day', hour, 'UTC') AS day, sum(n)::bigint AS n, sum(n * mean) / sum(n) AS mean,
       min(lowest) AS lowest, max(highest) AS highest,
       (array_agg(last ORDER BY last_time DESC))[1] AS last, max(last_time) AS last_time
FROM reading_by_hour
GROUP BY 1, 2;

-- name: size
-- What the readings take on disk with their indexes [bytes], and in how many pieces they lie.
SELECT hypertable_size('reading') AS bytes, (SELECT count(*) FROM show_chunks('reading')) AS pieces;

-- name: oldest
-- The oldest reading: of the first chunk, as chunks are read in their order.
SELECT time FROM reading ORDER BY time LIMIT 1;

-- name: hold
-- What dropping chunks holds until the end of the transaction, taken at once so that nobody is met half-way.
LOCK TABLE series IN ACCESS EXCLUSIVE MODE;

-- name: drop_before
-- Drops the chunks that end at or before an instant.
SELECT drop_chunks('reading', older_than => %(before)s::timestamptz);

-- name: refresh
-- Materialises a window of whole hours; late readings in it show from then on.
CALL refresh_continuous_aggregate('reading_hourly_kept', %(starts)s::timestamptz, %(ends)s::timestamptz);

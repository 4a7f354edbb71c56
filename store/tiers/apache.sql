-- Apache-edition TimescaleDB: hypertables, no policies, no compression, no continuous aggregates. Hours as on plain.
SELECT create_hypertable('reading', by_range('time', INTERVAL '7 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);

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

-- Community-edition TimescaleDB: hypertable, compression after 14 days (more than the accepted lateness of 7),
-- and a real-time continuous aggregate behind the same view. Not run in CI: see docs/storage.md.
SELECT create_hypertable('reading', by_range('time', INTERVAL '7 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);

ALTER TABLE reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'series_id', timescaledb.compress_orderby = 'time DESC'
);
SELECT add_compression_policy('reading', INTERVAL '14 days', if_not_exists => true);

CREATE MATERIALIZED VIEW IF NOT EXISTS reading_hour_kept
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT series_id, time_bucket('1 hour', time) AS hour,
       avg(value) AS mean, min(value) AS minimum, max(value) AS maximum, count(*) AS n
FROM reading
GROUP BY 1, 2
WITH NO DATA;
SELECT add_continuous_aggregate_policy('reading_hour_kept', start_offset => INTERVAL '8 days',
       end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '30 minutes', if_not_exists => true);

CREATE OR REPLACE VIEW reading_hour AS
SELECT series_id, hour, mean, minimum, maximum, n FROM reading_hour_kept;

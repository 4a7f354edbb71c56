-- Apache-edition TimescaleDB: hypertables, no policies, no compression, no continuous aggregates.
SELECT create_hypertable('reading', by_range('time', INTERVAL '7 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);

CREATE OR REPLACE VIEW reading_hour AS
SELECT series_id, time_bucket('1 hour', time) AS hour,
       avg(value) AS mean, min(value) AS minimum, max(value) AS maximum, count(*) AS n
FROM reading
GROUP BY 1, 2;

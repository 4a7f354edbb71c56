-- Plain PostgreSQL: the hourly view is computed when it is read.
CREATE OR REPLACE VIEW reading_hour AS
SELECT series_id, date_bin('1 hour', time, '2000-01-01Z') AS hour,
       avg(value) AS mean, min(value) AS minimum, max(value) AS maximum, count(*) AS n
FROM reading
GROUP BY 1, 2;

-- How each ingestion daemon is, as it says itself, and when a series was last heard and last changed.

CREATE TABLE daemon_health (
    daemon text PRIMARY KEY,
    at timestamptz NOT NULL,
    connected boolean NOT NULL,
    queued bigint NOT NULL,
    oldest_s double precision,
    lag_s double precision,
    messages bigint NOT NULL,
    rows bigint NOT NULL,
    duplicates bigint NOT NULL,
    conflicts bigint NOT NULL,
    rejected jsonb NOT NULL,
    broker_dropped bigint
);
COMMENT ON TABLE daemon_health IS 'One row a daemon (its MQTT client id), counted since its start; at is when it last said so.';

CREATE VIEW series_heard AS
SELECT s.series_id, s.device_id, s.quantity, newest.time AS last_time, newest.received_at AS last_received,
       (SELECT min(r.time) FROM reading r
        WHERE r.series_id = s.series_id AND r.time > coalesce(other.time, '2000-01-01Z')) AS last_changed
FROM series s
JOIN LATERAL (SELECT r.time, r.received_at, r.value FROM reading r
              WHERE r.series_id = s.series_id ORDER BY r.time DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (SELECT r.time FROM reading r
                   WHERE r.series_id = s.series_id AND r.value <> newest.value ORDER BY r.time DESC LIMIT 1) other ON true;
COMMENT ON VIEW series_heard IS 'last_changed is when the present value was first said: a frozen sensor is heard and does not change.';

-- How each ingestion daemon is, as it says itself.

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

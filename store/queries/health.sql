-- name: save
-- What a daemon says of itself, in place of what it said before.
INSERT INTO daemon_health (daemon, at, connected, queued, oldest_s, lag_s, messages, rows, duplicates, conflicts,
                           rejected, broker_dropped, positions, positions_dropped)
VALUES (%(daemon)s, %(at)s, %(connected)s, %(queued)s, %(oldest_s)s, %(lag_s)s, %(messages)s, %(rows)s, %(duplicates)s,
        %(conflicts)s, %(rejected)s, %(broker_dropped)s, %(positions)s, %(positions_dropped)s)
ON CONFLICT (daemon) DO UPDATE SET
    at = excluded.at, connected = excluded.connected, queued = excluded.queued, oldest_s = excluded.oldest_s,
    lag_s = excluded.lag_s, messages = excluded.messages, rows = excluded.rows, duplicates = excluded.duplicates,
    conflicts = excluded.conflicts, rejected = excluded.rejected, broker_dropped = excluded.broker_dropped,
    positions = excluded.positions, positions_dropped = excluded.positions_dropped;

-- name: daemons
-- All daemons that have spoken since then, by name.
SELECT daemon, at, connected, queued, oldest_s, lag_s, messages, rows, duplicates, conflicts, rejected, broker_dropped,
       positions, positions_dropped
FROM daemon_health WHERE at >= %(since)s ORDER BY daemon;

-- name: heard
-- When each series was last heard and last changed: last_changed is when its present value was first said.
SELECT s.device_id, s.quantity, newest.time AS last_time, newest.received_at AS last_received,
       (SELECT min(r.time) FROM reading r
        WHERE r.series_id = s.series_id AND r.time > coalesce(other.time, '2000-01-01Z')) AS last_changed
FROM series s
JOIN device d USING (device_id)
JOIN LATERAL (SELECT r.time, r.received_at, r.value FROM reading r
              WHERE r.series_id = s.series_id ORDER BY r.time DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (SELECT r.time FROM reading r
                   WHERE r.series_id = s.series_id AND r.value <> newest.value ORDER BY r.time DESC LIMIT 1) other ON true
WHERE d.adopted AND (%(since)s::timestamptz IS NULL
       OR d.last_time >= %(since)s::timestamptz - make_interval(secs => 2 * d.interval_s))
ORDER BY 1, 2;

-- name: careless_settings
-- What the server is told not to do, of that which keeps a commit over a crash or a power cut.
SELECT name FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name;

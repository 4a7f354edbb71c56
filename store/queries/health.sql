-- name: save
-- What a daemon says of itself, in place of what it said before.
INSERT INTO daemon_health (daemon, at, connected, queued, oldest_s, lag_s, messages, rows, duplicates, conflicts,
                           rejected, broker_dropped)
VALUES (%(daemon)s, %(at)s, %(connected)s, %(queued)s, %(oldest_s)s, %(lag_s)s, %(messages)s, %(rows)s, %(duplicates)s,
        %(conflicts)s, %(rejected)s, %(broker_dropped)s)
ON CONFLICT (daemon) DO UPDATE SET
    at = excluded.at, connected = excluded.connected, queued = excluded.queued, oldest_s = excluded.oldest_s,
    lag_s = excluded.lag_s, messages = excluded.messages, rows = excluded.rows, duplicates = excluded.duplicates,
    conflicts = excluded.conflicts, rejected = excluded.rejected, broker_dropped = excluded.broker_dropped;

-- name: daemons
-- All daemons that have spoken since then, by name.
SELECT daemon, at, connected, queued, oldest_s, lag_s, messages, rows, duplicates, conflicts, rejected, broker_dropped
FROM daemon_health WHERE at >= %(since)s ORDER BY daemon;

-- name: frozen
-- Devices that are heard as often as they should be while none of their values has changed since then.
SELECT d.device_id
FROM device d JOIN series_heard h USING (device_id)
WHERE d.adopted AND d.interval_s IS NOT NULL AND d.last_time >= %(now)s - make_interval(secs => 2 * d.interval_s)
GROUP BY d.device_id HAVING max(h.last_changed) < %(since)s ORDER BY 1;

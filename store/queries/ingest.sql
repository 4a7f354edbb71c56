-- name: stage
-- Where a batch waits inside its transaction.
CREATE TEMP TABLE IF NOT EXISTS incoming (
    series_id bigint NOT NULL, time timestamptz NOT NULL, value double precision NOT NULL,
    received_at timestamptz NOT NULL
) ON COMMIT DELETE ROWS;

-- name: copy
-- Fills the stage.
COPY incoming (series_id, time, value, received_at) FROM STDIN (FORMAT binary);

-- name: move
-- From the stage to the readings; a key that is known already stays as it is.
-- In the order of the key, so that two writers with the same rows wait for each other and never in a circle.
INSERT INTO reading (series_id, time, value, received_at)
SELECT series_id, time, value, received_at FROM incoming ORDER BY series_id, time ON CONFLICT DO NOTHING;

-- name: due
-- The hours and series that a batch touched must be computed anew; in the batch's transaction, so none is forgotten.
-- A series may stand in it more than once: to sort that out here costs a writer more than it costs the roll-up.
INSERT INTO rollup_due (hour, series_ids)
SELECT date_bin('1 hour', time, '2000-01-01Z'), array_agg(series_id) FROM incoming GROUP BY 1;

-- name: conflicts
-- Keeps a second, different value of a known key beside it.
INSERT INTO reading_conflict (series_id, time, value, received_at)
SELECT DISTINCT i.series_id, i.time, i.value, i.received_at
FROM incoming i JOIN reading r USING (series_id, time) WHERE r.value <> i.value;

-- name: adopted_devices
-- The devices whose readings are taken in.
SELECT device_id FROM device WHERE adopted;

-- name: all_series
-- The series of all devices.
SELECT device_id, quantity, series_id FROM series;

-- name: ensure_series
-- The id of a series, made if it is new.
INSERT INTO series (device_id, quantity, unit) VALUES (%(device)s, %(quantity)s, %(unit)s)
ON CONFLICT (device_id, quantity) DO UPDATE SET unit = series.unit RETURNING series_id;

-- name: heard
-- Notes when devices were last heard, and of what time their newest reading is.
UPDATE device d SET last_received = greatest(d.last_received, %(at)s), last_time = greatest(d.last_time, h.time)
FROM (SELECT unnest(%(devices)s::text[]) AS device_id, unnest(%(times)s::timestamptz[]) AS time) h
WHERE d.device_id = h.device_id;

-- name: park_device
-- Remembers a device that nobody has taken in yet.
INSERT INTO device (device_id, name, kind, adopted, first_seen, last_received)
VALUES (%(device)s, %(device)s, 'unknown', false, %(at)s, %(at)s)
ON CONFLICT (device_id) DO UPDATE SET last_received = greatest(device.last_received, excluded.last_received)
WHERE NOT device.adopted;

-- name: count_dead_letter
-- Counts a reject; the device's number of the day, over all reasons, tells whether it is kept or only counted.
WITH counted AS (
    INSERT INTO dead_letter_count VALUES (%(day)s, %(device)s, %(reason)s, 1)
    ON CONFLICT (day, device_id, reason) DO UPDATE SET n = dead_letter_count.n + 1 RETURNING n
)
SELECT n + (SELECT coalesce(sum(others.n), 0)::bigint FROM dead_letter_count others
            WHERE day = %(day)s AND device_id = %(device)s AND reason <> %(reason)s)
FROM counted;

-- name: add_dead_letter
-- Keeps a reject with its bytes.
INSERT INTO dead_letter (topic, payload, payload_bytes, device_id, reason, detail, sqlstate, received_at)
VALUES (%(topic)s, %(payload)s, %(payload_bytes)s, %(device)s, %(reason)s, %(detail)s, %(sqlstate)s, %(received_at)s);

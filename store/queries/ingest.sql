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

-- name: owners
-- Whose readings come under some names, by the id of a device or the name of its radio, and whether they are taken; read
-- for every batch, so that a daemon follows who takes in and who retires.
SELECT device_id AS heard, device_id, adopted FROM device
WHERE device_id = ANY(%(names)s) AND (adopted OR retired_at IS NOT NULL)
UNION ALL
SELECT eui, device_id, adopted FROM device WHERE eui = ANY(%(names)s) AND (adopted OR retired_at IS NOT NULL);

-- name: series_of
-- The series of some devices.
SELECT device_id, quantity, series_id FROM series WHERE device_id = ANY(%(devices)s);

-- name: make_series
-- The ids of series, made where they are new; in the order of their names, so that two writers never wait for each
-- other in a circle.
INSERT INTO series (device_id, quantity, unit)
SELECT * FROM unnest(%(devices)s::text[], %(quantities)s::text[], %(units)s::text[]) ORDER BY 1, 2
ON CONFLICT (device_id, quantity) DO UPDATE SET unit = series.unit RETURNING device_id, quantity, series_id;

-- name: heard
-- Notes when devices were last heard, and of what time their newest reading is.
UPDATE device d SET last_received = greatest(d.last_received, %(at)s), last_time = greatest(d.last_time, h.time)
FROM (SELECT unnest(%(devices)s::text[]) AS device_id, unnest(%(times)s::timestamptz[]) AS time) h
WHERE d.device_id = h.device_id;

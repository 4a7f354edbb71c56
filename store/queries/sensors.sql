-- name: sensors
-- All sensors as the page of them shows each: what is known of it, what it stands for and how that is called, whether it
-- is silent for twice its interval (a day where none is known), and what waits of it. A radio that belongs to an adopted sensor is that one.
WITH measured AS (
    SELECT device_id, min(thing) AS stands FROM (
        SELECT device_id, 'vessel:' || vessel_id AS thing FROM vessel WHERE device_id IS NOT NULL
        UNION ALL
        SELECT device_id, 'building:' || building_id FROM building WHERE device_id IS NOT NULL
    ) things GROUP BY 1
), standing AS (
    SELECT d.device_id,
           coalesce(m.stands, CASE WHEN starts_with(d.stands_for, 'road:') THEN d.stands_for END) AS stands
    FROM device d LEFT JOIN measured m USING (device_id)
)
SELECT d.device_id AS id, d.eui, d.name, d.model, d.quantity, d.lon, d.lat, d.mounting_m, d.adopted, d.retired_at,
       d.first_seen, d.last_received, d.last_time, d.simulated, s.stands,
       coalesce(b.name, r.name, seg.name, '') AS stands_name,
       coalesce(d.last_time < %(now)s - coalesce(make_interval(secs => 2 * d.interval_s), INTERVAL '1 day'), false)
           AS silent,
       coalesce(p.messages, 0) AS messages, coalesce(p.beyond, 0) AS beyond
FROM device d
JOIN standing s USING (device_id)
LEFT JOIN building b ON s.stands = 'building:' || b.building_id
LEFT JOIN vessel v ON s.stands = 'vessel:' || v.vessel_id
LEFT JOIN room r USING (room_id)
LEFT JOIN road_segment seg ON s.stands = 'road:' || seg.segment_id
LEFT JOIN parked_device p ON p.device_id = d.device_id
WHERE d.adopted OR NOT EXISTS (SELECT FROM device of WHERE of.eui = d.device_id AND of.adopted)
ORDER BY d.adopted, d.last_received DESC NULLS LAST, d.device_id;

-- name: suggestions
-- What a sensor may stand for, those first that nothing measures yet; streets by name.
(SELECT 'vessel' AS kind, v.vessel_id AS id, r.name, v.fraction AS detail, v.device_id IS NOT NULL AS taken
 FROM vessel v JOIN room r USING (room_id) ORDER BY 5, 3, 2 LIMIT %(most)s)
UNION ALL
(SELECT 'building', building_id, name, kind, device_id IS NOT NULL FROM building ORDER BY 5, 3, 2 LIMIT %(most)s)
UNION ALL
(SELECT 'road', name, name, '', false FROM (SELECT DISTINCT name FROM road_segment WHERE name <> '') streets
 ORDER BY 3 LIMIT %(most)s);

-- name: turned_away
-- What was rejected since a time and is not stored, but what waits to be adopted: by reason, how many letters are kept
-- and the newest of them; the messages of unknown devices for which there was no place at all; and, in the same
-- statement, the imports of history.
SELECT (SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.n DESC, w.reason), '[]') FROM (
            SELECT c.reason, c.n, l.topic, coalesce(l.device_id, '') AS device, l.detail, l.received_at,
                   replace(encode(substring(l.payload FOR 160), 'base64'), chr(10), '') AS payload
            FROM (SELECT reason, count(*) AS n, max(dead_letter_id) AS newest FROM dead_letter
                  WHERE received_at >= %(since)s AND replayed_at IS NULL AND reason <> 'unknown_device'
                  GROUP BY 1) c
            JOIN dead_letter l ON l.dead_letter_id = c.newest
        ) w) AS reasons,
       coalesce((SELECT sum(messages) FROM parked_beyond), 0)::bigint AS beyond,
       (SELECT max(device_id) FROM parked_beyond) AS beyond_device,
       (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.imported_at), '[]') FROM reading_file f) AS files;

-- name: waiting_of
-- How many letters wait of some names, counted up to a number.
SELECT count(*) FROM (
    SELECT FROM dead_letter WHERE device_id = ANY(%(names)s) AND replayed_at IS NULL LIMIT %(most)s
) waiting;

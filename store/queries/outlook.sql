-- name: lock
-- One outlook is written at a time.
LOCK TABLE road_outlook IN SHARE ROW EXCLUSIVE MODE;

-- name: frame
-- What all streets of the outlook share.
SELECT at, first_hour, hours, source, simulated FROM road_outlook;

-- name: save_frame
-- In place of the one before.
INSERT INTO road_outlook (at, first_hour, hours, source, simulated)
VALUES (%(at)s, %(first_hour)s, %(hours)s, %(source)s, %(simulated)s)
ON CONFLICT (only_one) DO UPDATE SET
    at = EXCLUDED.at, first_hour = EXCLUDED.first_hour, hours = EXCLUDED.hours,
    source = EXCLUDED.source, simulated = EXCLUDED.simulated;

-- name: forget_streets
-- Before the streets are written anew.
DELETE FROM road_outlook_segment;

-- name: stage_streets
-- Streets may have gone with an import since the snapshot was read.
CREATE TEMPORARY TABLE new_outlook (LIKE road_outlook_segment) ON COMMIT DROP;

-- name: copy_streets
-- Takes the streets in, one row after the other.
COPY new_outlook (
    segment_id, surface_c, surface_low_c, surface_high_c, depth_cm, depth_low_cm, depth_high_cm, condition,
    height_k, shade_k, sky_k, traffic_k, bridge_k
) FROM STDIN;

-- name: put_streets
-- Those that are still there.
INSERT INTO road_outlook_segment
SELECT new_outlook.* FROM new_outlook JOIN road_segment USING (segment_id);

-- name: surfaces
-- The middle surface temperature, depth and what lies there of every street, in the order of the streets.
SELECT segment_id, surface_c, depth_cm, condition FROM road_outlook_segment ORDER BY segment_id COLLATE "C";

-- name: land_known
-- Whether height, shade or sky has a say anywhere.
SELECT EXISTS (SELECT FROM road_outlook_segment
               WHERE array_remove(height_k || shade_k || sky_k, NULL) <> '{}');

-- name: depths
-- Snow of every street in an hour and at its lowest, the limit of its class, and after how many hours it is reached.
SELECT o.segment_id AS segment, o.depth_cm[%(hour)s] AS now_cm, o.depth_low_cm[%(hour)s] AS low_cm, l.cm AS limit_cm,
       (SELECT min(n)::integer - 1 FROM unnest(o.depth_cm[%(hour)s:]) WITH ORDINALITY ahead (cm, n)
        WHERE ahead.cm >= l.cm) AS first
FROM road_outlook_segment o
JOIN road_segment s USING (segment_id)
LEFT JOIN unnest(%(classes)s::text[], %(limits)s::double precision[]) l (class, cm) ON l.class = s.route_class;

-- name: street
-- All of one street.
SELECT segment_id AS segment, surface_c, surface_low_c, surface_high_c, depth_cm, depth_low_cm, depth_high_cm, condition,
    height_k, shade_k, sky_k, traffic_k, bridge_k
FROM road_outlook_segment WHERE segment_id = %(segment)s;

-- name: stamp
-- Another one for every outlook that was written, also for the same time: the transaction that wrote it.
SELECT xmin::text FROM road_outlook;

-- name: notify
-- Tells the open pages that there is a new outlook: it comes some seconds after its plan.
SELECT pg_notify('dagsplan', 'outlook');

-- name: observations
-- What people saw and still held at a time, as it was known then: noted before it, and not taken back before it.
SELECT t.observation_id::text AS id, segments, quantity, value, t.at, until, t.who, why
FROM observation t LEFT JOIN observation_end e USING (observation_id)
WHERE t.noted_at <= %(at)s AND t.at <= %(at)s AND t.until > %(at)s AND (e.at IS NULL OR e.at > %(at)s)
ORDER BY t.at, t.observation_id;

-- name: add_observation
-- Notes what somebody saw.
INSERT INTO observation (observation_id, segments, quantity, value, at, until, who, why, noted_at)
VALUES (%(id)s, %(segments)s, %(quantity)s, %(value)s, %(at)s, %(until)s, %(who)s, %(why)s, %(noted_at)s);

-- name: end_observation
-- Takes an observation back, and says whether there is one; one that is taken back already stays so.
WITH known AS (SELECT observation_id FROM observation WHERE observation_id = %(id)s),
     ended AS (INSERT INTO observation_end (observation_id, at, who) SELECT observation_id, %(at)s, %(who)s FROM known
               ON CONFLICT DO NOTHING)
SELECT EXISTS (SELECT FROM known);

-- name: known_segments
-- Which of these segments there are.
SELECT segment_id FROM road_segment WHERE segment_id = ANY(%(segments)s);

-- name: segments_of_street
-- The segments of a street by its name.
SELECT segment_id FROM road_segment WHERE lower(name) = lower(%(name)s) ORDER BY 1;

-- name: streets
-- The names of all streets, for a list to choose from.
SELECT DISTINCT name FROM road_segment WHERE name <> '' ORDER BY 1;

-- name: names_of
-- The names of the streets of some segments.
SELECT segment_id, name FROM road_segment WHERE segment_id = ANY(%(segments)s) AND name <> '';

-- name: add_decline
-- Notes that an intervention was turned down.
INSERT INTO decline (plan_id, key, cause, note, who, at)
VALUES (%(plan_id)s, %(key)s, %(cause)s, %(note)s, %(who)s, %(at)s) ON CONFLICT DO NOTHING;

-- name: declines
-- What was turned down since a time, oldest first.
SELECT plan_id::text AS plan_id, key, cause, note, who, at FROM decline WHERE at >= %(since)s ORDER BY at, key;

-- name: decided_counts
-- Of the proposals of a time by what became of them: how many orders were made, how many declined by cause.
SELECT 'accepted' AS cause, count(*) AS n FROM plan_order WHERE domain = 'snow' AND created_at >= %(since)s
UNION ALL
SELECT cause, count(*) FROM decline WHERE at >= %(since)s GROUP BY cause;

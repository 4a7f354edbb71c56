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
-- Notes that an intervention was turned down; where one was taken back in the same moment, just after that.
INSERT INTO decline (plan_id, key, cause, note, who, at)
SELECT %(plan_id)s, %(key)s, %(cause)s, %(note)s, %(who)s,
       greatest(%(at)s, (SELECT max(at) + interval '1 microsecond' FROM decline_end WHERE key = %(key)s))
ON CONFLICT DO NOTHING;

-- name: declines
-- What was turned down since a time, oldest first.
SELECT plan_id::text AS plan_id, key, cause, note, who, at FROM decline WHERE at >= %(since)s ORDER BY at, key;

-- name: declined
-- The declines that hold at a time, the newest of each key: of a key whose decline was taken back, what came later.
SELECT DISTINCT ON (key) plan_id::text AS plan_id, key, cause, note, who, at FROM decline d
WHERE d.at <= %(at)s AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s))
  AND (%(since)s::timestamptz IS NULL OR d.at >= %(since)s)
  AND NOT EXISTS (SELECT FROM decline_end e WHERE e.key = d.key AND e.at >= d.at AND e.at <= %(at)s)
ORDER BY key, at DESC;

-- name: end_decline
-- Takes the decline of a key back where one holds, and says whether it did.
WITH holds AS (
    SELECT max(at) AS at FROM decline d WHERE key = %(key)s
    AND NOT EXISTS (SELECT FROM decline_end e WHERE e.key = d.key AND e.at >= d.at)
), ended AS (
    INSERT INTO decline_end (key, at, who) SELECT %(key)s, greatest(%(at)s, at), %(who)s FROM holds WHERE at IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING key
)
SELECT EXISTS (SELECT FROM ended);

-- name: decided_counts
-- Of the proposals of a time by what became of them: how many orders were made, how many declined by cause.
SELECT 'accepted' AS cause, count(*) AS n FROM plan_order WHERE domain = 'snow' AND created_at >= %(since)s
UNION ALL
SELECT cause, count(*) FROM decline WHERE at >= %(since)s GROUP BY cause;

-- name: origins
-- What the sources say of all segments, for those that are there.
SELECT segment_id AS segment, number, keeper FROM segment_origin;

-- name: put_origins
-- Takes in what a source says of its segments; what it said before is replaced.
INSERT INTO segment_origin (segment_id, number, keeper)
SELECT * FROM unnest(%(segments)s::text[], %(numbers)s::text[], %(keepers)s::text[])
ON CONFLICT (segment_id) DO UPDATE SET number = excluded.number, keeper = excluded.keeper;

-- name: rules
-- Every rule, in the order in which they are tried.
SELECT rule_id AS id, keeper, street, highway, number, way, segment, outline FROM keeper_rule ORDER BY place, rule_id;

-- name: forget_rules
-- Before all rules are written anew, or some are taken away.
DELETE FROM keeper_rule WHERE %(all)s OR rule_id = ANY(%(ids)s);

-- name: save_rule
-- A rule, with where it came from.
INSERT INTO keeper_rule (rule_id, place, keeper, street, highway, number, way, segment, outline, source, imported_at)
VALUES (%(id)s, %(place)s, %(keeper)s, %(street)s, %(highway)s, %(number)s, %(way)s, %(segment)s, %(outline)s,
        %(source)s, %(imported_at)s);

-- name: set_keepers
-- Who keeps some segments, by the rules or by their source.
UPDATE road_segment s SET keeper = new.keeper
FROM unnest(%(segments)s::text[], %(keepers)s::text[]) AS new (segment_id, keeper)
WHERE s.segment_id = new.segment_id AND s.keeper <> new.keeper;

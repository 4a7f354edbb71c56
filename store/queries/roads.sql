-- name: save_dataset
-- Where rows came from; a second import of the same name brings source, licence and date up to date.
INSERT INTO dataset (name, source, licence, attribution, data_date, imported_at, simulated)
VALUES (%(name)s, %(source)s, %(licence)s, %(attribution)s, %(data_date)s, %(imported_at)s, %(simulated)s)
ON CONFLICT (name) DO UPDATE SET
    source = excluded.source,
    licence = excluded.licence,
    attribution = excluded.attribution,
    data_date = excluded.data_date,
    imported_at = excluded.imported_at,
    simulated = excluded.simulated;

-- name: load_datasets
-- All datasets by name, for attributions on the map and in exports.
SELECT name, source, licence, attribution, data_date, simulated FROM dataset ORDER BY name;

-- name: stage_segments
-- An empty table of the same columns, gone at the end of the transaction.
CREATE TEMPORARY TABLE road_segment_new (LIKE road_segment INCLUDING DEFAULTS) ON COMMIT DROP;

-- name: copy_segments
-- Takes the new segments in, one row after the other.
COPY road_segment_new (
    segment_id, dataset, name, network, route_class, highway, keeper, oneway, lanes, width_m, surface, bridge, tunnel,
    speed_kmh, length_m, from_node, to_node, lons, lats, elevation_m, grade_pct, slope_source, dem_resolution_m,
    reachable, max_width_m, max_weight_t
) FROM STDIN;

-- name: remove_vanished_segments
-- Segments of this dataset that its new edition does not have any more; what was done to them stays on record.
DELETE FROM road_segment old
WHERE old.dataset = %(dataset)s
  AND NOT EXISTS (SELECT FROM road_segment_new new WHERE new.segment_id = old.segment_id);

-- name: put_segments
-- New segments are added, known ones brought up to date under the id they had.
INSERT INTO road_segment AS old SELECT * FROM road_segment_new
ON CONFLICT (segment_id) DO UPDATE SET
    dataset = excluded.dataset,
    name = excluded.name,
    network = excluded.network,
    route_class = excluded.route_class,
    highway = excluded.highway,
    keeper = excluded.keeper,
    oneway = excluded.oneway,
    lanes = excluded.lanes,
    width_m = excluded.width_m,
    surface = excluded.surface,
    bridge = excluded.bridge,
    tunnel = excluded.tunnel,
    speed_kmh = excluded.speed_kmh,
    length_m = excluded.length_m,
    from_node = excluded.from_node,
    to_node = excluded.to_node,
    lons = excluded.lons,
    lats = excluded.lats,
    elevation_m = excluded.elevation_m,
    grade_pct = excluded.grade_pct,
    slope_source = excluded.slope_source,
    dem_resolution_m = excluded.dem_resolution_m,
    reachable = excluded.reachable,
    max_width_m = excluded.max_width_m,
    max_weight_t = excluded.max_weight_t;

-- name: drop_stage
-- Makes room for another import in the same transaction.
DROP TABLE road_segment_new;

-- name: load_segments
-- Every segment in the order of its id, bytewise, so that it is the same on every machine.
SELECT segment_id, name, network, route_class, highway, keeper, oneway, lanes, width_m, surface, bridge, tunnel,
       speed_kmh, length_m, from_node, to_node, lons, lats, elevation_m, grade_pct, slope_source, dem_resolution_m,
       reachable, max_width_m, max_weight_t
FROM road_segment
ORDER BY segment_id COLLATE "C";

-- name: segments_within
-- The segments that begin or end within a box, in the order of their ids.
SELECT segment_id, name, network, route_class, highway, keeper, oneway, lanes, width_m, surface, bridge, tunnel,
       speed_kmh, length_m, from_node, to_node, lons, lats, elevation_m, grade_pct, slope_source, dem_resolution_m,
       reachable, max_width_m, max_weight_t
FROM road_segment
WHERE (lons[1] BETWEEN %(west)s AND %(east)s AND lats[1] BETWEEN %(south)s AND %(north)s)
   OR (lons[array_length(lons, 1)] BETWEEN %(west)s AND %(east)s
       AND lats[array_length(lats, 1)] BETWEEN %(south)s AND %(north)s)
ORDER BY segment_id COLLATE "C";

-- name: by_ids
-- Some segments, in the order of their ids.
SELECT segment_id, name, network, route_class, highway, keeper, oneway, lanes, width_m, surface, bridge, tunnel,
       speed_kmh, length_m, from_node, to_node, lons, lats, elevation_m, grade_pct, slope_source, dem_resolution_m,
       reachable, max_width_m, max_weight_t
FROM road_segment WHERE segment_id = ANY(%(segments)s) ORDER BY segment_id COLLATE "C";

-- name: street_points
-- Where the segments begin, to know whether something lies by the town.
SELECT lons[1], lats[1] FROM road_segment;

-- name: count_by_dataset
-- How many segments there are of each dataset.
SELECT dataset, count(*)::int FROM road_segment GROUP BY dataset ORDER BY dataset;

-- name: remove_other_datasets
-- Before the streets of another source stand in the place of all that is there.
DELETE FROM road_segment WHERE dataset <> %(dataset)s;

-- name: remove_stale_datasets
-- A source that nothing is from any more is named on no map.
DELETE FROM dataset d WHERE d.name = ANY(%(names)s)
    AND NOT EXISTS (SELECT FROM road_segment WHERE dataset = d.name)
    AND NOT EXISTS (SELECT FROM room WHERE dataset = d.name)
    AND NOT EXISTS (SELECT FROM building WHERE dataset = d.name)
    AND NOT EXISTS (SELECT FROM place WHERE dataset = d.name);

-- name: named
-- Name and length of some segments.
SELECT segment_id AS id, name, length_m FROM road_segment WHERE segment_id = ANY(%(segments)s);

-- name: forget_turns
-- Before the banned turns of a dataset's segments are written anew.
DELETE FROM turn_ban old USING road_segment s WHERE s.segment_id = old.from_segment AND s.dataset = %(dataset)s;

-- name: copy_turns
-- Takes banned turns in, one row after the other.
COPY turn_ban (from_segment, via_node, to_segment, only_network) FROM STDIN;

-- name: load_turns
-- Every banned turn, in the order of its segments.
SELECT from_segment, via_node, to_segment, only_network AS only FROM turn_ban
ORDER BY from_segment COLLATE "C", via_node, to_segment COLLATE "C";

-- name: forget_relief
-- Before the land round a dataset's segments is written anew.
DELETE FROM segment_relief old USING road_segment s WHERE s.segment_id = old.segment_id AND s.dataset = %(dataset)s;

-- name: copy_relief
-- Takes the land round segments in, one row after the other.
COPY segment_relief (segment_id, sky_view, horizon, slope, aspect, above_m, source, resolution_m) FROM STDIN;

-- name: load_relief
-- The land round every segment that has some, or round one, in the order of the segments.
SELECT segment_id, sky_view, horizon, slope, aspect, above_m, source, resolution_m
FROM segment_relief
WHERE %(segment)s::text IS NULL OR segment_id = %(segment)s
ORDER BY segment_id COLLATE "C";

-- name: middle_height
-- The middle one of the heights that are known of the streets.
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY elevation_m) FROM road_segment WHERE elevation_m IS NOT NULL;

-- name: forget_places
-- Before the places of a dataset are written anew.
DELETE FROM place WHERE dataset = %(dataset)s;

-- name: copy_places
-- Takes places in, one row after the other.
COPY place (place_id, dataset, kind, name, lon, lat, area_m2) FROM STDIN;

-- name: load_places
-- Every place that is cleared for itself, in the order of its id, bytewise.
SELECT place_id AS id, kind, name, lon, lat, area_m2 FROM place ORDER BY place_id COLLATE "C";

-- name: save_room
-- A waste room of the map; one that a file of the city brought stays as the file says, one taken away stays away.
INSERT INTO room AS old (room_id, dataset, name, lon, lat, kind, simulated)
SELECT %(room_id)s, %(dataset)s, %(name)s, %(lon)s::float8, %(lat)s::float8, %(kind)s, %(simulated)s::boolean
WHERE NOT EXISTS (SELECT FROM forgotten f WHERE f.kind = 'room' AND f.id = %(room_id)s)
ON CONFLICT (room_id) DO UPDATE SET
    dataset = excluded.dataset,
    name = excluded.name,
    lon = excluded.lon,
    lat = excluded.lat,
    kind = excluded.kind,
    simulated = excluded.simulated
WHERE NOT EXISTS (SELECT FROM dataset d WHERE d.name = old.dataset AND d.licence = 'own data');

-- name: save_building
-- A building of the map; one that is known keeps the device, calendar and opening hours that people gave it, one that
-- a file of the city brought stays as the file says, one taken away stays away.
INSERT INTO building AS old (building_id, dataset, name, lon, lat, kind, area_m2, device_id, calendar, opens, closes,
                             simulated)
SELECT %(building_id)s, %(dataset)s, %(name)s, %(lon)s::float8, %(lat)s::float8, %(kind)s, %(area_m2)s::float8, %(device_id)s,
       %(calendar)s,
       %(opens)s, %(closes)s, %(simulated)s::boolean
WHERE NOT EXISTS (SELECT FROM forgotten f WHERE f.kind = 'building' AND f.id = %(building_id)s)
ON CONFLICT (building_id) DO UPDATE SET
    dataset = excluded.dataset,
    name = excluded.name,
    lon = excluded.lon,
    lat = excluded.lat,
    kind = excluded.kind,
    area_m2 = coalesce(excluded.area_m2, old.area_m2),
    simulated = excluded.simulated
WHERE NOT EXISTS (SELECT FROM dataset d WHERE d.name = old.dataset AND d.licence = 'own data');

-- name: forget_base_map
-- Before the base map of a dataset is written anew, or where it has none any more.
DELETE FROM base_map WHERE dataset = %(dataset)s;

-- name: add_base_map
-- What lies round the streets of a dataset.
INSERT INTO base_map (dataset, doc) VALUES (%(dataset)s, %(doc)s);

-- name: base_map
-- What lies round the streets, of the dataset that was imported last.
SELECT b.doc FROM base_map b JOIN dataset d ON d.name = b.dataset ORDER BY d.imported_at DESC LIMIT 1;

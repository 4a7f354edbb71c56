-- name: heads
-- The newest plan of each domain, or of each domain on one service day, with how many turer, rounds or buildings it is about; as it was
-- known at a time where one is given.
SELECT DISTINCT ON (domain) domain, plan_id::text AS id, version, service_day, created_at, simulated,
       (SELECT count(*) FROM intervention i WHERE i.plan_id = p.plan_id) AS interventions,
           (SELECT count(DISTINCT i.target) FROM intervention i
            WHERE i.plan_id = p.plan_id AND i.kind NOT IN ('places', 'haul', 'sweep')) AS targets
FROM plan p
WHERE mode = %(mode)s AND (%(day)s::date IS NULL OR service_day = %(day)s)
  AND (%(at)s::timestamptz IS NULL OR created_at <= %(at)s)
ORDER BY domain, created_at DESC, version DESC;

-- name: order_stamps
-- How many events of orders and of calls about them each domain has had since a time, and until when the vehicles that
-- are out are followed.
SELECT domain, sum(events)::bigint AS events, max(until) AS followed
FROM (SELECT o.domain, o.order_id, count(*) AS events
      FROM (SELECT order_id FROM order_event WHERE at >= %(since)s
            UNION ALL
            SELECT c.order_id FROM crew_call_event e JOIN crew_call_order c USING (call_id)
            WHERE e.at >= %(since)s) said
      JOIN plan_order o USING (order_id) GROUP BY 1, 2) stepped
LEFT JOIN (SELECT order_id, max(until) AS until FROM trace WHERE stretch >= %(since)s GROUP BY 1) followed
       USING (order_id)
GROUP BY 1 ORDER BY 1;

-- name: order_counts
-- Orders made since a time by domain and state, for the metrics.
SELECT domain, state, count(*) AS orders FROM order_now WHERE created_at >= %(since)s GROUP BY 1, 2 ORDER BY 1, 2;

-- name: histories
-- The events of several orders, each oldest first.
SELECT order_id::text AS order_id, kind, at, who, note, segment_id AS segment, vehicle_id AS vehicle, undoes
FROM order_step WHERE order_id = ANY(%(ids)s::uuid[]) ORDER BY order_id, n;

-- name: streets_stamp
-- Changes when streets are imported anew: what the map's copy of the streets is valid for.
SELECT md5(coalesce(string_agg(name || imported_at::text, ',' ORDER BY name), '')) FROM dataset;

-- name: segment
-- One street segment, in the order of the value's fields.
SELECT segment_id, name, network, route_class, highway, keeper, oneway, lanes, width_m, surface, bridge, tunnel,
       speed_kmh, length_m, from_node, to_node, lons, lats, elevation_m, grade_pct, slope_source, dem_resolution_m,
       reachable
FROM road_segment WHERE segment_id = %(segment_id)s;

-- name: tell
-- Tells the open pages that something changed.
SELECT pg_notify('dagsplan', %(message)s);

-- name: hear
-- Hears from now on what the open pages are told.
LISTEN dagsplan;

-- name: note
-- Tells the schedulers that something was noted.
SELECT pg_notify('dagsplan_look', %(event)s);

-- name: hear_notes
-- Hears from now on what is noted.
LISTEN dagsplan_look;

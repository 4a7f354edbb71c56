-- name: day_frame
-- All that frames the day page, in one look: the newest plan of each domain, those of a day or as they were at a time,
-- the days that have plans, the newest failed run, how fresh the data and the forecast are.
WITH heads AS (
    SELECT p.domain, p.plan_id::text AS id, p.version, p.service_day, p.created_at, p.simulated,
           (SELECT count(*) FROM intervention i WHERE i.plan_id = p.plan_id) AS interventions,
           (SELECT count(DISTINCT i.target) FROM intervention i
            WHERE i.plan_id = p.plan_id AND i.kind NOT IN ('places', 'haul', 'sweep')) AS targets
    FROM plan p WHERE p.mode = %(mode)s
), live AS (
    SELECT DISTINCT ON (domain) * FROM heads ORDER BY domain, created_at DESC, version DESC
), shown AS (
    SELECT DISTINCT ON (domain) * FROM heads
    WHERE (%(day)s::date IS NULL OR service_day = %(day)s) AND (%(at)s::timestamptz IS NULL OR created_at <= %(at)s)
    ORDER BY domain, created_at DESC, version DESC
)
SELECT (SELECT coalesce(jsonb_agg(live), '[]') FROM live) AS live,
       (SELECT coalesce(jsonb_agg(shown), '[]') FROM shown) AS shown,
       ARRAY(SELECT DISTINCT service_day FROM plan WHERE domain = %(domain)s AND mode = %(mode)s
             ORDER BY 1 DESC LIMIT 60) AS days,
       (SELECT to_jsonb(r) FROM (
            SELECT slot, problem, due_at, tries FROM plan_run
            WHERE domain = %(domain)s AND problem IS NOT NULL AND finished_at IS NULL ORDER BY due_at DESC LIMIT 1
        ) r) AS problem;

-- name: newest
-- The time of the newest data, how many devices there are and how many are silent for twice their interval, and the
-- newest forecast that is known.
SELECT to_jsonb(f) AS data, (
    SELECT to_jsonb(i) FROM (
        SELECT provider, issued_at, simulated FROM forecast
        WHERE issued_at <= %(now)s AND received_at <= %(now)s ORDER BY issued_at DESC LIMIT 1
    ) i
) AS issue
FROM (
    SELECT max(last_time) AS last_time, count(*) AS devices,
           count(*) FILTER (WHERE interval_s IS NOT NULL
                              AND (last_time IS NULL OR last_time < %(now)s - make_interval(secs => 2 * interval_s)))
               AS silent
    FROM device WHERE adopted
) f;

-- name: names
-- What rows name beside the plan: kinds of the devices that there are by id, contractors by id, litres of vessels by id, streets by name.
SELECT (SELECT coalesce(jsonb_object_agg(device_id, kind), '{}') FROM device WHERE adopted) AS devices,
       (SELECT coalesce(jsonb_object_agg(contractor_id, name), '{}') FROM contractor) AS contractors,
       (SELECT coalesce(jsonb_object_agg(vessel_id, litres), '{}') FROM vessel) AS litres,
       CASE WHEN %(streets)s
            THEN ARRAY(SELECT DISTINCT name FROM road_segment WHERE name <> '' ORDER BY 1) ELSE '{}' END AS streets;

-- name: orders_with_events
-- Orders with their state, their vehicle and their history, newest first; as they stood at a time where one is given,
-- with steps that were taken back later.
SELECT o.order_id::text AS id, o.plan_id::text AS plan_id, o.domain, o.key, o.target,
       coalesce(steps.vehicle_id, o.vehicle_id) AS vehicle,
       CASE WHEN steps.vehicle_id IS NULL THEN o.contractor_id ELSE v.contractor_id END AS contractor,
       o.expected_end, o.created_at, (steps.last).kind AS state, (steps.last).at AS state_at,
       (steps.last).who AS state_who, (steps.last).note AS state_note, steps.events
FROM plan_order o
JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
               'order_id', e.order_id, 'kind', e.kind, 'at', e.at, 'who', e.who, 'note', e.note,
               'segment', e.segment_id, 'vehicle', e.vehicle_id, 'undoes', e.undoes) ORDER BY e.n)
               FILTER (WHERE e.kind <> 'undone') AS events,
           (array_agg(e.vehicle_id ORDER BY e.n DESC) FILTER (WHERE e.vehicle_id IS NOT NULL))[1] AS vehicle_id,
           (array_agg(e ORDER BY e.n DESC) FILTER (
               WHERE e.kind NOT IN ('overridden', 'delivered', 'segment_done', 'stop_done', 'undone')))[1] AS last
    FROM order_event e
    WHERE e.order_id = o.order_id AND (%(until)s::timestamptz IS NULL OR e.at <= %(until)s)
      AND NOT EXISTS (SELECT FROM order_event u WHERE u.order_id = e.order_id AND u.undoes = e.n
                      AND (%(until)s::timestamptz IS NULL OR u.at <= %(until)s))
) steps ON (steps.last).kind IS NOT NULL
LEFT JOIN vehicle v ON v.vehicle_id = steps.vehicle_id
WHERE o.domain = %(domain)s AND o.created_at >= %(since)s
  AND (%(until)s::timestamptz IS NULL OR o.created_at <= %(until)s)
ORDER BY o.created_at DESC, o.key LIMIT %(limit)s;

-- name: background
-- What lies behind the rows of a plan, in one look: when the streets of each intervention were last treated, the newest
-- issues of the forecast that were known, what the nearest sensors of a place measured in quarters of an hour, what
-- people saw and still held (as judgements.observations), and the names of some streets.
WITH work AS (
    SELECT * FROM unnest(%(keys)s::text[], %(segments)s::text[]) AS w (key, segment_id)
), near AS (
    SELECT DISTINCT ON (s.quantity) s.series_id, s.quantity, d.name
    FROM series s JOIN device d USING (device_id)
    WHERE d.adopted AND s.quantity = ANY(%(quantities)s) AND d.lon IS NOT NULL AND d.lat IS NOT NULL
      AND EXISTS (SELECT FROM reading r
                  WHERE r.series_id = s.series_id AND r.time > %(since)s AND r.time <= %(at)s)
    ORDER BY s.quantity, ((d.lon - %(lon)s) * cos(radians(%(lat)s))) ^ 2 + (d.lat - %(lat)s) ^ 2, d.device_id
)
SELECT (SELECT coalesce(jsonb_agg(t), '[]') FROM (
            SELECT DISTINCT ON (w.key) w.key, t.done_at AS at, t.action
            FROM work w JOIN treatment t USING (segment_id) WHERE t.done_at <= %(at)s
            ORDER BY w.key, t.done_at DESC, t.action
        ) t) AS treated,
       (SELECT coalesce(jsonb_agg(i ORDER BY i.issued_at DESC), '[]') FROM (
            SELECT f.provider, f.issued_at, (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'valid_from', valid_from, 'valid_to', valid_to, 'temp_c', temp_c, 'precip_mm_h', precip_mm_h,
                    'precip_min_mm_h', precip_min_mm_h, 'precip_max_mm_h', precip_max_mm_h) ORDER BY valid_to), '[]')
                FROM forecast_step s WHERE s.forecast_id = f.forecast_id
            ) AS steps
            FROM forecast f WHERE f.received_at <= %(at)s AND f.issued_at <= %(at)s
            ORDER BY f.issued_at DESC, f.forecast_id DESC LIMIT 3
        ) i) AS issues,
       (SELECT coalesce(jsonb_agg(m), '[]') FROM (
            SELECT n.quantity, n.name, (
                SELECT jsonb_agg(jsonb_build_array(q.at, q.value) ORDER BY q.at) FROM (
                    SELECT date_bin('15 minutes', r.time, '2000-01-01Z') AS at, avg(r.value) AS value FROM reading r
                    WHERE r.series_id = n.series_id AND r.time > %(since)s AND r.time <= %(at)s GROUP BY 1
                ) q
            ) AS points
            FROM near n
        ) m) AS measured,
       (SELECT coalesce(jsonb_agg(o ORDER BY o.at, o.id), '[]') FROM (
            SELECT t.observation_id::text AS id, t.segments, t.quantity, t.value, t.at, t.until, t.who, t.why
            FROM observation t LEFT JOIN observation_end e USING (observation_id)
            WHERE t.noted_at <= %(at)s AND t.at <= %(at)s AND t.until > %(at)s AND (e.at IS NULL OR e.at > %(at)s)
        ) o) AS observations,
       (SELECT coalesce(jsonb_object_agg(segment_id, name), '{}') FROM road_segment
        WHERE segment_id = ANY(%(named)s)) AS streets;

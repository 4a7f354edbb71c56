-- name: changes
-- Changes of the manning that are not over at a time, as they were known then: also those that begin later. One without
-- an end is over when it is ended.
SELECT c.change_id::text AS id, kind, vehicle_id AS vehicle, c.who, channel, address, starts_at, until_at, why, noted_at,
       noted_by
FROM crew_change c LEFT JOIN crew_change_end e USING (change_id)
WHERE c.noted_at <= %(at)s AND coalesce(until_at, 'infinity') > %(at)s AND (e.at IS NULL OR e.at > %(at)s)
ORDER BY starts_at, noted_at, change_id;

-- name: absences
-- When the vehicles of a domain are out of service until a time, as it was known at one.
SELECT c.vehicle_id AS vehicle, starts_at, until_at
FROM crew_change c JOIN vehicle v USING (vehicle_id) LEFT JOIN crew_change_end e USING (change_id)
WHERE c.kind = 'vehicle_out' AND v.domain = %(domain)s AND c.noted_at <= %(at)s
  AND coalesce(until_at, 'infinity') > %(at)s AND starts_at < %(before)s AND (e.at IS NULL OR e.at > %(at)s)
ORDER BY 1, 2, 3;

-- name: add_change
-- Notes that the manning departs in something until a time.
INSERT INTO crew_change (change_id, kind, vehicle_id, who, channel, address, starts_at, until_at, why, noted_at, noted_by)
VALUES (%(id)s, %(kind)s, %(vehicle)s, %(who)s, %(channel)s, %(address)s, %(starts_at)s, %(until_at)s, %(why)s,
        %(noted_at)s, %(noted_by)s);

-- name: end_change
-- Takes a change back, and says of which vehicle it was; one that is taken back already stays so.
WITH known AS (SELECT change_id, vehicle_id FROM crew_change WHERE change_id = %(id)s),
     ended AS (INSERT INTO crew_change_end (change_id, at, who) SELECT change_id, %(at)s, %(who)s FROM known
               ON CONFLICT DO NOTHING)
SELECT vehicle_id FROM known;

-- name: news
-- What became known of vehicles out of service after the newest plan of a day was asked for, and would change it: noted
-- of a vehicle that has work in that time which nobody has called out, or taken back.
WITH live AS (
    SELECT plan_id, valid_from FROM plan
    WHERE domain = %(domain)s AND service_day = %(day)s AND mode = %(mode)s ORDER BY version DESC LIMIT 1
)
SELECT c.change_id::text AS id, c.vehicle_id AS vehicle, e.at IS NOT NULL AS ended
FROM crew_change c JOIN vehicle v USING (vehicle_id) CROSS JOIN live LEFT JOIN crew_change_end e USING (change_id)
WHERE c.kind = 'vehicle_out' AND v.domain = %(domain)s AND coalesce(c.until_at, 'infinity') > %(now)s
  AND ((e.at IS NULL AND c.noted_at > live.valid_from AND c.noted_at <= %(now)s
        AND EXISTS (SELECT FROM intervention i
                    WHERE i.plan_id = live.plan_id AND i.vehicle_id = c.vehicle_id
                      AND i.starts_at < coalesce(c.until_at, 'infinity') AND i.ready_by > c.starts_at
                      AND NOT EXISTS (SELECT FROM order_now o
                                      WHERE o.key = i.key AND o.state NOT IN ('aborted', 'refused'))))
       OR (c.noted_at <= live.valid_from AND e.at > live.valid_from AND e.at <= %(now)s))
ORDER BY coalesce(e.at, c.noted_at), c.change_id;

-- name: choices
-- The vehicles that are wanted for interventions, as it was known at a time; the newest word of each holds.
SELECT DISTINCT ON (key) key, vehicle_id FROM vehicle_choice WHERE key = ANY(%(keys)s) AND at <= %(at)s
ORDER BY key, at DESC;

-- name: add_choice
-- Notes which vehicle somebody wants for an intervention; of two in the same moment the later one holds a little longer.
INSERT INTO vehicle_choice (key, vehicle_id, at, who)
SELECT %(key)s, %(vehicle)s,
       greatest(%(at)s, (SELECT max(at) + interval '1 microsecond' FROM vehicle_choice WHERE key = %(key)s)), %(who)s;

-- name: out_on
-- Which vehicles hold orders that are under way, with what and how far it is, oldest first.
SELECT o.order_id::text AS id, o.vehicle_id AS vehicle, o.domain, o.target, o.key, o.state, o.state_at,
       i.starts_at, coalesce(o.expected_end, i.ready_by) AS ready_by
FROM order_now o JOIN intervention i USING (plan_id, key)
WHERE o.vehicle_id IS NOT NULL AND o.created_at >= %(since)s AND o.state = ANY(%(states)s)
ORDER BY i.starts_at NULLS LAST, o.created_at;

-- name: fleet_frame
-- All that binds the vehicles of a domain, in one look: what they are and whose, turns, absences, orders under way, the
-- interventions that are done, and the vehicles that were chosen for some of them.
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', vehicle_id, 'domain', domain, 'depot', depot_id, 'network', network, 'contractor', contractor_id,
            'fractions', coalesce(fractions, '{}')) ORDER BY vehicle_id), '[]')
        FROM vehicle WHERE domain = %(domain)s) AS vehicles,
       (SELECT coalesce(jsonb_object_agg(contractor_id, name), '{}') FROM contractor) AS names,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'vehicle', vehicle_id, 'starts_at', starts_at, 'ends_at', ends_at, 'crew', crew) ORDER BY starts_at), '[]')
        FROM roster_turn WHERE ends_at > %(at)s AND starts_at < %(before)s) AS turns,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'vehicle', c.vehicle_id, 'starts_at', starts_at, 'until_at', until_at) ORDER BY starts_at), '[]')
        FROM crew_change c LEFT JOIN crew_change_end e USING (change_id)
        WHERE c.kind = 'vehicle_out' AND c.noted_at <= %(at)s AND coalesce(until_at, 'infinity') > %(at)s
          AND (e.at IS NULL OR e.at > %(at)s)) AS absences,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', o.order_id, 'vehicle', o.vehicle_id, 'domain', o.domain, 'target', o.target, 'key', o.key,
            'state', o.state, 'state_at', o.state_at, 'starts_at', i.starts_at,
            'ready_by', coalesce(o.expected_end, i.ready_by)) ORDER BY i.starts_at), '[]')
        FROM order_now o JOIN intervention i USING (plan_id, key)
        WHERE o.vehicle_id IS NOT NULL AND o.created_at >= %(since)s AND o.state = ANY(%(states)s)) AS held,
       ARRAY(SELECT key FROM order_now WHERE domain = %(domain)s AND created_at >= %(since)s AND state = 'done') AS done,
       (SELECT coalesce(jsonb_object_agg(key, vehicle_id), '{}') FROM (
            SELECT DISTINCT ON (key) key, vehicle_id FROM vehicle_choice
            WHERE key = ANY(%(keys)s) AND at <= %(at)s ORDER BY key, at DESC
        ) newest WHERE vehicle_id IS NOT NULL) AS chosen;

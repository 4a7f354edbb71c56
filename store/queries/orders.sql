-- name: add_order
-- Makes an order of an intervention.
INSERT INTO plan_order VALUES (%(order_id)s, %(plan_id)s, %(key)s, %(domain)s, %(target)s, %(vehicle)s,
    %(contractor)s, %(expected_end)s, %(created_at)s);

-- name: lock_key
-- Serialises decisions about one intervention key.
SELECT pg_advisory_xact_lock(7246003, hashtext(%(key)s));

-- name: live_order_of_key
-- An order of this key that is not ended.
SELECT order_id, state FROM order_now WHERE key = %(key)s AND state NOT IN ('aborted', 'refused', 'done') LIMIT 1;

-- name: lock_order
-- Holds an order while its next event is decided.
SELECT order_id, plan_id, key, domain, target, vehicle_id, expected_end FROM plan_order
WHERE order_id = %(order_id)s FOR UPDATE;

-- name: order
-- One order with its present state.
SELECT order_id::text AS id, plan_id::text AS plan_id, domain, key, target, vehicle_id AS vehicle,
       contractor_id AS contractor, expected_end, created_at, state, state_at, state_who, state_note
FROM order_now WHERE order_id = %(order_id)s;

-- name: events
-- The history of an order.
SELECT order_id::text AS order_id, kind, at, who, note, segment_id AS segment, vehicle_id AS vehicle, undoes
FROM order_step
WHERE order_id = %(order_id)s ORDER BY n;

-- name: add_event
-- Adds the next event of an order.
INSERT INTO order_event (order_id, n, kind, at, who, note, segment_id, vehicle_id, undoes)
SELECT %(order_id)s, coalesce(max(n), 0) + 1, %(kind)s, %(at)s, %(who)s, %(note)s, %(segment)s, %(vehicle)s,
       %(undoes)s
FROM order_event WHERE order_id = %(order_id)s
RETURNING n;

-- name: orders
-- Orders with their present state, newest first.
SELECT order_id::text AS id, plan_id::text AS plan_id, domain, key, target, vehicle_id AS vehicle,
       contractor_id AS contractor, expected_end, created_at, state, state_at, state_who, state_note
FROM order_now
WHERE (%(domain)s::text IS NULL OR domain = %(domain)s) AND created_at >= %(since)s
  AND (%(until)s::timestamptz IS NULL OR created_at <= %(until)s)
ORDER BY created_at DESC, key LIMIT %(limit)s;

-- name: of_vehicle
-- The orders that a vehicle holds, of those made since a time, with their present state.
SELECT order_id::text AS id, plan_id::text AS plan_id, domain, key, target, vehicle_id AS vehicle,
       contractor_id AS contractor, expected_end, created_at, state, state_at, state_who, state_note
FROM order_now WHERE vehicle_id = %(vehicle)s AND created_at >= %(since)s ORDER BY created_at, key;

-- name: vehicle_stamp
-- Changes when anything does that a vehicle's phone shows: its orders and their steps, what positions show of them, its
-- calls, answers to its reports, and what was done since to the streets that these are about.
SELECT md5(concat_ws('|',
    (SELECT string_agg(o.order_id || o.state || (SELECT count(*) FROM order_event e WHERE e.order_id = o.order_id), ','
                       ORDER BY o.order_id)
     FROM order_now o WHERE o.vehicle_id = %(vehicle)s AND o.created_at >= %(since)s),
    (SELECT count(*) FROM crew_call_event e JOIN crew_call c USING (call_id)
     WHERE c.vehicle_id = %(vehicle)s AND c.made_at >= %(since)s),
    (SELECT count(*) FROM report_answer a JOIN driver_report r USING (report_id)
     WHERE r.vehicle_id = %(vehicle)s AND r.received_at >= %(since)s),
    (SELECT max(t.until) FROM trace t JOIN order_now o USING (order_id)
     WHERE o.vehicle_id = %(vehicle)s AND o.created_at >= %(since)s),
    (SELECT count(*) FROM driver_report r JOIN treatment t ON t.segment_id = r.segment_id AND t.done_at > r.observed_at
     WHERE r.vehicle_id = %(vehicle)s AND r.received_at >= %(since)s)));

-- name: orders_of_day
-- The orders of a service day's plans with their present state, in the order in which they were made.
SELECT o.order_id::text AS id, o.plan_id::text AS plan_id, o.domain, o.key, o.target, o.vehicle_id AS vehicle,
       o.contractor_id AS contractor, o.expected_end, o.created_at, o.state, o.state_at, o.state_who, o.state_note
FROM order_now o JOIN plan p USING (plan_id)
WHERE o.domain = %(domain)s AND p.service_day = %(day)s ORDER BY o.created_at, o.key;

-- name: given
-- Orders as the planner sees them.
SELECT o.order_id::text AS id, o.plan_id::text AS plan_id, o.domain, o.key, o.target, o.state, o.vehicle_id AS vehicle,
       o.state_at AS last_event_at, o.expected_end, work.started_at, work.ended_at,
       (SELECT t.crew FROM roster_turn t
        WHERE t.vehicle_id = o.vehicle_id AND work.started_at >= t.starts_at AND work.started_at < t.ends_at
        ORDER BY t.starts_at LIMIT 1) AS crew
FROM order_now o
JOIN LATERAL (
    SELECT min(at) FILTER (WHERE kind = 'started') AS started_at,
           min(at) FILTER (WHERE kind IN ('done', 'aborted', 'refused')) AS ended_at
    FROM order_step e WHERE e.order_id = o.order_id
) work ON true
WHERE o.domain = %(domain)s AND o.created_at >= %(since)s ORDER BY o.key, o.created_at;

-- name: add_treatment
-- Notes what was done to a segment, and how much was spread there.
INSERT INTO treatment (segment_id, action, done_at, order_id, g_m2)
VALUES (%(segment)s, %(action)s, %(done_at)s, %(order_id)s, %(g_m2)s) ON CONFLICT DO NOTHING;

-- name: remove_treatments
-- Takes back what an order noted as done at a time, but for some streets.
DELETE FROM treatment WHERE order_id = %(order_id)s AND done_at = %(done_at)s AND segment_id <> ALL(%(but)s);

-- name: remove_treatment
-- Takes back that an order did a street at a time.
DELETE FROM treatment WHERE order_id = %(order_id)s AND segment_id = %(segment)s AND done_at = %(done_at)s;

-- name: vessels_of_step
-- The vessels that a step of an order said something of, whether it holds or not.
SELECT vessel_id FROM stop_said WHERE order_id = %(order_id)s AND n = %(n)s;

-- name: steps
-- The steps of an order that hold, the newest first, each with its number.
SELECT n, kind, at, who, segment_id AS segment FROM order_step
WHERE order_id = %(order_id)s AND kind <> 'undone' ORDER BY n DESC;

-- name: heard_of
-- Whether a position was heard of the vehicle that holds an order, from its start (or since it was acknowledged, or
-- made) to its end.
SELECT EXISTS (
    SELECT FROM order_now o
    JOIN LATERAL (
        SELECT coalesce(max(at) FILTER (WHERE kind = 'started'), max(at) FILTER (WHERE kind = 'acknowledged'),
                        o.created_at) AS since,
               coalesce(max(at) FILTER (WHERE kind = 'done'), 'infinity') AS until
        FROM order_step e WHERE e.order_id = o.order_id
    ) work ON true
    JOIN position p ON p.vehicle_id = o.vehicle_id AND p.time >= work.since AND p.time <= work.until
    WHERE o.order_id = %(order_id)s
);

-- name: of_keys
-- All orders that some interventions ever had.
SELECT order_id FROM plan_order WHERE key = ANY(%(keys)s) ORDER BY created_at, order_id;

-- name: of_ids
-- Some orders with their present state.
SELECT order_id::text AS id, plan_id::text AS plan_id, domain, key, target, vehicle_id AS vehicle,
       contractor_id AS contractor, expected_end, created_at, state, state_at, state_who, state_note
FROM order_now WHERE order_id = ANY(%(ids)s::uuid[]) ORDER BY created_at, key;

-- name: asked_keys
-- Of the interventions of some orders those that the newest plan of their service day asks for.
SELECT DISTINCT o.key FROM order_now o JOIN plan p USING (plan_id)
JOIN LATERAL (
    SELECT plan_id FROM plan n
    WHERE n.domain = p.domain AND n.service_day = p.service_day AND n.mode = p.mode ORDER BY n.version DESC LIMIT 1
) newest ON true
JOIN intervention i ON i.plan_id = newest.plan_id AND i.key = o.key
WHERE o.order_id = ANY(%(ids)s::uuid[]);

-- name: domain_of
-- The service of an order.
SELECT domain FROM plan_order WHERE order_id = %(order_id)s;

-- name: add_stop_said
-- What became of a vessel at a stop, by the newest step of its order.
INSERT INTO stop_said (order_id, n, room_id, vessel_id, outcome, level_pct, kg)
SELECT %(order_id)s, max(n), %(room)s, %(vessel)s, %(outcome)s, %(level_pct)s, %(kg)s
FROM order_event WHERE order_id = %(order_id)s;

-- name: stops_said
-- What was said of the stops of orders and holds, oldest first.
SELECT e.order_id::text AS order_id, s.room_id AS room, e.at, s.vessel_id AS vessel, s.outcome, s.level_pct, s.kg
FROM stop_said s JOIN order_step e USING (order_id, n)
WHERE e.order_id = ANY(%(orders)s::uuid[]) ORDER BY e.order_id, e.n, s.vessel_id;

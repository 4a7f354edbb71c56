-- name: lists
-- All call-out lists, each in its order.
SELECT network, place, vehicle_id AS vehicle, who, channel, address, contractor_id AS contractor FROM call_out_list
ORDER BY network, contractor_id NULLS LAST, place;

-- name: forget
-- Before the list of a network, or of a contractor on it, is written anew.
DELETE FROM call_out_list WHERE network = %(network)s AND contractor_id IS NOT DISTINCT FROM %(contractor)s;

-- name: add
-- One line of a call-out list.
INSERT INTO call_out_list (network, contractor_id, place, vehicle_id, who, channel, address)
VALUES (%(network)s, %(contractor)s, %(place)s, %(vehicle)s, %(who)s, %(channel)s, %(address)s);

-- name: try_alone
-- One scheduler at a time passes orders on; who comes second leaves it to the first.
SELECT pg_try_advisory_xact_lock(7246005);

-- name: add_call
-- A message to one vehicle; its first event is added in the same transaction.
INSERT INTO crew_call (call_id, kind, vehicle_id, contractor_id, who, channel, address, text, made_at, made_by,
                       leaves_at, follows)
VALUES (%(id)s, %(kind)s, %(vehicle)s, %(contractor)s, %(who)s, %(channel)s, %(address)s, %(text)s, %(made_at)s,
        %(made_by)s, %(leaves_at)s, %(follows)s);

-- name: add_call_order
-- An order that a call is about, at its place in the drive.
INSERT INTO crew_call_order (call_id, place, order_id) VALUES (%(call_id)s, %(place)s, %(order_id)s);

-- name: add_call_event
-- Adds the next event of a call.
INSERT INTO crew_call_event (call_id, n, kind, at, who, note, ref, undoes)
SELECT %(call_id)s, coalesce(max(n), 0) + 1, %(kind)s, %(at)s, %(who)s, %(note)s, %(ref)s, %(undoes)s
FROM crew_call_event WHERE call_id = %(call_id)s;

-- name: hold_call
-- Holds a call until the end of the transaction.
SELECT call_id FROM crew_call WHERE call_id = %(call_id)s FOR UPDATE;

-- name: call
-- One call with where it stands.
SELECT c.call_id::text AS id, c.kind, c.vehicle_id AS vehicle, c.contractor_id AS contractor, c.who, c.channel,
       c.address, c.text, c.made_at, c.made_by, c.leaves_at, c.follows::text AS follows,
       ARRAY(SELECT order_id::text FROM crew_call_order o WHERE o.call_id = c.call_id ORDER BY place) AS orders,
       c.state, c.state_at, c.state_who, c.state_note, c.tries, c.sent_at, c.delivered_at, c.answered_at, c.ref
FROM crew_call_now c WHERE c.call_id = %(call_id)s;

-- name: calls_since
-- The calls that were made since a time, and no later than another where one is given, newest first.
SELECT c.call_id::text AS id, c.kind, c.vehicle_id AS vehicle, c.contractor_id AS contractor, c.who, c.channel,
       c.address, c.text, c.made_at, c.made_by, c.leaves_at, c.follows::text AS follows,
       ARRAY(SELECT order_id::text FROM crew_call_order o WHERE o.call_id = c.call_id ORDER BY place) AS orders,
       c.state, c.state_at, c.state_who, c.state_note, c.tries, c.sent_at, c.delivered_at, c.answered_at, c.ref
FROM crew_call_now c WHERE c.made_at >= %(since)s AND (%(until)s::timestamptz IS NULL OR c.made_at <= %(until)s)
ORDER BY c.made_at DESC, c.vehicle_id, c.call_id;

-- name: newest_about
-- The newest call-out that each of some orders is part of, of those that were not taken back.
SELECT DISTINCT ON (o.order_id) o.order_id::text, o.call_id::text
FROM crew_call_order o JOIN crew_call_now c USING (call_id)
WHERE o.order_id = ANY(%(orders)s::uuid[]) AND c.kind = 'go' AND c.state <> 'withdrawn'
ORDER BY o.order_id, c.made_at DESC, (SELECT count(*) FROM crew_call f WHERE f.follows = c.call_id), c.call_id;

-- name: call_histories
-- The steps of some calls that hold, in their order.
SELECT call_id::text AS call_id, kind, at, who, note, ref, undoes FROM crew_call_step
WHERE call_id = ANY(%(ids)s::uuid[]) AND kind <> 'undone' ORDER BY call_id, n;

-- name: call_steps
-- The steps of a call that hold, the newest first, each with its number.
SELECT n, kind, at, who FROM crew_call_step WHERE call_id = %(call_id)s AND kind <> 'undone' ORDER BY n DESC;

-- name: tried
-- Who was called about some orders.
SELECT DISTINCT c.vehicle_id, c.who FROM crew_call_now c JOIN crew_call_order o USING (call_id)
WHERE o.order_id = ANY(%(orders)s::uuid[]) AND c.kind = 'go' AND c.state <> 'withdrawn';

-- name: busy
-- The vehicles that have orders under way, with what was planned, the tur, its key, and where the order and the newest
-- call-out about it stand.
SELECT o.vehicle_id AS vehicle, i.starts_at AS begins, coalesce(o.expected_end, i.ready_by) AS ends,
       o.target, o.key, o.state,
       (SELECT c.state FROM crew_call_order part JOIN crew_call_now c USING (call_id)
        WHERE part.order_id = o.order_id AND c.kind = 'go' ORDER BY c.made_at DESC, c.call_id LIMIT 1) AS call
FROM order_now o JOIN intervention i USING (plan_id, key)
WHERE o.created_at >= %(since)s AND o.vehicle_id IS NOT NULL AND o.state NOT IN ('done', 'aborted', 'refused');

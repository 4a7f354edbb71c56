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

-- name: last_call
-- When the vehicle that holds an order was told of it.
SELECT max(at) FROM order_step
WHERE order_id = %(order_id)s AND (kind = 'sent' OR (kind = 'overridden' AND vehicle_id IS NOT NULL));

-- name: tried
-- Who was called about an order.
SELECT DISTINCT vehicle_id, who FROM outgoing WHERE order_id = %(order_id)s;

-- name: busy
-- The vehicles that hold orders under way, but for one order, with what was planned.
SELECT o.vehicle_id, i.starts_at, coalesce(o.expected_end, i.ready_by)
FROM order_now o JOIN intervention i USING (plan_id, key)
WHERE o.created_at >= %(since)s AND o.vehicle_id IS NOT NULL AND o.order_id <> %(but)s
  AND o.state NOT IN ('done', 'aborted', 'refused');

-- name: add_outgoing
-- A message that waits to be sent.
INSERT INTO outgoing (order_id, vehicle_id, who, channel, address, text, at)
VALUES (%(order_id)s, %(vehicle)s, %(who)s, %(channel)s, %(address)s, %(text)s, %(at)s);

-- name: times_out
-- When some vehicles were out on orders that were made since a time.
SELECT vehicle_id, since, until FROM vehicle_out WHERE created_at >= %(since)s AND vehicle_id = ANY(%(vehicles)s);

-- name: add
-- Keeps a position; the same vehicle and time stands there once.
INSERT INTO position (vehicle_id, time, lon, lat, heading, speed_kmh, accuracy_m, received_at)
VALUES (%(vehicle)s, %(time)s, %(lon)s, %(lat)s, %(heading)s, %(speed_kmh)s, %(accuracy_m)s, %(received_at)s)
ON CONFLICT DO NOTHING;

-- name: of_order
-- Where an order's vehicles were while they were at work on it, within a span.
SELECT p.vehicle_id AS vehicle, p.time, p.lon, p.lat, p.heading, p.speed_kmh, p.accuracy_m
FROM plan_order made, vehicle_work(made.created_at, made.created_at) o
JOIN position p ON p.vehicle_id = o.vehicle_id AND p.time >= o.since AND (o.until IS NULL OR p.time <= o.until)
WHERE made.order_id = %(order_id)s AND o.order_id = made.order_id
  AND p.time >= %(since)s AND p.time < %(before)s ORDER BY p.time;

-- name: seen_out
-- Where each vehicle that is out was last seen, of positions from while it was out on an order that has not ended.
SELECT DISTINCT ON (o.vehicle_id) o.vehicle_id AS vehicle, o.order_id::text AS order_id, p.time, p.lon, p.lat, p.heading,
       p.speed_kmh
FROM vehicle_out o
JOIN LATERAL (
    SELECT time, lon, lat, heading, speed_kmh FROM position p
    WHERE p.vehicle_id = o.vehicle_id AND p.time >= o.since AND p.time <= %(now)s ORDER BY p.time DESC LIMIT 1
) p ON true
WHERE o.created_at >= %(since)s AND o.since <= %(now)s AND (o.until IS NULL OR o.until > %(now)s)
ORDER BY o.vehicle_id, o.since DESC;

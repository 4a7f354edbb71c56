-- name: positions
-- Where a vehicle was before a time.
DELETE FROM position WHERE vehicle_id = %(vehicle)s AND time < %(before)s;

-- name: passages
-- What a vehicle's positions were matched to before a time: when it passed which street.
DELETE FROM passage WHERE vehicle_id = %(vehicle)s AND at < %(before)s;

-- name: traces
-- Stretches of positions of orders that a vehicle holds, before a time.
DELETE FROM trace t USING order_now o
WHERE o.order_id = t.order_id AND o.vehicle_id = %(vehicle)s AND t.stretch < %(before)s;

-- name: reports
-- What was reported for a vehicle before a time, with what was answered.
DELETE FROM driver_report WHERE vehicle_id = %(vehicle)s AND received_at < %(before)s;

-- name: phones
-- The phones that were paired with a vehicle before a time, those that still are too.
DELETE FROM phone WHERE vehicle_id = %(vehicle)s AND since < %(before)s;

-- name: pairings
-- What lets phones in for a vehicle.
DELETE FROM pairing WHERE vehicle_id = %(vehicle)s AND at < %(before)s;

-- name: calls
-- Messages to a vehicle's crew before a time: they hold a number.
DELETE FROM crew_call WHERE vehicle_id = %(vehicle)s AND made_at < %(before)s;

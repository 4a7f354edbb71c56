-- name: town
-- What the town has at a time, in one row: what doctor, setup and the first page count.
SELECT *
FROM (SELECT count(*) FILTER (WHERE network = 'street') AS streets,
             coalesce(sum(length_m) FILTER (WHERE network = 'street'), 0) AS street_m,
             count(*) FILTER (WHERE network = 'cycle') AS cycle_ways,
             coalesce(sum(length_m) FILTER (WHERE network = 'cycle'), 0) AS cycle_m,
             count(*) FILTER (WHERE NOT reachable) AS unreached,
             count(*) FILTER (WHERE elevation_m IS NOT NULL) AS with_height
      FROM road_segment) network
CROSS JOIN (SELECT coalesce(jsonb_object_agg(domain, n), '{}') AS vehicles
            FROM (SELECT domain, count(*) AS n FROM vehicle GROUP BY 1) each) fleet
CROSS JOIN (SELECT count(*) AS vehicles_assumed FROM vehicle WHERE vehicle_id LIKE 'assumed-%%') stand_ins
CROSS JOIN (SELECT count(*) AS depots FROM depot) homes
CROSS JOIN (SELECT count(*) FILTER (WHERE ends_at > %(now)s) AS turns_ahead, max(ends_at) AS last_turn_ends
            FROM roster_turn) manning
CROSS JOIN (SELECT count(*) AS rooms FROM room) rooms
CROSS JOIN (SELECT count(*) AS vessels, count(device_id) AS vessels_measured,
                   count(*) FILTER (WHERE vessel_id LIKE 'assumed-%%') AS vessels_assumed FROM vessel) vessels
CROSS JOIN (SELECT count(*) AS buildings, count(device_id) AS buildings_measured FROM building) buildings
CROSS JOIN (SELECT count(*) FILTER (WHERE adopted) AS devices,
                   count(*) FILTER (WHERE adopted AND last_received IS NOT NULL) AS devices_heard,
                   count(*) FILTER (WHERE NOT adopted AND retired_at IS NULL AND last_received IS NOT NULL) AS devices_waiting
            FROM device) devices
LEFT JOIN (SELECT provider AS forecast_by, issued_at AS forecast_at FROM forecast
           WHERE issued_at <= %(now)s AND received_at <= %(now)s ORDER BY issued_at DESC LIMIT 1) newest ON true;

-- name: rejected
-- How many messages were rejected since a day (UTC), whole days, by reason, but for those that a replay stored; most
-- first.
SELECT reason, sum(n)::bigint AS n FROM (
    SELECT reason, n FROM dead_letter_count WHERE day >= %(day)s
    UNION ALL
    SELECT reason, -count(*) FROM dead_letter WHERE received_at >= %(day)s AND replayed_at IS NOT NULL GROUP BY 1
) counted GROUP BY 1 HAVING sum(n) > 0 ORDER BY 2 DESC, 1;

-- name: stored
-- How many readings since a time are stored, counted up to a number: is it more than so many?
SELECT count(*) FROM (SELECT 1 FROM reading WHERE time >= %(since)s LIMIT %(most)s) counted;

-- name: begun
-- Whether anything of a town is there.
SELECT EXISTS (SELECT 1 FROM road_segment) OR EXISTS (SELECT 1 FROM vehicle) OR EXISTS (SELECT 1 FROM room)
    OR EXISTS (SELECT 1 FROM building) OR EXISTS (SELECT 1 FROM device WHERE adopted) OR EXISTS (SELECT 1 FROM plan);

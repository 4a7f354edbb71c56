-- name: devices
-- All devices, for the planner and the data page. One that no person gave a kind has that of what it measures.
SELECT d.device_id AS id, d.name,
       CASE WHEN d.kind <> 'unknown' THEN d.kind
            WHEN said.names && '{snow_depth,friction}' THEN 'snow'
            WHEN said.names && '{road_temperature}' THEN 'road_weather'
            WHEN said.names && '{fill_level,distance}' THEN 'waste'
            WHEN said.names && '{indoor_temperature,co2}' THEN 'building'
            ELSE 'unknown' END AS kind,
       d.lon, d.lat, d.interval_s, d.simulated, d.last_time
FROM device d
CROSS JOIN LATERAL (
    SELECT string_to_array(coalesce(d.quantity, ''), '|')
           || coalesce((SELECT array_agg(s.quantity) FROM series s WHERE s.device_id = d.device_id), '{}') AS names
) said
WHERE d.adopted ORDER BY 1;

-- name: save_device
-- Takes in a device, or corrects what is known of it; when it was heard stays.
INSERT INTO device (device_id, name, kind, lon, lat, interval_s, simulated, adopted)
VALUES (%(id)s, %(name)s, %(kind)s, %(lon)s, %(lat)s, %(interval_s)s, %(simulated)s, true)
ON CONFLICT (device_id) DO UPDATE SET name = excluded.name, kind = excluded.kind, lon = excluded.lon,
    lat = excluded.lat, interval_s = excluded.interval_s, simulated = excluded.simulated, adopted = true;

-- name: save_series
-- The series that a device is known to send, with its unit.
INSERT INTO series (device_id, quantity, unit) VALUES (%(device)s, %(quantity)s, %(unit)s)
ON CONFLICT (device_id, quantity) DO UPDATE SET unit = excluded.unit;

-- name: rooms
-- All stops of waste collection.
SELECT room_id AS id, name, lon, lat, kind, simulated FROM room ORDER BY 1;

-- name: vessels
-- All vessels with the time that each was last emptied.
SELECT vessel_id AS id, room_id AS room, fraction, litres, device_id AS device, max_age_days,
       greatest(last_emptied, emptied_said) AS last_emptied, simulated, emptied_on
FROM vessel ORDER BY 1;

-- name: emptyings
-- When vessels were emptied by orders since a time.
SELECT vessel_id AS vessel, at FROM emptying WHERE at > %(since)s AND at <= %(at)s GROUP BY 1, 2 ORDER BY 1, 2;

-- name: save_vessel
-- Takes in a vessel, or corrects it; a known emptying is only moved forward.
INSERT INTO vessel (vessel_id, room_id, fraction, litres, device_id, max_age_days, last_emptied, simulated, emptied_on)
VALUES (%(id)s, %(room)s, %(fraction)s, %(litres)s, %(device)s, %(max_age_days)s, %(last_emptied)s, %(simulated)s,
        %(emptied_on)s)
ON CONFLICT (vessel_id) DO UPDATE SET room_id = excluded.room_id, fraction = excluded.fraction,
    litres = excluded.litres, device_id = excluded.device_id, max_age_days = excluded.max_age_days,
    last_emptied = greatest(vessel.last_emptied, excluded.last_emptied), simulated = excluded.simulated,
    emptied_on = excluded.emptied_on;

-- name: mark_emptied
-- Notes that an order emptied vessels, and when each was emptied before.
WITH noted AS (
    INSERT INTO emptying (order_id, vessel_id, at, emptied_before)
    SELECT %(order_id)s::uuid, vessel_id, %(at)s, last_emptied FROM vessel
    WHERE vessel_id = ANY(%(vessels)s) AND %(order_id)s::uuid IS NOT NULL AND last_emptied IS DISTINCT FROM greatest(last_emptied, %(at)s)
    ON CONFLICT DO NOTHING
)
UPDATE vessel SET last_emptied = greatest(last_emptied, %(at)s) WHERE vessel_id = ANY(%(vessels)s);

-- name: unmark_emptied
-- Takes back that an order emptied vessels at a time: what was known before holds again, unless one was emptied since.
WITH gone AS (
    DELETE FROM emptying WHERE order_id = %(order_id)s AND at = %(at)s RETURNING vessel_id, emptied_before
)
UPDATE vessel v SET last_emptied = g.emptied_before FROM gone g
WHERE v.vessel_id = g.vessel_id AND v.last_emptied = %(at)s;

-- name: unmark_vessels
-- Takes back that an order emptied vessels: what was known before its first word of each holds again, unless one was emptied since.
WITH gone AS (
    DELETE FROM emptying WHERE order_id = %(order_id)s AND vessel_id = ANY(%(vessels)s)
    RETURNING vessel_id, at, emptied_before
), first AS (
    SELECT DISTINCT ON (vessel_id) vessel_id, emptied_before, max(at) OVER (PARTITION BY vessel_id) AS last FROM gone
    ORDER BY vessel_id, at
)
UPDATE vessel v SET last_emptied = f.emptied_before FROM first f
WHERE v.vessel_id = f.vessel_id AND v.last_emptied = f.last;

-- name: buildings
-- All heated buildings.
SELECT building_id AS id, name, lon, lat, kind, area_m2, device_id AS device, calendar, opens, closes, simulated
FROM building ORDER BY 1;

-- name: set_building_device
-- Says which device measures the indoor air of a building.
UPDATE building SET device_id = %(device)s, simulated = simulated OR %(simulated)s WHERE building_id = %(id)s;

-- name: heat_points
-- What the sensors, meters and valves of buildings stand for.
SELECT building_id AS building, point, device_id AS device, zone, quantity, opens, closes, after_school_opens,
       after_school_closes, tag
FROM building_point ORDER BY 1, 2, 4, 3;

-- name: calendar_days
-- The days of all calendars from one day to another.
SELECT calendar, day, kind FROM calendar_day WHERE day BETWEEN %(first)s AND %(last)s ORDER BY 1, 2;

-- name: save_calendar_day
-- What a calendar says of a day; the newest word holds.
INSERT INTO calendar_day (calendar, day, kind) VALUES (%(calendar)s, %(day)s, %(kind)s)
ON CONFLICT (calendar, day) DO UPDATE SET kind = excluded.kind;

-- name: depots
-- Depots and disposal sites.
SELECT depot_id AS id, name, lon, lat, kind, simulated FROM depot ORDER BY 1;

-- name: save_depot
-- Takes in a depot or corrects it.
INSERT INTO depot (depot_id, name, lon, lat, kind, simulated)
VALUES (%(id)s, %(name)s, %(lon)s, %(lat)s, %(kind)s, %(simulated)s)
ON CONFLICT (depot_id) DO UPDATE SET name = excluded.name, lon = excluded.lon, lat = excluded.lat,
    kind = excluded.kind, simulated = excluded.simulated;

-- name: contractors
-- Who drives, and their price.
SELECT contractor_id AS id, name, cost_per_h, least_hours, simulated FROM contractor ORDER BY 1;

-- name: save_contractor
-- Takes in a contractor or corrects it.
INSERT INTO contractor (contractor_id, name, cost_per_h, least_hours, simulated)
VALUES (%(id)s, %(name)s, %(cost_per_h)s, %(least_hours)s, %(simulated)s)
ON CONFLICT (contractor_id) DO UPDATE SET name = excluded.name, cost_per_h = excluded.cost_per_h,
    least_hours = excluded.least_hours, simulated = excluded.simulated;

-- name: vehicles
-- The fleet of one domain.
SELECT vehicle_id AS id, domain, depot_id AS depot, network, contractor_id AS contractor, work_kmh, drive_kmh,
       capacity_l, capacity_kg, fractions, width_m, weight_t, simulated
FROM vehicle WHERE domain = %(domain)s ORDER BY 1;

-- name: save_vehicle
-- Takes in a vehicle or corrects it.
INSERT INTO vehicle (vehicle_id, domain, depot_id, network, contractor_id, work_kmh, drive_kmh, capacity_l,
                     capacity_kg, fractions, width_m, weight_t, simulated)
VALUES (%(id)s, %(domain)s, %(depot)s, %(network)s, %(contractor)s, %(work_kmh)s, %(drive_kmh)s, %(capacity_l)s,
        %(capacity_kg)s, %(fractions)s, %(width_m)s, %(weight_t)s, %(simulated)s)
ON CONFLICT (vehicle_id) DO UPDATE SET domain = excluded.domain, depot_id = excluded.depot_id,
    network = excluded.network, contractor_id = excluded.contractor_id, work_kmh = excluded.work_kmh,
    drive_kmh = excluded.drive_kmh, capacity_l = excluded.capacity_l, capacity_kg = excluded.capacity_kg,
    fractions = excluded.fractions, width_m = excluded.width_m, weight_t = excluded.weight_t,
    simulated = excluded.simulated;

-- name: roster
-- The manned turns that touch a period; none at all for a vehicle means that its manning is not known.
SELECT vehicle_id AS vehicle, starts_at, ends_at, crew FROM roster_turn
WHERE ends_at > %(start)s AND starts_at < %(end)s ORDER BY 1, 2;

-- name: save_turn
-- Takes in a manned turn.
INSERT INTO roster_turn (vehicle_id, starts_at, ends_at, crew)
VALUES (%(vehicle)s, %(starts_at)s, %(ends_at)s, %(crew)s)
ON CONFLICT (vehicle_id, starts_at) DO UPDATE SET ends_at = excluded.ends_at, crew = excluded.crew;

-- name: last_ploughed
-- When each segment was last ploughed in a period.
SELECT DISTINCT ON (segment_id) segment_id AS segment, action, done_at, g_m2 FROM treatment
WHERE action LIKE 'plough%%' AND done_at > %(since)s AND done_at <= %(until)s ORDER BY segment_id, done_at DESC, action;

-- name: treatments
-- What was done to segments since a time.
SELECT segment_id AS segment, action, done_at, g_m2 FROM treatment WHERE done_at > %(since)s ORDER BY 3, 1, 2;

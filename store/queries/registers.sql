-- name: room
-- Waste rooms; source is the file, own whether a file of the city brought it and not the map.
SELECT r.room_id AS id, r.name, r.lon, r.lat, r.kind, r.simulated, r.dataset AS source,
       d.licence = 'own data' AND NOT r.simulated AS own
FROM room r JOIN dataset d ON d.name = r.dataset;

-- name: put_room
-- A room as a file says it.
INSERT INTO room (room_id, dataset, name, lon, lat, kind, simulated)
VALUES (%(id)s, %(source)s, %(name)s, %(lon)s, %(lat)s, %(kind)s, %(simulated)s)
ON CONFLICT (room_id) DO UPDATE SET dataset = excluded.dataset, name = excluded.name, lon = excluded.lon,
    lat = excluded.lat, kind = excluded.kind, simulated = excluded.simulated;

-- name: drop_room
-- Takes a room away; its vessels go before it.
DELETE FROM room WHERE room_id = %(id)s;

-- name: vessel
-- Vessels, with the emptying that a file said.
SELECT vessel_id AS id, room_id AS room, fraction, litres, device_id AS device, max_age_days,
       emptied_said AS last_emptied, emptied_on, simulated, coalesce(source, '') AS source, NOT simulated AS own
FROM vessel;

-- name: put_vessel
-- A vessel as a file says it; what drivers reported of its emptying stays.
INSERT INTO vessel (vessel_id, room_id, fraction, litres, device_id, max_age_days, emptied_said, emptied_on, simulated,
                    source)
VALUES (%(id)s, %(room)s, %(fraction)s, %(litres)s, %(device)s, %(max_age_days)s, %(last_emptied)s, %(emptied_on)s,
        %(simulated)s, %(source)s)
ON CONFLICT (vessel_id) DO UPDATE SET room_id = excluded.room_id, fraction = excluded.fraction,
    litres = excluded.litres, device_id = excluded.device_id, max_age_days = excluded.max_age_days,
    emptied_said = excluded.emptied_said, emptied_on = excluded.emptied_on, simulated = excluded.simulated, source = excluded.source;

-- name: drop_vessel
-- Takes a vessel away.
DELETE FROM vessel WHERE vessel_id = %(id)s;

-- name: building
-- Heated buildings; own whether a file of the city brought it and not the map.
SELECT b.building_id AS id, b.name, b.lon, b.lat, b.kind, b.area_m2, b.device_id AS device, b.calendar, b.opens,
       b.closes, b.simulated, b.dataset AS source, d.licence = 'own data' AND NOT b.simulated AS own
FROM building b JOIN dataset d ON d.name = b.dataset;

-- name: put_building
-- A building as a file says it, in every field.
INSERT INTO building (building_id, dataset, name, lon, lat, kind, area_m2, device_id, calendar, opens, closes,
                      simulated)
VALUES (%(id)s, %(source)s, %(name)s, %(lon)s, %(lat)s, %(kind)s, %(area_m2)s, %(device)s, %(calendar)s, %(opens)s,
        %(closes)s, %(simulated)s)
ON CONFLICT (building_id) DO UPDATE SET dataset = excluded.dataset, name = excluded.name, lon = excluded.lon,
    lat = excluded.lat, kind = excluded.kind, area_m2 = excluded.area_m2, device_id = excluded.device_id,
    calendar = excluded.calendar, opens = excluded.opens, closes = excluded.closes, simulated = excluded.simulated;

-- name: drop_building
-- Takes a building away.
DELETE FROM building WHERE building_id = %(id)s;

-- name: point
-- What the sensors, meters and valves of buildings stand for; own whether a file of the city brought it.
SELECT p.building_id AS building, p.point, p.device_id AS device, p.zone, p.quantity, p.opens, p.closes,
       p.after_school_opens, p.after_school_closes, p.tag, coalesce(p.source, '') AS source,
       NOT coalesce(d.simulated, false) AS own
FROM building_point p LEFT JOIN device d USING (device_id);

-- name: put_point
-- A point as a file says it, in every field.
INSERT INTO building_point (building_id, point, device_id, zone, quantity, opens, closes, after_school_opens,
                            after_school_closes, tag, source)
VALUES (%(building)s, %(point)s, %(device)s, %(zone)s, %(quantity)s, %(opens)s, %(closes)s, %(after_school_opens)s,
        %(after_school_closes)s, %(tag)s, %(source)s)
ON CONFLICT (building_id, point, device_id) DO UPDATE SET zone = excluded.zone, quantity = excluded.quantity,
    opens = excluded.opens, closes = excluded.closes, after_school_opens = excluded.after_school_opens,
    after_school_closes = excluded.after_school_closes, tag = excluded.tag, source = excluded.source;

-- name: drop_point
-- Takes a point of a building away.
DELETE FROM building_point WHERE building_id = %(building)s AND point = %(point)s AND device_id = %(device)s;

-- name: day
-- Days of calendars.
SELECT calendar, day, kind, coalesce(source, '') AS source, true AS own FROM calendar_day;

-- name: put_day
-- What a calendar says of a day.
INSERT INTO calendar_day (calendar, day, kind, source) VALUES (%(calendar)s, %(day)s, %(kind)s, %(source)s)
ON CONFLICT (calendar, day) DO UPDATE SET kind = excluded.kind, source = excluded.source;

-- name: drop_day
-- Takes a day out of a calendar.
DELETE FROM calendar_day WHERE calendar = %(calendar)s AND day = %(day)s;

-- name: depot
-- Depots and disposal sites.
SELECT depot_id AS id, name, lon, lat, kind, simulated, coalesce(source, '') AS source, NOT simulated AS own FROM depot;

-- name: put_depot
-- A depot as a file says it.
INSERT INTO depot (depot_id, name, lon, lat, kind, simulated, source)
VALUES (%(id)s, %(name)s, %(lon)s, %(lat)s, %(kind)s, %(simulated)s, %(source)s)
ON CONFLICT (depot_id) DO UPDATE SET name = excluded.name, lon = excluded.lon, lat = excluded.lat,
    kind = excluded.kind, simulated = excluded.simulated, source = excluded.source;

-- name: drop_depot
-- Takes a depot away that no vehicle starts from.
DELETE FROM depot WHERE depot_id = %(id)s;

-- name: contractor
-- Who drives, and their price.
SELECT contractor_id AS id, name, cost_per_h, least_hours, simulated, coalesce(source, '') AS source,
       NOT simulated AS own
FROM contractor;

-- name: put_contractor
-- A contractor as a file says it.
INSERT INTO contractor (contractor_id, name, cost_per_h, least_hours, simulated, source)
VALUES (%(id)s, %(name)s, %(cost_per_h)s, %(least_hours)s, %(simulated)s, %(source)s)
ON CONFLICT (contractor_id) DO UPDATE SET name = excluded.name, cost_per_h = excluded.cost_per_h,
    least_hours = excluded.least_hours, simulated = excluded.simulated, source = excluded.source;

-- name: drop_contractor
-- Takes a contractor away that no vehicle belongs to, with its call-out lists.
DELETE FROM contractor WHERE contractor_id = %(id)s;

-- name: vehicle
-- The whole fleet.
SELECT vehicle_id AS id, domain, depot_id AS depot, network, contractor_id AS contractor, work_kmh, drive_kmh,
       capacity_l, capacity_kg, fractions, width_m, weight_t, simulated, coalesce(source, '') AS source,
       NOT simulated AS own
FROM vehicle;

-- name: put_vehicle
-- A vehicle as a file says it.
INSERT INTO vehicle (vehicle_id, domain, depot_id, network, contractor_id, work_kmh, drive_kmh, capacity_l,
                     capacity_kg, fractions, width_m, weight_t, simulated, source)
VALUES (%(id)s, %(domain)s, %(depot)s, %(network)s, %(contractor)s, %(work_kmh)s, %(drive_kmh)s, %(capacity_l)s,
        %(capacity_kg)s, %(fractions)s, %(width_m)s, %(weight_t)s, %(simulated)s, %(source)s)
ON CONFLICT (vehicle_id) DO UPDATE SET domain = excluded.domain, depot_id = excluded.depot_id,
    network = excluded.network, contractor_id = excluded.contractor_id, work_kmh = excluded.work_kmh,
    drive_kmh = excluded.drive_kmh, capacity_l = excluded.capacity_l, capacity_kg = excluded.capacity_kg,
    fractions = excluded.fractions, width_m = excluded.width_m, weight_t = excluded.weight_t,
    simulated = excluded.simulated, source = excluded.source;

-- name: drop_vehicle
-- Takes a vehicle away, with its turns, its lines of call-out lists and its changes of the manning; what it did stays on
-- record.
WITH changes AS (DELETE FROM crew_change WHERE vehicle_id = %(id)s)
DELETE FROM vehicle WHERE vehicle_id = %(id)s;

-- name: turn
-- Manned turns; those that have ended at a time are history, which no file takes away.
SELECT t.vehicle_id AS vehicle, t.starts_at, t.ends_at, t.crew, coalesce(t.source, '') AS source,
       NOT v.simulated AND t.ends_at > %(at)s AS own
FROM roster_turn t JOIN vehicle v USING (vehicle_id);

-- name: put_turn
-- A manned turn as a file says it.
INSERT INTO roster_turn (vehicle_id, starts_at, ends_at, crew, source)
VALUES (%(vehicle)s, %(starts_at)s, %(ends_at)s, %(crew)s, %(source)s)
ON CONFLICT (vehicle_id, starts_at) DO UPDATE SET ends_at = excluded.ends_at, crew = excluded.crew,
    source = excluded.source;

-- name: drop_turn
-- Takes a manned turn away.
DELETE FROM roster_turn WHERE vehicle_id = %(vehicle)s AND starts_at = %(starts_at)s;

-- name: call
-- Lines of call-out lists.
SELECT c.network, c.place, c.vehicle_id AS vehicle, c.who, c.channel, c.address, c.contractor_id AS contractor,
       coalesce(c.source, '') AS source, NOT v.simulated AS own
FROM call_out_list c JOIN vehicle v USING (vehicle_id);

-- name: put_call
-- A line of a call-out list as a file says it.
INSERT INTO call_out_list (network, contractor_id, place, vehicle_id, who, channel, address, source)
VALUES (%(network)s, %(contractor)s, %(place)s, %(vehicle)s, %(who)s, %(channel)s, %(address)s, %(source)s)
ON CONFLICT (network, contractor_id, place) DO UPDATE SET vehicle_id = excluded.vehicle_id, who = excluded.who,
    channel = excluded.channel, address = excluded.address, source = excluded.source;

-- name: drop_call
-- Takes a line out of a call-out list.
DELETE FROM call_out_list
WHERE network = %(network)s AND contractor_id IS NOT DISTINCT FROM %(contractor)s AND place = %(place)s;

-- name: device
-- Sensors that are taken in.
SELECT device_id AS id, eui, name, model, quantity, lon, lat, mounting_m, stands_for, simulated,
       coalesce(source, '') AS source, NOT simulated AS own
FROM device WHERE adopted;

-- name: retired_device
-- Sensors that were taken in once, as they were known when they were retired.
SELECT device_id AS id, eui, name, model, quantity, lon, lat, mounting_m, stands_for, simulated
FROM device WHERE NOT adopted AND retired_at IS NOT NULL;

-- name: put_device
-- A sensor as a file or a person says it; when it was heard stays.
INSERT INTO device (device_id, eui, name, kind, model, quantity, lon, lat, mounting_m, stands_for, simulated, source,
                    adopted)
VALUES (%(id)s, %(eui)s, %(name)s, 'unknown', %(model)s, %(quantity)s, %(lon)s, %(lat)s, %(mounting_m)s,
        %(stands_for)s, %(simulated)s, %(source)s, true)
ON CONFLICT (device_id) DO UPDATE SET eui = excluded.eui, name = excluded.name, model = excluded.model,
    quantity = excluded.quantity, lon = excluded.lon, lat = excluded.lat, mounting_m = excluded.mounting_m,
    stands_for = excluded.stands_for, simulated = excluded.simulated, source = excluded.source, adopted = true,
    retired_at = NULL;

-- name: drop_device
-- Takes a sensor away for good: its readings, hours, series and itself.
WITH gone AS (SELECT series_id FROM series WHERE device_id = %(id)s),
     readings AS (DELETE FROM reading WHERE series_id IN (SELECT series_id FROM gone)),
     conflicts AS (DELETE FROM reading_conflict WHERE series_id IN (SELECT series_id FROM gone))
DELETE FROM reading_hourly WHERE series_id IN (SELECT series_id FROM gone);

-- name: drop_device_itself
-- After its readings are gone.
DELETE FROM series WHERE device_id = %(id)s;

-- name: drop_device_row
-- After its series are gone.
DELETE FROM device WHERE device_id = %(id)s;

-- name: let_go_device
-- Nothing is measured by it any more.
WITH vessels AS (UPDATE vessel SET device_id = NULL WHERE device_id = %(id)s)
UPDATE building SET device_id = NULL WHERE device_id = %(id)s;

-- name: hand_over_device
-- What one sensor measured is measured by another from now on.
WITH vessels AS (UPDATE vessel SET device_id = %(new)s WHERE device_id = %(old)s)
UPDATE building SET device_id = %(new)s WHERE device_id = %(old)s;

-- name: measured_by
-- What each sensor measures, by the vessels and buildings that name it.
SELECT device_id AS device, 'vessel' AS kind, vessel_id AS id FROM vessel WHERE device_id IS NOT NULL
UNION ALL
SELECT device_id, 'building', building_id FROM building WHERE device_id IS NOT NULL ORDER BY 1, 2, 3;

-- name: set_vessel_device
-- Says which sensor measures a vessel.
UPDATE vessel SET device_id = %(device)s WHERE vessel_id = %(id)s;

-- name: retire_device
-- Its readings are not taken any more; those from before stay.
UPDATE device SET adopted = false, retired_at = %(at)s WHERE device_id = %(id)s AND adopted;

-- name: heard
-- All sensors by when they were last heard, those that nobody took in first; a radio that belongs to one is that one.
SELECT d.device_id AS id, d.eui, d.name, d.adopted, d.retired_at, d.first_seen, d.last_received, d.last_time,
       d.simulated
FROM device d
WHERE d.adopted OR NOT EXISTS (SELECT FROM device of WHERE of.eui = d.device_id AND of.adopted)
ORDER BY d.adopted, d.last_received DESC NULLS LAST, d.device_id;

-- name: newest_values
-- The newest value of each series.
SELECT device_id AS device, quantity, unit, time, value FROM reading_latest WHERE device_id = ANY(%(devices)s)
ORDER BY 1, 2;

-- name: newest_letters
-- The newest parked message of each device that nobody has taken in.
SELECT DISTINCT ON (device_id) device_id, topic, payload, received_at FROM dead_letter
WHERE device_id = ANY(%(devices)s) AND octet_length(payload) = payload_bytes
ORDER BY device_id, received_at DESC;

-- name: segment_middle
-- Where a segment is, by its id or by the name of its street.
SELECT segment_id, lons[(array_length(lons, 1) + 1) / 2], lats[(array_length(lats, 1) + 1) / 2] FROM road_segment
WHERE segment_id = %(named)s OR name = %(named)s
ORDER BY segment_id <> %(named)s, length_m DESC LIMIT 1;

-- name: town
-- The box of the streets; no row values where none are imported.
SELECT min(least(lons[1], lons[array_length(lons, 1)])), min(least(lats[1], lats[array_length(lats, 1)])),
       max(greatest(lons[1], lons[array_length(lons, 1)])), max(greatest(lats[1], lats[array_length(lats, 1)]))
FROM road_segment;

-- name: remember_forgotten
-- The map does not bring it back.
INSERT INTO forgotten (kind, id, at) VALUES (%(kind)s, %(id)s, %(at)s) ON CONFLICT DO NOTHING;

-- name: unforget
-- A file names it again.
DELETE FROM forgotten WHERE kind = %(kind)s AND id = ANY(%(ids)s);

-- name: out_now
-- The vehicles that hold an order under way.
SELECT DISTINCT vehicle_id FROM order_now
WHERE vehicle_id IS NOT NULL AND state = ANY(%(states)s) AND state_at > %(since)s;

-- name: things
-- Vessels and buildings with their name and place, for a sensor that stands for one.
SELECT 'vessel' AS kind, v.vessel_id AS id, r.name, r.lon, r.lat FROM vessel v JOIN room r USING (room_id)
UNION ALL
SELECT 'building', building_id, name, lon, lat FROM building;

-- name: set_building_device
-- Says which sensor measures a building.
UPDATE building SET device_id = %(device)s WHERE building_id = %(id)s;

-- name: known_as
-- The sensors by the name of their radio.
SELECT eui, device_id FROM device WHERE eui IS NOT NULL;

-- name: maps
-- The data sets that streets, rooms, buildings and places of the map came from, with how many segments each has.
SELECT d.name, (SELECT count(*) FROM road_segment s WHERE s.dataset = d.name) FROM dataset d
WHERE d.licence <> 'own data' ORDER BY 1;

-- name: drop_map_vessels
-- Vessels in rooms of a map, before these go.
DELETE FROM vessel v USING room r WHERE r.room_id = v.room_id AND r.dataset = %(name)s;

-- name: drop_map_things
-- What a map brought beside its streets.
WITH rooms AS (DELETE FROM room WHERE dataset = %(name)s),
     buildings AS (DELETE FROM building WHERE dataset = %(name)s),
     places AS (DELETE FROM place WHERE dataset = %(name)s)
DELETE FROM road_segment WHERE dataset = %(name)s;

-- name: drop_map
-- A data set of which nothing is left.
DELETE FROM dataset WHERE name = %(name)s;

-- name: street_names
-- The names of all streets, for one that is misspelt.
SELECT DISTINCT name FROM road_segment WHERE name <> '' ORDER BY 1;

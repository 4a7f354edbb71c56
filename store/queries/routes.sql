-- name: forget_route
-- Before a route of the same name is written anew; its steps go with it.
DELETE FROM existing_route WHERE route_name = %(name)s;

-- name: save_route
-- A route of today, without its steps.
INSERT INTO existing_route (route_name, vehicle_id, route_class, source, imported_at, length_m, share_matched, work_assumed)
VALUES (%(name)s, %(vehicle)s, %(route_class)s, %(source)s, %(imported_at)s, %(length_m)s, %(share_matched)s,
        %(work_assumed)s);

-- name: copy_steps
-- Takes the steps of a route in, one row after the other.
COPY existing_route_step (route_name, place, segment_id, forward, serve) FROM STDIN;

-- name: load_routes
-- Every route of today by name, with its steps in order as three lists.
SELECT r.route_name, r.vehicle_id, r.route_class, r.source, r.imported_at, r.length_m, r.share_matched, r.work_assumed,
       array_agg(s.segment_id ORDER BY s.place), array_agg(s.forward ORDER BY s.place),
       array_agg(s.serve ORDER BY s.place)
FROM existing_route r JOIN existing_route_step s USING (route_name)
GROUP BY r.route_name
ORDER BY r.route_name COLLATE "C";

-- name: lock
-- One at a time takes a report of this number in.
SELECT pg_advisory_xact_lock(7246007, hashtext(%(id)s));

-- name: add
-- Keeps a report with what became of it.
INSERT INTO driver_report (report_id, vehicle_id, phone_id, n, kind, said_at, observed_at, received_at, order_id,
                           segment_id, room_id, lon, lat, heading, about, content, became, became_n, became_id, problem)
VALUES (%(id)s, %(vehicle)s, %(phone)s, %(n)s, %(kind)s, %(said_at)s, %(observed_at)s, %(received_at)s, %(order)s,
        %(segment)s, %(room)s, %(lon)s, %(lat)s, %(heading)s, %(about)s, %(content)s, %(became)s, %(became_n)s,
        %(became_id)s, %(problem)s);

-- name: before
-- When the report that its phone made before it was seen.
SELECT observed_at FROM driver_report WHERE phone_id = %(phone)s AND n < %(n)s ORDER BY n DESC LIMIT 1;

-- name: report
-- One report with what became of it.
SELECT r.report_id::text AS id, vehicle_id AS vehicle, kind, observed_at, received_at, order_id::text AS "order",
       segment_id AS segment, room_id AS room, lon, lat, about::text AS about, content, became, became_n,
       became_id::text AS became_id, problem,
       EXISTS (SELECT FROM driver_report u WHERE u.about = r.report_id AND u.kind = 'undo') AS taken_back,
       a.at AS answered_at, a.text AS answer
FROM driver_report r
LEFT JOIN LATERAL (SELECT at, text FROM report_answer WHERE report_id = r.report_id ORDER BY at DESC LIMIT 1) a ON true
WHERE r.report_id = %(id)s;

-- name: reports
-- Reports that came since a time, of a vehicle where one is named, in the order in which things were seen.
SELECT r.report_id::text AS id, vehicle_id AS vehicle, kind, observed_at, received_at, order_id::text AS "order",
       segment_id AS segment, room_id AS room, lon, lat, about::text AS about, content, became, became_n,
       became_id::text AS became_id, problem,
       EXISTS (SELECT FROM driver_report u WHERE u.about = r.report_id AND u.kind = 'undo') AS taken_back,
       a.at AS answered_at, a.text AS answer
FROM driver_report r
LEFT JOIN LATERAL (SELECT at, text FROM report_answer WHERE report_id = r.report_id ORDER BY at DESC LIMIT 1) a ON true
WHERE received_at >= %(since)s AND (%(vehicle)s::text IS NULL OR vehicle_id = %(vehicle)s)
ORDER BY observed_at, n, r.report_id;

-- name: answer
-- What the depot says to a report.
INSERT INTO report_answer (report_id, at, who, text) SELECT report_id, %(at)s, %(who)s, %(text)s FROM driver_report
WHERE report_id = %(id)s ON CONFLICT DO NOTHING RETURNING report_id;

-- name: treated_since
-- When streets were first treated after a time, and how.
SELECT segment_id AS segment, action, done_at AS at FROM treatment
WHERE segment_id = ANY(%(segments)s) AND done_at > %(since)s ORDER BY done_at;

-- name: waiting
-- Reports of a service that somebody at the depot should see and nobody has: what was seen, what could not be done, the
-- newest first; what was taken back, or said more of since, is left out.
SELECT r.report_id::text AS id, r.vehicle_id AS vehicle, r.kind, r.observed_at, s.name AS street, r.room_id AS room,
       r.content, r.became, r.problem, NULL::text AS answer,
       EXISTS (SELECT FROM report_photo f WHERE f.report_id = r.report_id) AS photo
FROM driver_report r
LEFT JOIN vehicle v ON v.vehicle_id = r.vehicle_id
LEFT JOIN road_segment s ON s.segment_id = r.segment_id
WHERE r.received_at >= %(since)s AND (r.kind = ANY(%(kinds)s) OR r.became = 'conflict')
  AND coalesce(v.domain, %(domain)s) = %(domain)s
  AND NOT EXISTS (SELECT FROM driver_report u WHERE u.about = r.report_id)
  AND NOT EXISTS (SELECT FROM report_answer a WHERE a.report_id = r.report_id)
ORDER BY r.observed_at DESC, r.n DESC LIMIT 50;

-- name: told
-- What drivers of a service saw within a time, what could not be done and when their phones slept, in the order in which
-- it was seen; what was taken back, or said more of since, is left out.
SELECT r.report_id::text AS id, r.vehicle_id AS vehicle, r.kind, r.observed_at, s.name AS street, r.room_id AS room,
       r.content, r.became, r.problem, a.text AS answer,
       EXISTS (SELECT FROM report_photo f WHERE f.report_id = r.report_id) AS photo
FROM driver_report r
LEFT JOIN vehicle v ON v.vehicle_id = r.vehicle_id
LEFT JOIN road_segment s ON s.segment_id = r.segment_id
LEFT JOIN LATERAL (SELECT text FROM report_answer WHERE report_id = r.report_id ORDER BY at DESC LIMIT 1) a ON true
WHERE r.observed_at >= %(begins)s AND r.observed_at < %(ends)s
  AND (r.kind = ANY(%(kinds)s) OR r.kind = 'dark' OR r.became = 'conflict')
  AND coalesce(v.domain, %(domain)s) = %(domain)s
  AND NOT EXISTS (SELECT FROM driver_report u WHERE u.about = r.report_id)
ORDER BY r.observed_at, r.n, r.report_id;

-- name: heard
-- How many reports have come and how many were answered since a time: another number says that something is new.
SELECT (SELECT count(*) FROM driver_report WHERE received_at >= %(since)s)
     + (SELECT count(*) FROM report_answer WHERE at >= %(since)s);

-- name: left_later
-- Streets of some orders that the driver has left for later, and has not said to be done since.
SELECT DISTINCT order_id::text, segment_id FROM driver_report r
WHERE kind = 'later' AND order_id = ANY(%(orders)s::uuid[]) AND segment_id IS NOT NULL AND became <> 'conflict'
  AND NOT EXISTS (SELECT FROM driver_report u WHERE u.about = r.report_id AND u.kind = 'undo')
  AND NOT EXISTS (SELECT FROM order_step e WHERE e.order_id = r.order_id AND e.kind = 'segment_done'
                  AND e.segment_id = r.segment_id AND e.at >= r.observed_at);

-- name: add_photo
-- The photograph of a report; the first one stays.
INSERT INTO report_photo (report_id, jpeg, received_at) VALUES (%(id)s, %(jpeg)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING true;

-- name: photo
-- The photograph of a report.
SELECT jpeg FROM report_photo WHERE report_id = %(id)s;

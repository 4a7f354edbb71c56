-- Which order a vehicle's positions count for, where it is out on several runs of one tur.

CREATE VIEW vehicle_begun AS
SELECT v.order_id, v.created_at, o.domain, o.target, v.vehicle_id, v.until, begun.at AS started_at,
       greatest(v.since, coalesce(begun.at, i.starts_at - interval '30 minutes')) AS since
FROM vehicle_out v JOIN plan_order o USING (order_id) LEFT JOIN intervention i USING (plan_id, key)
JOIN LATERAL (SELECT min(at) AS at FROM order_step e WHERE e.order_id = v.order_id AND e.kind = 'started') begun ON true;
COMMENT ON VIEW vehicle_begun IS 'When a vehicle began an order: at its start, or where nobody told of one half an hour before its planned start, not before its acknowledgement.';

CREATE VIEW vehicle_work AS
SELECT own.order_id, own.created_at, own.vehicle_id, greatest(own.since, runs.before) AS since,
       least(own.until, runs.after) AS until
FROM vehicle_begun own
JOIN LATERAL (
    SELECT max(coalesce(r.until, 'infinity')) FILTER (
               WHERE r.since <= own.since AND r.started_at IS NOT NULL AND own.started_at IS NULL) AS before,
           min(r.since) FILTER (
               WHERE r.since > own.since AND (r.started_at IS NOT NULL OR own.started_at IS NULL)) AS after
    FROM vehicle_begun r
    WHERE r.vehicle_id = own.vehicle_id AND r.domain = own.domain AND r.target = own.target
      AND r.order_id <> own.order_id
      AND r.created_at BETWEEN own.created_at - interval '36 hours' AND own.created_at + interval '36 hours'
) runs ON true
WHERE greatest(own.since, runs.before) < coalesce(least(own.until, runs.after), 'infinity');
COMMENT ON VIEW vehicle_work IS 'Whose work a vehicle''s positions are: of several runs of one tur each has its own, from when it was begun to its end or to the next one.';

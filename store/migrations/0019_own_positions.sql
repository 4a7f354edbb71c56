-- Which order a vehicle's positions count for, where it is out on several runs of one tur.

CREATE VIEW vehicle_begun AS
SELECT v.order_id, v.created_at, o.domain, o.target, v.vehicle_id, v.until, begun.at AS started_at,
       greatest(v.since, coalesce(begun.at, i.starts_at - interval '30 minutes')) AS since
FROM vehicle_out v JOIN plan_order o USING (order_id) LEFT JOIN intervention i USING (plan_id, key)
JOIN LATERAL (SELECT min(at) AS at FROM order_step e WHERE e.order_id = v.order_id AND e.kind = 'started') begun ON true;
COMMENT ON VIEW vehicle_begun IS 'When a vehicle began an order: at its start, or where nobody told of one half an hour before its planned start, not before its acknowledgement.';

CREATE FUNCTION vehicle_work(made_from timestamptz, made_until timestamptz)
RETURNS TABLE (order_id uuid, vehicle_id text, since timestamptz, until timestamptz) LANGUAGE sql STABLE AS $$
    WITH begun AS MATERIALIZED (
        SELECT * FROM vehicle_begun b
        WHERE b.created_at BETWEEN made_from - interval '36 hours' AND made_until + interval '36 hours'
    ), runs AS (
        SELECT own.order_id, own.vehicle_id, own.since, own.until,
               max(coalesce(r.until, 'infinity')) FILTER (
                   WHERE r.since <= own.since AND r.started_at IS NOT NULL AND own.started_at IS NULL) AS before,
               min(r.since) FILTER (
                   WHERE r.since > own.since AND (r.started_at IS NOT NULL OR own.started_at IS NULL)) AS after
        FROM begun own
        LEFT JOIN begun r ON r.vehicle_id = own.vehicle_id AND r.domain = own.domain AND r.target = own.target
                         AND r.order_id <> own.order_id
        WHERE own.created_at BETWEEN made_from AND made_until
        GROUP BY own.order_id, own.vehicle_id, own.since, own.until
    )
    SELECT order_id, vehicle_id, greatest(since, before), least(until, after) FROM runs
    WHERE greatest(since, before) < coalesce(least(until, after), 'infinity')
$$;
COMMENT ON FUNCTION vehicle_work(timestamptz, timestamptz) IS 'Whose work a vehicle''s positions are, of the orders made in a time: of several runs of one tur each has its own, from when it was begun to its end or to the next one.';

-- name: happenings
-- What became known or was decided of a service day: plans, drafts and answers, what people saw and turned down, other
-- vehicles and manning, steps of orders and calls; of each when it was taken back, where it was.
WITH own AS (SELECT plan_id FROM plan WHERE domain = %(domain)s AND mode = %(mode)s AND service_day = %(day)s),
     made AS (SELECT o.order_id, o.key, o.vehicle_id FROM plan_order o JOIN own USING (plan_id)),
     keys AS (SELECT DISTINCT key FROM intervention JOIN own USING (plan_id)),
     streets AS (
         SELECT t.observation_id, jsonb_agg(DISTINCT s.name) FILTER (WHERE s.name <> '') AS names
         FROM observation t LEFT JOIN road_segment s ON s.segment_id = ANY(t.segments)
         WHERE %(domain)s = 'snow' AND t.noted_at >= %(begins)s AND t.noted_at < %(ends)s GROUP BY 1
     ),
     answered AS (
         SELECT d.draft_id, d.made_at, a.at, a.accepted, a.who, jsonb_build_object(
                    'added', coalesce((SELECT jsonb_agg(c->>'key') FROM jsonb_array_elements(d.difference->'added') c), '[]'),
                    'dropped', coalesce((SELECT jsonb_agg(c->>'key') FROM jsonb_array_elements(d.difference->'dropped') c), '[]'),
                    'bust', coalesce(jsonb_array_length(d.difference->'busts'), 0) > 0,
                    'more', (d.difference->'busts'->0->>'more')::boolean) AS change,
                (SELECT min(p.created_at) FROM plan p WHERE a.accepted AND p.slot = 'event:undo:' || d.draft_id) AS undone_at
         FROM snow_draft d JOIN own ON own.plan_id = d.base_plan LEFT JOIN snow_draft_answer a USING (draft_id)
     )
SELECT at, kind, step, who, key, coalesce(vehicle, '') AS vehicle, note, undone_at, more FROM (
    SELECT created_at AS at, 'plan' AS kind, slot AS step, '' AS who, '' AS key, '' AS vehicle, '' AS note,
           NULL::timestamptz AS undone_at, jsonb_build_object('version', version) AS more
    FROM plan JOIN own USING (plan_id)
    UNION ALL
    SELECT made_at, 'draft', '', '', '', '', '', NULL, change FROM answered
    UNION ALL
    SELECT at, 'answer', CASE WHEN accepted THEN 'accepted' ELSE 'rejected' END, who, '', '', '', undone_at, change
    FROM answered WHERE at IS NOT NULL
    UNION ALL
    SELECT t.noted_at, 'observation', t.quantity, t.who, '', '', t.why, e.at,
           jsonb_build_object('value', t.value, 'streets', coalesce(s.names, '[]'), 'segments', cardinality(t.segments))
    FROM observation t JOIN streets s USING (observation_id) LEFT JOIN observation_end e USING (observation_id)
    UNION ALL
    SELECT d.at, 'decline', d.cause, d.who, d.key, '', d.note,
           (SELECT min(e.at) FROM decline_end e WHERE e.key = d.key AND e.at >= d.at), '{}'
    FROM decline d JOIN own USING (plan_id)
    UNION ALL
    SELECT e.at, 'decline_end', '', e.who, e.key, '', '', NULL, '{}' FROM decline_end e JOIN keys USING (key)
    UNION ALL
    SELECT c.at, 'choice', '', c.who, c.key, c.vehicle_id, '', NULL, '{}' FROM vehicle_choice c JOIN keys USING (key)
    UNION ALL
    SELECT c.noted_at, 'change', c.kind, c.noted_by, '', c.vehicle_id, c.why, e.at,
           jsonb_build_object('role', c.who, 'until', c.until_at)
    FROM crew_change c LEFT JOIN crew_change_end e USING (change_id) LEFT JOIN vehicle v USING (vehicle_id)
    WHERE c.noted_at >= %(begins)s AND c.noted_at < %(ends)s AND coalesce(v.domain, %(domain)s) = %(domain)s
    UNION ALL
    SELECT e.at, 'order', e.kind, e.who, m.key, coalesce(e.vehicle_id, m.vehicle_id), e.note, u.at,
           jsonb_build_object('passed', e.vehicle_id IS NOT NULL)
    FROM order_event e JOIN made m USING (order_id)
    LEFT JOIN order_event u ON u.order_id = e.order_id AND u.undoes = e.n
    WHERE e.kind NOT IN ('delivered', 'segment_done', 'stop_done', 'undone')
      AND NOT (e.kind = 'sent' AND EXISTS (SELECT FROM crew_call_order c WHERE c.order_id = e.order_id))
    UNION ALL
    SELECT e.at, 'call', CASE WHEN c.kind = 'stop' AND e.kind = 'sent' THEN 'stop_sent' ELSE e.kind END, e.who,
           m.key, c.vehicle_id, e.note, u.at, jsonb_build_object('role', c.who, 'channel', c.channel)
    FROM crew_call_event e JOIN crew_call c USING (call_id) JOIN crew_call_order o USING (call_id)
    JOIN made m USING (order_id) LEFT JOIN crew_call_event u ON u.call_id = e.call_id AND u.undoes = e.n
    WHERE e.kind IN ('withdrawn', 'sent', 'failed', 'unsure', 'by_hand', 'unanswered', 'stopped')
) told
ORDER BY at, kind, key;

-- name: salt_streets
-- Length and width of some streets.
SELECT segment_id AS id, length_m, width_m FROM road_segment WHERE segment_id = ANY(%(segments)s);

-- name: open_calls
-- Calls about some orders that nobody has answered, each once, with those of its orders that nobody was called about since.
WITH newest AS (
    SELECT DISTINCT ON (o.order_id) o.order_id, o.call_id
    FROM crew_call_order o JOIN crew_call_now c USING (call_id)
    WHERE o.order_id = ANY(%(ids)s::uuid[]) AND c.kind = 'go' AND c.state <> 'withdrawn'
    ORDER BY o.order_id, c.made_at DESC, (SELECT count(*) FROM crew_call f WHERE f.follows = c.call_id), c.call_id
)
SELECT c.vehicle_id AS vehicle, c.who, c.channel, c.state, c.state_at, array_agg(m.key ORDER BY o.place) AS keys
FROM newest JOIN crew_call_now c USING (call_id) JOIN crew_call_order o USING (call_id, order_id)
JOIN plan_order m USING (order_id)
WHERE c.state IN ('made', 'tried', 'waits', 'sent', 'delivered', 'failed', 'unsure', 'by_hand', 'unanswered')
GROUP BY c.call_id, c.vehicle_id, c.who, c.channel, c.state, c.state_at
ORDER BY c.state_at, c.vehicle_id;

-- name: due
-- Calls of some channels that are to leave, or whose last try is over: made and their time has come, waiting and their
-- pause is over (doubled with each try), or tried so long ago that nobody will tell the end. The oldest first.
SELECT s.id
FROM (
    SELECT n.call_id::text AS id, n.leaves_at, n.state, n.state_at, n.tries
    FROM crew_call_now n
    WHERE n.made_at >= %(since)s AND n.channel = ANY(%(channels)s) AND n.leaves_at <= %(now)s
      AND (%(call_id)s::uuid IS NULL OR n.call_id = %(call_id)s) AND n.state IN ('made', 'waits', 'tried')
) s
WHERE s.state = 'made'
   OR (s.state = 'waits'
       AND s.state_at + make_interval(secs => %(back_off_s)s * power(2, least(greatest(s.tries, 1), 30) - 1)) <= %(now)s)
   OR (s.state = 'tried' AND s.state_at + make_interval(secs => %(lease_s)s) <= %(now)s)
ORDER BY s.leaves_at, s.id LIMIT %(limit)s;

-- name: hold
-- Holds a call until the end of the transaction, where nobody else does: who comes second goes on to the next.
SELECT call_id FROM crew_call WHERE call_id = %(call_id)s FOR UPDATE SKIP LOCKED;

-- name: lock
-- Holds a call until the end of the transaction; who comes second waits.
SELECT call_id FROM crew_call WHERE call_id = %(call_id)s FOR UPDATE;

-- name: standing
-- Where one call stands.
SELECT call_id::text AS id, kind, vehicle_id AS vehicle, contractor_id AS contractor, who, channel, address, text,
       made_at, made_by, leaves_at, follows::text AS follows,
       ARRAY(SELECT o.order_id::text FROM crew_call_order o WHERE o.call_id = n.call_id ORDER BY o.place) AS orders,
       state, state_at, state_who, state_note, tries, sent_at, delivered_at, answered_at, ref
FROM crew_call_now n WHERE call_id = %(call_id)s;

-- name: in_doubt
-- Whether some try of a call may have left although nobody said so.
SELECT EXISTS (SELECT FROM crew_call_event WHERE call_id = %(call_id)s AND kind = 'unsure');

-- name: add_step
-- Adds the next step of a call.
INSERT INTO crew_call_event (call_id, n, kind, at, who, note, ref, undoes)
SELECT %(call_id)s, coalesce(max(n), 0) + 1, %(kind)s, %(at)s, %(who)s, %(note)s, %(ref)s, %(undoes)s
FROM crew_call_event WHERE call_id = %(call_id)s
RETURNING n;

-- name: to_ask
-- Calls that left, or may have, of which the channel may know more: those that nobody has answered yet.
SELECT call_id::text AS id, kind, vehicle_id AS vehicle, contractor_id AS contractor, who, channel, address, text,
       made_at, made_by, leaves_at, follows::text AS follows,
       ARRAY(SELECT o.order_id::text FROM crew_call_order o WHERE o.call_id = n.call_id ORDER BY o.place) AS orders,
       state, state_at, state_who, state_note, tries, sent_at, delivered_at, answered_at, ref
FROM crew_call_now n
WHERE made_at >= %(since)s AND channel = ANY(%(channels)s) AND state IN ('sent', 'delivered', 'unsure', 'unanswered')
  AND tries > 0
ORDER BY made_at, call_id;

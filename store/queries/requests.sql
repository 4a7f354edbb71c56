-- name: season
-- How often each segment was ploughed since its snow was driven away, and sanded since it was swept, from a time on.
SELECT t.segment_id AS segment,
       count(*) FILTER (WHERE t.action LIKE 'plough%%' AND t.done_at > coalesce(last.hauled, %(since)s)) AS ploughed,
       count(*) FILTER (WHERE t.action IN ('sand', 'plough_sand') AND t.done_at > coalesce(last.swept, %(since)s)) AS sanded
FROM treatment t
LEFT JOIN (
    SELECT segment_id, max(done_at) FILTER (WHERE action = 'haul') AS hauled,
           max(done_at) FILTER (WHERE action = 'sweep') AS swept
    FROM treatment WHERE done_at > %(since)s AND done_at <= %(at)s AND action IN ('haul', 'sweep') GROUP BY 1
) last ON last.segment_id = t.segment_id
WHERE t.done_at > %(since)s AND t.done_at <= %(at)s AND (t.action LIKE 'plough%%' OR t.action = 'sand')
GROUP BY 1 ORDER BY t.segment_id COLLATE "C";

-- name: requests
-- What was asked for and still holds at a time, with the segments on which it has not been done since.
SELECT * FROM (
    SELECT a.request_id::text AS id, a.kind,
           ARRAY(SELECT u.segment FROM unnest(a.segments) WITH ORDINALITY u (segment, n)
                 WHERE NOT EXISTS (SELECT FROM treatment t WHERE t.segment_id = u.segment AND t.action = a.kind
                                   AND t.done_at > a.at AND t.done_at <= %(at)s)
                 ORDER BY u.n) AS segments,
           a.who, a.why, a.at, a.until
    FROM work_request a LEFT JOIN work_request_end e USING (request_id)
    WHERE a.at <= %(at)s AND a.until > %(at)s AND (e.at IS NULL OR e.at > %(at)s)
) open
WHERE cardinality(segments) > 0
ORDER BY at, id;

-- name: add_request
-- Notes what somebody asks for.
INSERT INTO work_request (request_id, kind, segments, who, why, at, until)
VALUES (%(id)s, %(kind)s, %(segments)s, %(who)s, %(why)s, %(at)s, %(until)s);

-- name: end_request
-- Takes back what was asked for; what is taken back already stays so.
INSERT INTO work_request_end (request_id, at, who) SELECT request_id, %(at)s, %(who)s FROM work_request WHERE request_id = %(id)s
ON CONFLICT (request_id) DO UPDATE SET request_id = excluded.request_id
RETURNING request_id;

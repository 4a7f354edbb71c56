-- name: add_draft
-- Adds a draft; the same inputs against the same live plan give it only once.
INSERT INTO snow_draft (draft_id, base_plan, made_at, event, inputs_hash, difference, doc, curves)
VALUES (%(draft_id)s, %(base_plan)s, %(made_at)s, %(event)s, %(inputs_hash)s, %(difference)s, %(doc)s, %(curves)s)
ON CONFLICT (base_plan, inputs_hash) DO NOTHING;

-- name: newest
-- The newest draft against a plan with its answer, both as they were known at a time where one is given.
SELECT d.draft_id, d.base_plan, d.made_at, d.event, d.difference, a.accepted, a.who, a.at
FROM snow_draft d LEFT JOIN snow_draft_answer a
  ON a.draft_id = d.draft_id AND (%(at)s::timestamptz IS NULL OR a.at <= %(at)s)
WHERE d.base_plan = %(base_plan)s AND (%(at)s::timestamptz IS NULL OR d.made_at <= %(at)s)
ORDER BY d.made_at DESC, d.draft_id LIMIT 1;

-- name: lock_draft
-- A draft with its plan and curves, held until the end of the transaction.
SELECT d.draft_id, d.base_plan, d.made_at, d.event, d.difference,
       (SELECT a.accepted FROM snow_draft_answer a WHERE a.draft_id = d.draft_id),
       (SELECT a.who FROM snow_draft_answer a WHERE a.draft_id = d.draft_id),
       (SELECT a.at FROM snow_draft_answer a WHERE a.draft_id = d.draft_id), d.doc, d.curves
FROM snow_draft d WHERE d.draft_id = %(draft_id)s FOR UPDATE;

-- name: answer
-- Notes what somebody answered.
INSERT INTO snow_draft_answer (draft_id, accepted, at, who, plan_id)
VALUES (%(draft_id)s, %(accepted)s, %(at)s, %(who)s, %(plan_id)s);

-- name: accepted_as
-- When a draft was accepted, and as which plan.
SELECT at, plan_id FROM snow_draft_answer WHERE draft_id = %(draft_id)s AND accepted;

-- name: add_look
-- Notes what a look found.
INSERT INTO watch_look (base_plan, at, event, added, dropped)
VALUES (%(base_plan)s, %(at)s, %(event)s, %(added)s, %(dropped)s) ON CONFLICT DO NOTHING;

-- name: looks
-- What the looks of a time found, whichever plan was live, oldest first.
SELECT at, added, dropped FROM watch_look WHERE at BETWEEN %(since)s AND %(now)s ORDER BY at, event;

-- name: last_taken
-- When a person last took a draft.
SELECT max(at) FROM snow_draft_answer WHERE accepted AND at <= %(now)s;

-- name: watch_now
-- Where the watch stands now, or as it was known at a time, in one look: its newest draft against a plan (none where there is no plan), the
-- newest answer to any draft with the version of the plan that it became, and when it looked last; its looks stand
-- among the runs of the first domain.
SELECT (SELECT to_jsonb(d) FROM (
            SELECT d.draft_id::text AS id, d.base_plan::text AS base_plan, d.made_at, d.event, d.difference, a.accepted,
                   coalesce(a.who, '') AS answered_by, a.at AS answered_at
            FROM snow_draft d LEFT JOIN snow_draft_answer a ON a.draft_id = d.draft_id AND (%(at)s::timestamptz IS NULL OR a.at <= %(at)s)
            WHERE d.base_plan = %(base_plan)s::uuid AND (%(at)s::timestamptz IS NULL OR d.made_at <= %(at)s)
            ORDER BY d.made_at DESC, d.draft_id LIMIT 1
        ) d) AS draft,
       (SELECT to_jsonb(a) FROM (
            SELECT a.draft_id::text AS draft_id, a.accepted, a.at, a.who, p.version
            FROM snow_draft_answer a LEFT JOIN plan p ON p.plan_id = a.plan_id
            WHERE %(at)s::timestamptz IS NULL OR a.at <= %(at)s ORDER BY a.at DESC LIMIT 1
        ) a) AS answer,
       (SELECT max(claimed_at) FROM plan_run
        WHERE domain = 'snow' AND mode = %(mode)s AND slot LIKE 'watch:%%' AND claimed_at <= %(now)s
          AND service_day >= (%(now)s::timestamptz - interval '2 days')::date) AS last_look;

-- name: thresholds
-- The versions of all thresholds that hold at a time: the newest of each key and scope.
SELECT DISTINCT ON (key, scope) key, scope, value, unit, version, valid_from, changed_by, reason, text
FROM threshold WHERE valid_from <= %(at)s ORDER BY key, scope, version DESC;

-- name: add_threshold
-- Adds the next version of a threshold.
INSERT INTO threshold (key, scope, version, value, text, unit, valid_from, changed_by, reason)
SELECT %(key)s, %(scope)s, coalesce(max(version), 0) + 1, %(value)s, %(text)s, %(unit)s, %(valid_from)s, %(changed_by)s, %(reason)s
FROM threshold WHERE key = %(key)s AND scope = %(scope)s
RETURNING version;

-- name: has_thresholds
-- Whether any threshold is there, as in every database but a new one.
SELECT EXISTS (SELECT FROM threshold);

-- name: seed_threshold
-- Adds version 1 of a threshold to a scope that has none. Not where a person has set the key for all scopes: that value
-- decides for this scope too, and goes on to.
INSERT INTO threshold (key, scope, version, value, text, unit, valid_from, changed_by, reason)
SELECT %(key)s, %(scope)s, 1, %(value)s, %(text)s, %(unit)s, %(valid_from)s, %(changed_by)s, %(reason)s
WHERE NOT EXISTS (SELECT 1 FROM threshold WHERE key = %(key)s AND scope = '*' AND changed_by <> %(changed_by)s)
ON CONFLICT (key, scope, version) DO NOTHING;

-- name: stand_by_run
-- A lock that a planner holds while it makes a plan, and that the server frees when it dies. No row is locked.
SELECT pg_try_advisory_lock(hashtextextended(
    concat_ws(' ', 'plan_run', %(domain)s::text, %(service_day)s::date, %(slot)s::text, %(mode)s::text), 0));

-- name: leave_run
-- Frees that lock.
SELECT pg_advisory_unlock(hashtextextended(
    concat_ws(' ', 'plan_run', %(domain)s::text, %(service_day)s::date, %(slot)s::text, %(mode)s::text), 0));

-- name: claim_run
-- Claims a due plan: the first to insert, one that takes over from a planner that died (its lock is free), or an expired
-- claim, which is also the end of the pause of a run that failed. Gives no row to all others.
INSERT INTO plan_run (domain, service_day, slot, mode, claimed_by, claimed_at, claim_expires, due_at)
SELECT %(domain)s, %(service_day)s, %(slot)s, %(mode)s, %(claimed_by)s, %(now)s, %(expires)s, %(due_at)s
WHERE %(free)s OR EXISTS (SELECT FROM plan_run WHERE domain = %(domain)s AND service_day = %(service_day)s
    AND slot = %(slot)s AND mode = %(mode)s AND claim_expires <= %(now)s)
ON CONFLICT (domain, service_day, slot, mode) DO UPDATE
    SET claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at,
        claim_expires = excluded.claim_expires, tries = plan_run.tries + 1, problem = NULL
    WHERE plan_run.finished_at IS NULL
      AND (plan_run.claim_expires <= %(now)s OR (%(free)s AND plan_run.problem IS NULL))
RETURNING tries;

-- name: hold_run
-- Locks the claim in the publishing transaction; no row means that another planner took it over.
SELECT 1 FROM plan_run WHERE domain = %(domain)s AND service_day = %(service_day)s AND slot = %(slot)s
  AND mode = %(mode)s AND claimed_by = %(claimed_by)s AND finished_at IS NULL FOR UPDATE;

-- name: finish_run
-- Notes the plan that a run gave.
UPDATE plan_run SET finished_at = %(now)s, plan_id = %(plan_id)s, problem = NULL
WHERE domain = %(domain)s AND service_day = %(service_day)s AND slot = %(slot)s AND mode = %(mode)s;

-- name: fail_run
-- Notes why a run gave no plan, and lets it be tried again after a pause.
UPDATE plan_run SET problem = %(problem)s, claim_expires = %(retry_at)s
WHERE domain = %(domain)s AND service_day = %(service_day)s AND slot = %(slot)s AND mode = %(mode)s
  AND claimed_by = %(claimed_by)s;

-- name: settled_runs
-- Which runs of a service day are done, or failed so lately that they pause. A claim is no plan: who holds one may be dead.
SELECT slot FROM plan_run WHERE domain = %(domain)s AND service_day = %(service_day)s AND mode = %(mode)s
  AND (finished_at IS NOT NULL OR (problem IS NOT NULL AND claim_expires > %(now)s));

-- name: unmade_runs
-- The runs of a service day that somebody claimed and nobody made, oldest first; none where a later day has a plan.
SELECT slot, due_at FROM plan_run AS run
WHERE domain = %(domain)s AND service_day = %(service_day)s AND mode = %(mode)s AND slot = ANY(%(slots)s)
  AND finished_at IS NULL AND problem IS NULL
  AND NOT EXISTS (SELECT FROM plan WHERE plan.domain = run.domain AND plan.mode = run.mode
                  AND plan.service_day > run.service_day)
ORDER BY due_at;

-- name: unfinished_problem
-- The newest run that failed and has not been made good.
SELECT slot, problem, due_at, tries FROM plan_run
WHERE domain = %(domain)s AND problem IS NOT NULL AND finished_at IS NULL ORDER BY due_at DESC LIMIT 1;

-- name: lock_plans
-- One publication of a domain at a time.
SELECT pg_advisory_xact_lock(7246002, hashtext(%(domain)s));

-- name: latest
-- The newest plan of a domain.
SELECT plan_id, version, inputs_hash, service_day, doc FROM plan
WHERE domain = %(domain)s AND mode = %(mode)s ORDER BY created_at DESC, version DESC LIMIT 1;

-- name: latest_of_day
-- The newest plan of a domain and service day.
SELECT plan_id, version, inputs_hash, service_day, doc FROM plan
WHERE domain = %(domain)s AND service_day = %(service_day)s AND mode = %(mode)s ORDER BY version DESC LIMIT 1;

-- name: by_id
-- One plan.
SELECT plan_id, version, inputs_hash, service_day, doc FROM plan WHERE plan_id = %(plan_id)s;

-- name: days
-- The service days that have plans, newest first.
SELECT DISTINCT service_day FROM plan WHERE domain = %(domain)s AND mode = %(mode)s ORDER BY 1 DESC LIMIT 60;

-- name: add_plan
-- Publishes a plan; never changed afterwards.
INSERT INTO plan VALUES (%(plan_id)s, %(domain)s, %(service_day)s, %(slot)s, %(mode)s, %(version)s, %(supersedes)s,
    %(created_at)s, %(valid_from)s, %(valid_to)s, %(simulated)s, %(inputs_hash)s, %(doc)s);

-- name: add_intervention
-- One intervention of a plan.
INSERT INTO intervention VALUES (%(plan_id)s, %(key)s, %(place)s, %(kind)s, %(target)s, %(priority)s, %(vehicle)s,
    %(starts_at)s, %(ready_by)s);

-- name: notify_plan
-- Tells the open pages that there is a new plan.
SELECT pg_notify('dagsplan', %(message)s);

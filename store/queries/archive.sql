-- name: keep
-- Keeps the curves of a published snow plan.
INSERT INTO snow_archive (plan_id, at, service_day, simulated, curves)
VALUES (%(plan_id)s, %(at)s, %(service_day)s, %(simulated)s, %(curves)s);

-- name: kept_runs
-- The kept plans of a period, in the order of their times.
SELECT plan_id::text AS plan_id, service_day, simulated, curves FROM snow_archive
WHERE (%(first)s::date IS NULL OR service_day >= %(first)s) AND (%(last)s::date IS NULL OR service_day <= %(last)s)
ORDER BY at, plan_id;

-- name: of_plan
-- What is kept of one plan.
SELECT plan_id::text AS plan_id, service_day, simulated, curves FROM snow_archive WHERE plan_id = %(plan_id)s;

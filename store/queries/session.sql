-- name: one_moment
-- From here to its end every query of this transaction sees the same moment, and none writes.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: time_outs
-- The time-outs of this connection for a statement and for a wait for a lock.
SELECT current_setting('statement_timeout'), current_setting('lock_timeout');

-- name: set_time_outs
-- Sets both until somebody sets them again.
SELECT set_config('statement_timeout', %(statement)s, false), set_config('lock_timeout', %(lock)s, false);

-- name: still_there
-- Whether the server answers.
SELECT 1;

-- name: what_clients_wait_for
-- The server processes of a program of ours: whether each works, or waits for its client, and since when.
SELECT pid, coalesce(state, ''), NOT coalesce(state LIKE 'idle%%' OR wait_event_type = 'Client', false), state_change
FROM pg_stat_activity
WHERE application_name = %(name)s AND usename = current_user AND datname = current_database();

-- name: end_process
-- Ends a server process of a program of ours, so that what it holds is free.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid = %(pid)s AND application_name = %(name)s AND usename = current_user;

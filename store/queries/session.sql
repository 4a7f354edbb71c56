-- name: one_moment
-- From here to its end every query of this transaction sees the same moment, and none writes.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: time_outs
-- The time-outs of this connection for a statement and for a wait for a lock.
SELECT current_setting('statement_timeout'), current_setting('lock_timeout');

-- name: set_time_outs
-- Sets both until somebody sets them again.
SELECT set_config('statement_timeout', %(statement)s, false), set_config('lock_timeout', %(lock)s, false);

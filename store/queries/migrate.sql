-- name: hold
-- One migration at a time; who comes second waits and finds the work done.
SELECT pg_advisory_lock(%(lock)s);

-- name: let_go
-- Lets the next one begin.
SELECT pg_advisory_unlock(%(lock)s);

-- name: make_table
-- Where applied migrations are noted; not a migration itself.
CREATE TABLE IF NOT EXISTS schema_migration (
    name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL
);

-- name: applied
-- The migrations that were applied, in order, with what the text of each hashed to.
SELECT name, digest FROM schema_migration ORDER BY name;

-- name: note
-- Notes that a migration was applied.
INSERT INTO schema_migration VALUES (%(name)s, %(digest)s, %(at)s);

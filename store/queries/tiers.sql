-- name: extension_version
-- The version of TimescaleDB in this database; no row where it is not made.
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';

-- name: licence
-- The edition: 'timescale' for the community edition, 'apache' for the other.
SHOW timescaledb.license;

-- name: is_offered
-- Whether the server has TimescaleDB's files.
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb');

-- name: make_extension
-- Makes TimescaleDB in this database.
CREATE EXTENSION IF NOT EXISTS timescaledb;

-- name: simulated_clock
-- The simulated clock, if time is simulated.
SELECT starts_at, wall_start, speed FROM simulated_clock;

-- name: set_simulated_clock
-- Makes time simulated, or sets the simulated time anew.
INSERT INTO simulated_clock (one_row, starts_at, wall_start, speed) VALUES (true, %(starts_at)s, %(wall_start)s, %(speed)s)
ON CONFLICT (one_row) DO UPDATE SET starts_at = excluded.starts_at, wall_start = excluded.wall_start, speed = excluded.speed;

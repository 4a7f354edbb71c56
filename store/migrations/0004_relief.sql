-- The land round each segment, so that the road model knows its sky, its shade and its hollows.

CREATE TABLE segment_relief (
    segment_id text PRIMARY KEY REFERENCES road_segment ON DELETE CASCADE,
    sky_view real NOT NULL CHECK (sky_view BETWEEN 0 AND 1),
    horizon real[] NOT NULL CHECK (array_length(horizon, 1) = 36),
    slope real,
    aspect real,
    above_m real,
    source text NOT NULL,
    resolution_m real NOT NULL CHECK (resolution_m > 0)
);
COMMENT ON TABLE segment_relief IS 'The land round a segment: angles [rad] from north over east, height over the surroundings [m]. No row where no terrain model reaches.';

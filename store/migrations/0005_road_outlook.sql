-- What each street's surface will be like by the newest snow plan, for the map and for whoever asks in SQL.

CREATE TABLE road_outlook (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    at timestamptz NOT NULL,
    first_hour timestamptz NOT NULL,
    hours integer NOT NULL CHECK (hours > 0),
    source text NOT NULL,
    simulated boolean NOT NULL
);
COMMENT ON TABLE road_outlook IS 'One row: when the outlook was computed, when its first hour ends, how many hours, from which forecast.';

CREATE TABLE road_outlook_segment (
    segment_id text PRIMARY KEY REFERENCES road_segment ON DELETE CASCADE,
    surface_c real[] NOT NULL,
    surface_low_c real[] NOT NULL,
    surface_high_c real[] NOT NULL,
    depth_cm real[] NOT NULL,
    depth_low_cm real[] NOT NULL,
    depth_high_cm real[] NOT NULL,
    lies text[] NOT NULL,
    height_k real[] NOT NULL,
    shade_k real[] NOT NULL,
    sky_k real[] NOT NULL,
    traffic_k real[] NOT NULL,
    bridge_k real[] NOT NULL
);
COMMENT ON TABLE road_outlook_segment IS 'A figure for each hour of road_outlook: surface [°C] and snow [cm] with their range, what lies there, and what the land does to the surface [K]; NULL where it is not known.';

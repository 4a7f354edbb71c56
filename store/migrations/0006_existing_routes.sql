-- The routes that a city drives today, matched to segments, so that they can be scored beside ours.

CREATE TABLE existing_route (
    route_name text PRIMARY KEY CHECK (route_name <> ''),
    vehicle_id text,
    route_class text CHECK (route_class IN ('P1', 'P2', 'P3', 'C1', 'C2')),
    source text NOT NULL,
    imported_at timestamptz NOT NULL,
    length_m double precision NOT NULL CHECK (length_m >= 0),
    share_matched double precision NOT NULL CHECK (share_matched BETWEEN 0 AND 1),
    work_assumed boolean NOT NULL
);
COMMENT ON TABLE existing_route IS 'A route of today: length and matched share are those of the file; work_assumed where the file does not say on all of it what is worked.';

CREATE TABLE existing_route_step (
    route_name text NOT NULL REFERENCES existing_route ON DELETE CASCADE,
    place integer NOT NULL,
    segment_id text NOT NULL,
    forward boolean NOT NULL,
    serve boolean NOT NULL,
    PRIMARY KEY (route_name, place)
);
COMMENT ON TABLE existing_route_step IS 'The segments driven, in order. One that a new road import removed stays named here: the route must then be imported again.';

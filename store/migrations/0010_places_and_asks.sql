-- Places that are cleared for themselves, and haulage and sweeping that somebody asks for.

CREATE TABLE place (
    place_id text PRIMARY KEY,
    dataset text NOT NULL REFERENCES dataset,
    kind text NOT NULL CHECK (kind IN ('bus_stop', 'crossing', 'parking', 'school_yard')),
    name text NOT NULL,
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    area_m2 double precision CHECK (area_m2 > 0)
);
CREATE INDEX place_by_dataset ON place (dataset);
COMMENT ON TABLE place IS 'Bus stops, crossings, car parks and school yards, which are cleared for themselves; what was done there stands in treatment.';

CREATE TABLE ask (
    ask_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('haul', 'sweep')),
    segments text[] NOT NULL CHECK (cardinality(segments) > 0),
    who text NOT NULL CHECK (who <> ''),
    why text NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > at)
);
COMMENT ON TABLE ask IS 'Snow haulage or grit sweeping that a person asks for on some streets; who is a role or a vehicle, never a person.';
CREATE TABLE ask_end (
    ask_id uuid PRIMARY KEY REFERENCES ask,
    at timestamptz NOT NULL,
    who text NOT NULL
);
COMMENT ON TABLE ask_end IS 'What was asked for and taken back before its time was out.';
CREATE TRIGGER ask_is_history BEFORE UPDATE OR DELETE ON ask
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ask_is_kept BEFORE TRUNCATE ON ask
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

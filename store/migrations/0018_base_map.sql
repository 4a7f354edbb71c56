-- What lies round the streets, for the eye alone.

CREATE TABLE base_map (
    dataset text PRIMARY KEY REFERENCES dataset ON DELETE CASCADE,
    doc bytea NOT NULL
);
COMMENT ON TABLE base_map IS 'Water, parks, buildings and railways of a dataset as the map is sent them: gzipped JSON. Nothing is planned by it.';

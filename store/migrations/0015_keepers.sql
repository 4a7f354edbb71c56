-- Who keeps which street: what the source of a segment says of it, and the rules of the municipality, which go before.

CREATE TABLE segment_origin (
    segment_id text PRIMARY KEY REFERENCES road_segment ON DELETE CASCADE,
    number text NOT NULL DEFAULT '',
    keeper text NOT NULL CHECK (keeper IN ('municipal', 'state', 'private', 'unknown'))
);
COMMENT ON TABLE segment_origin IS 'What the source says of a segment beside what is planned with: the number of its road, and its keeper before any rule.';
INSERT INTO segment_origin (segment_id, keeper) SELECT segment_id, keeper FROM road_segment;

CREATE TABLE keeper_rule (
    rule_id text PRIMARY KEY CHECK (rule_id <> ''),
    place integer NOT NULL,
    keeper text NOT NULL CHECK (keeper IN ('municipal', 'state', 'private')),
    street text,
    highway text,
    number text,
    way text,
    segment text,
    outline double precision[] CHECK (cardinality(outline) >= 6 AND cardinality(outline) % 2 = 0),
    source text NOT NULL,
    imported_at timestamptz NOT NULL
);
COMMENT ON TABLE keeper_rule IS 'Rules of who keeps a street, applied at every import of roads: the first that fits, by place, counts. outline is a polygon as lon, lat, lon, lat ….';

-- What the sensors, meters and valves of a heated building stand for: its zones, its heat, its set-points.

CREATE TABLE building_point (
    building_id text NOT NULL REFERENCES building ON DELETE CASCADE,
    point text NOT NULL,
    device_id text NOT NULL,
    zone text NOT NULL DEFAULT '',
    quantity text NOT NULL DEFAULT '',
    opens text NOT NULL DEFAULT '',
    closes text NOT NULL DEFAULT '',
    after_school_opens text NOT NULL DEFAULT '',
    after_school_closes text NOT NULL DEFAULT '',
    tag text NOT NULL DEFAULT '',
    source text,
    PRIMARY KEY (building_id, point, device_id)
);
COMMENT ON COLUMN building_point.quantity IS 'Of its readings where it is not the usual one of the point.';
COMMENT ON COLUMN building_point.tag IS 'A Brick or Haystack name, kept and shown.';

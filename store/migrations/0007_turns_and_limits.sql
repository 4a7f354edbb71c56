-- Turns that are banned, and how wide and heavy a vehicle may be on a street: what its signs say.

ALTER TABLE road_segment
    ADD COLUMN max_width_m double precision CHECK (max_width_m > 0),
    ADD COLUMN max_weight_t double precision CHECK (max_weight_t > 0);

ALTER TABLE vehicle
    ADD COLUMN width_m double precision CHECK (width_m > 0),
    ADD COLUMN weight_t double precision CHECK (weight_t > 0);

CREATE TABLE turn_ban (
    from_segment text NOT NULL REFERENCES road_segment ON DELETE CASCADE,
    via_node bigint NOT NULL,
    to_segment text NOT NULL REFERENCES road_segment ON DELETE CASCADE,
    only_network text CHECK (only_network IN ('street', 'cycle')),
    PRIMARY KEY (from_segment, via_node, to_segment)
);
CREATE INDEX turn_ban_to_segment ON turn_ban (to_segment);
COMMENT ON TABLE turn_ban IS 'Who comes from one segment may not go on to the other at the node; only_network: holds for vehicles that clear it alone, NULL for all.';

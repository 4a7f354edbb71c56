-- Where vehicles have been with their work: positions are matched to streets by a step of the scheduler, and what it found
-- stands here for every page.

CREATE TABLE trace (
    order_id uuid NOT NULL REFERENCES plan_order,
    stretch timestamptz NOT NULL,
    positions integer NOT NULL CHECK (positions > 0),
    follows timestamptz,
    newest timestamptz NOT NULL,
    due boolean NOT NULL,
    until timestamptz,
    PRIMARY KEY (order_id, stretch)
);
CREATE INDEX trace_due ON trace (stretch) WHERE due;
COMMENT ON TABLE trace IS 'An order''s positions in stretches of ten minutes, by when each begins: how many have come, and whether they wait to be matched to streets. Kept for store.positions_days.';
COMMENT ON COLUMN trace.follows IS 'The time of the last position of the stretch before, from which this one is driven on.';
COMMENT ON COLUMN trace.until IS 'The time of the last position that was matched.';

CREATE TABLE passage (
    order_id uuid NOT NULL,
    stretch timestamptz NOT NULL,
    n integer NOT NULL,
    segment_id text NOT NULL,
    vehicle_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_id, stretch, n),
    FOREIGN KEY (order_id, stretch) REFERENCES trace ON DELETE CASCADE
);
COMMENT ON TABLE passage IS 'Streets that a vehicle drove whole, at a pace at which it can work, while it was out on an order: in driving order, each with when the vehicle was last seen on it. They go with their stretch.';

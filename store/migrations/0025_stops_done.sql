-- What a crew says of a stop of a round: vessel by vessel, so that what nobody could reach is not called emptied.

CREATE TABLE stop_said (
    order_id uuid NOT NULL,
    n integer NOT NULL,
    room_id text NOT NULL,
    vessel_id text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('emptied', 'empty', 'full', 'unreachable', 'missorted', 'broken')),
    level_pct double precision CHECK (level_pct BETWEEN 0 AND 200),
    kg double precision CHECK (kg BETWEEN 0 AND 100000),
    PRIMARY KEY (order_id, n, vessel_id),
    FOREIGN KEY (order_id, n) REFERENCES order_event
);
COMMENT ON TABLE stop_said IS 'By step of an order: each vessel of a room, what became of it, how full it was and what it weighed.';
CREATE TRIGGER stop_said_is_history BEFORE UPDATE OR DELETE ON stop_said
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

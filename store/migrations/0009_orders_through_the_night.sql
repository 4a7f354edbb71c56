-- Orders through the night: where vehicles are while they are out, which streets are said to be done, who holds an order
-- now, who is called next, and whose rest counts.

CREATE TABLE position (
    vehicle_id text NOT NULL,
    time timestamptz NOT NULL CHECK (time >= '2000-01-01Z' AND time < '2200-01-01Z'),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    heading double precision CHECK (heading BETWEEN 0 AND 360),
    speed_kmh double precision CHECK (speed_kmh >= 0),
    accuracy_m double precision CHECK (accuracy_m >= 0),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (vehicle_id, time)
);
CREATE INDEX position_by_time ON position (time);
COMMENT ON TABLE position IS 'Only of vehicles with an order under way, and only for so many days as store.positions_days says.';

ALTER TABLE order_event
    ADD COLUMN segment_id text,
    ADD COLUMN vehicle_id text;
COMMENT ON COLUMN order_event.segment_id IS 'The street that a segment_done is about.';
COMMENT ON COLUMN order_event.vehicle_id IS 'The vehicle that holds the order from this event on, where it changed.';

ALTER TABLE order_event DROP CONSTRAINT order_event_kind_check;
ALTER TABLE order_event
    ADD CHECK (kind IN ('decided', 'overridden', 'sent', 'acknowledged', 'unanswered', 'refused', 'started',
                        'segment_done', 'stop_done', 'aborted', 'done'));

CREATE INDEX plan_order_by_time ON plan_order (created_at);

CREATE OR REPLACE VIEW order_now AS
SELECT o.order_id, o.plan_id, o.key, o.domain, o.target, coalesce(h.vehicle_id, o.vehicle_id) AS vehicle_id,
       CASE WHEN h.vehicle_id IS NULL THEN o.contractor_id ELSE v.contractor_id END AS contractor_id,
       o.expected_end, o.created_at, e.kind AS state, e.at AS state_at, e.who AS state_who, e.note AS state_note
FROM plan_order o
JOIN LATERAL (
    SELECT * FROM order_event e
    WHERE e.order_id = o.order_id AND e.kind NOT IN ('overridden', 'segment_done', 'stop_done')
    ORDER BY n DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT vehicle_id FROM order_event h WHERE h.order_id = o.order_id AND h.vehicle_id IS NOT NULL
    ORDER BY n DESC LIMIT 1
) h ON true
LEFT JOIN vehicle v ON v.vehicle_id = h.vehicle_id;

CREATE VIEW vehicle_out AS
SELECT o.order_id, o.created_at, held.vehicle_id, greatest(begun.at, held.since) AS since,
       least(ended.at, held.until) AS until
FROM plan_order o
JOIN LATERAL (
    SELECT min(at) AS at FROM order_event e WHERE e.order_id = o.order_id AND e.kind IN ('acknowledged', 'started')
) begun ON begun.at IS NOT NULL
JOIN LATERAL (
    SELECT min(at) AS at FROM order_event e WHERE e.order_id = o.order_id AND e.kind IN ('done', 'aborted', 'refused')
) ended ON true
JOIN LATERAL (
    SELECT step.vehicle_id, step.at AS since, lead(step.at) OVER (ORDER BY step.n) AS until
    FROM (SELECT 0 AS n, o.vehicle_id, o.created_at AS at
          UNION ALL
          SELECT e.n, e.vehicle_id, e.at FROM order_event e WHERE e.order_id = o.order_id AND e.vehicle_id IS NOT NULL
    ) step
) held ON held.vehicle_id IS NOT NULL AND (held.until IS NULL OR held.until > begun.at);
COMMENT ON VIEW vehicle_out IS 'When which vehicle was out on an order: from its acknowledgement or start to its end.';

ALTER TABLE daemon_health
    ADD COLUMN positions bigint NOT NULL DEFAULT 0,
    ADD COLUMN positions_dropped bigint NOT NULL DEFAULT 0;

CREATE TABLE call_out_list (
    network text NOT NULL CHECK (network IN ('street', 'cycle')),
    contractor_id text REFERENCES contractor ON DELETE CASCADE,
    place integer NOT NULL CHECK (place >= 1),
    vehicle_id text NOT NULL REFERENCES vehicle ON DELETE CASCADE,
    who text NOT NULL CHECK (who <> ''),
    channel text NOT NULL CHECK (channel IN ('sms', 'voice', 'radio', 'email', 'app')),
    address text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (network, contractor_id, place)
);
COMMENT ON TABLE call_out_list IS 'Who is called in which order, for a network or for one contractor on it; who is a role or a shift, never a name.';

CREATE TABLE outgoing (
    outgoing_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES plan_order,
    vehicle_id text NOT NULL,
    who text NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX outgoing_by_order ON outgoing (order_id);
CREATE INDEX outgoing_to_send ON outgoing (outgoing_id) WHERE sent_at IS NULL;
COMMENT ON TABLE outgoing IS 'Messages that a call-out has written in its own transaction; an adapter sends them and notes when.';

ALTER TABLE roster_turn ADD COLUMN crew text CHECK (crew <> '');
COMMENT ON COLUMN roster_turn.crew IS 'Who mans it, as a shift; the rest rules hold for them. Without it they hold for the vehicle.';

-- Calls: one message to one vehicle with its turer, what became of it, and steps that are taken back.

ALTER TABLE order_event ADD COLUMN undoes integer;
COMMENT ON COLUMN order_event.undoes IS 'The step that an undone takes back.';
ALTER TABLE order_event DROP CONSTRAINT order_event_kind_check;
ALTER TABLE order_event
    ADD CHECK (kind IN ('decided', 'overridden', 'sent', 'delivered', 'acknowledged', 'unanswered', 'refused', 'started',
                        'segment_done', 'stop_done', 'aborted', 'done', 'undone')),
    ADD CHECK ((kind = 'undone') = (undoes IS NOT NULL));

CREATE VIEW order_step AS
SELECT e.* FROM order_event e
WHERE NOT EXISTS (SELECT FROM order_event u WHERE u.order_id = e.order_id AND u.undoes = e.n);
COMMENT ON VIEW order_step IS 'The steps of orders that hold: all but those that were taken back.';

CREATE OR REPLACE VIEW order_now AS
SELECT o.order_id, o.plan_id, o.key, o.domain, o.target, coalesce(h.vehicle_id, o.vehicle_id) AS vehicle_id,
       CASE WHEN h.vehicle_id IS NULL THEN o.contractor_id ELSE v.contractor_id END AS contractor_id,
       o.expected_end, o.created_at, e.kind AS state, e.at AS state_at, e.who AS state_who, e.note AS state_note
FROM plan_order o
JOIN LATERAL (
    SELECT * FROM order_step e
    WHERE e.order_id = o.order_id
      AND e.kind NOT IN ('overridden', 'delivered', 'segment_done', 'stop_done', 'undone')
    ORDER BY n DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT vehicle_id FROM order_step h WHERE h.order_id = o.order_id AND h.vehicle_id IS NOT NULL
    ORDER BY n DESC LIMIT 1
) h ON true
LEFT JOIN vehicle v ON v.vehicle_id = h.vehicle_id;

CREATE OR REPLACE VIEW vehicle_out AS
SELECT o.order_id, o.created_at, held.vehicle_id, greatest(begun.at, held.since) AS since,
       least(ended.at, held.until) AS until
FROM plan_order o
JOIN LATERAL (
    SELECT min(at) AS at FROM order_step e WHERE e.order_id = o.order_id AND e.kind IN ('acknowledged', 'started')
) begun ON begun.at IS NOT NULL
JOIN LATERAL (
    SELECT min(at) AS at FROM order_step e WHERE e.order_id = o.order_id AND e.kind IN ('done', 'aborted', 'refused')
) ended ON true
JOIN LATERAL (
    SELECT step.vehicle_id, step.at AS since, lead(step.at) OVER (ORDER BY step.n) AS until
    FROM (SELECT 0 AS n, o.vehicle_id, o.created_at AS at
          UNION ALL
          SELECT e.n, e.vehicle_id, e.at FROM order_step e WHERE e.order_id = o.order_id AND e.vehicle_id IS NOT NULL
    ) step
) held ON held.vehicle_id IS NOT NULL AND (held.until IS NULL OR held.until > begun.at);

CREATE TABLE crew_call (
    call_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('go', 'stop')),
    vehicle_id text NOT NULL,
    contractor_id text,
    who text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('sms', 'voice', 'radio', 'email', 'app', 'by_hand')),
    address text NOT NULL,
    text text NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL CHECK (made_by <> ''),
    leaves_at timestamptz NOT NULL,
    follows uuid
);
CREATE INDEX crew_call_by_time ON crew_call (made_at);
COMMENT ON TABLE crew_call IS 'One message to one vehicle: who is called, by which channel, with what words. Nothing leaves before leaves_at. Addresses are kept for store.positions_days.';
COMMENT ON COLUMN crew_call.who IS 'A role or a shift, never a name.';
COMMENT ON COLUMN crew_call.follows IS 'The call in whose place this one came, where nobody answered that or it was refused.';

CREATE TABLE crew_call_order (
    call_id uuid NOT NULL REFERENCES crew_call ON DELETE CASCADE,
    place integer NOT NULL CHECK (place >= 1),
    order_id uuid NOT NULL REFERENCES plan_order,
    PRIMARY KEY (call_id, place),
    UNIQUE (call_id, order_id)
);
CREATE INDEX crew_call_order_by_order ON crew_call_order (order_id);
COMMENT ON TABLE crew_call_order IS 'The orders that a call is about, in the order in which they are to be driven.';

CREATE TABLE crew_call_event (
    call_id uuid NOT NULL REFERENCES crew_call ON DELETE CASCADE,
    n integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('made', 'withdrawn', 'tried', 'waits', 'sent', 'delivered', 'failed', 'unsure',
                                       'by_hand', 'acknowledged', 'refused', 'unanswered', 'stopped', 'undone')),
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    note text NOT NULL DEFAULT '',
    ref text,
    undoes integer,
    PRIMARY KEY (call_id, n),
    CHECK ((kind = 'undone') = (undoes IS NOT NULL))
);
CREATE INDEX crew_call_event_by_time ON crew_call_event (at);
COMMENT ON TABLE crew_call_event IS 'What became of a call, step by step, only added to. tried: an attempt has begun, written before anything leaves; waits: it can be tried again; unsure: it may have arrived or not.';
COMMENT ON COLUMN crew_call_event.ref IS 'What the gateway calls the message.';
COMMENT ON COLUMN crew_call_event.undoes IS 'The step that an undone takes back.';
CREATE TRIGGER crew_call_event_is_history BEFORE UPDATE ON crew_call_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE VIEW crew_call_step AS
SELECT e.* FROM crew_call_event e
WHERE NOT EXISTS (SELECT FROM crew_call_event u WHERE u.call_id = e.call_id AND u.undoes = e.n);
COMMENT ON VIEW crew_call_step IS 'The steps of calls that hold: all but those that were taken back.';

CREATE VIEW crew_call_now AS
SELECT c.*, e.kind AS state, e.at AS state_at, e.who AS state_who, e.note AS state_note, t.tries, t.sent_at,
       t.delivered_at, t.answered_at, t.ref
FROM crew_call c
JOIN LATERAL (
    SELECT * FROM crew_call_step e WHERE e.call_id = c.call_id AND e.kind <> 'undone' ORDER BY n DESC LIMIT 1
) e ON true
JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'tried') AS tries,
           min(at) FILTER (WHERE kind = 'sent') AS sent_at,
           min(at) FILTER (WHERE kind = 'delivered') AS delivered_at,
           max(at) FILTER (WHERE kind IN ('acknowledged', 'refused')) AS answered_at,
           max(s.ref) AS ref
    FROM crew_call_step s WHERE s.call_id = c.call_id
) t ON true;

DROP TABLE outgoing;

CREATE TABLE emptying (
    order_id uuid NOT NULL REFERENCES plan_order,
    vessel_id text NOT NULL,
    at timestamptz NOT NULL,
    emptied_before timestamptz,
    PRIMARY KEY (order_id, vessel_id, at)
);
COMMENT ON TABLE emptying IS 'Vessels that an order emptied, and when each was emptied before: taken back, that holds again.';

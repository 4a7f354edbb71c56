-- Phones that stand for a vehicle, and what drivers report with them.

CREATE TABLE phone (
    phone_id uuid PRIMARY KEY,
    vehicle_id text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    way text NOT NULL CHECK (way IN ('code', 'sheet', 'call')),
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since)
);
CREATE INDEX phone_by_end ON phone (until);
COMMENT ON TABLE phone IS 'A phone that is paired with a vehicle for a shift; whose it is nobody asks. Of its token only the SHA-256 is kept.';
CREATE TABLE phone_end (
    phone_id uuid PRIMARY KEY REFERENCES phone ON DELETE CASCADE,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> '')
);
COMMENT ON TABLE phone_end IS 'A phone that was taken out before its time was out: a lost one, or one that went home.';

CREATE TABLE pairing (
    secret_hash bytea PRIMARY KEY,
    vehicle_id text NOT NULL,
    way text NOT NULL CHECK (way IN ('code', 'sheet', 'call')),
    call_id uuid REFERENCES crew_call ON DELETE CASCADE,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > at),
    spent_at timestamptz,
    CHECK ((way = 'call') = (call_id IS NOT NULL))
);
CREATE INDEX pairing_by_vehicle ON pairing (vehicle_id);
CREATE INDEX pairing_by_end ON pairing (until);
COMMENT ON TABLE pairing IS 'What lets a phone in: six digits, which open once; the square code of a printed sheet; the link of a call. Of the secret only the SHA-256 is kept.';

DROP TABLE driver_report;
CREATE TABLE driver_report (
    report_id uuid PRIMARY KEY,
    vehicle_id text NOT NULL,
    phone_id uuid,
    n bigint NOT NULL CHECK (n >= 0),
    kind text NOT NULL CHECK (kind IN ('accepted', 'refused', 'started', 'segment_done', 'stop_done', 'done', 'aborted',
                                       'slippery', 'more_snow', 'obstacle', 'damage', 'later', 'message', 'dark',
                                       'undo')),
    said_at timestamptz NOT NULL,
    observed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    order_id uuid,
    segment_id text,
    room_id text,
    lon double precision CHECK (lon BETWEEN -180 AND 180),
    lat double precision CHECK (lat BETWEEN -90 AND 90),
    heading double precision CHECK (heading BETWEEN 0 AND 360),
    about uuid,
    content jsonb NOT NULL,
    became text NOT NULL CHECK (became IN ('step', 'known', 'observation', 'kept', 'undone', 'conflict')),
    became_n integer,
    became_id uuid,
    problem text NOT NULL DEFAULT ''
);
CREATE INDEX driver_report_by_time ON driver_report (received_at);
CREATE INDEX driver_report_by_phone ON driver_report (phone_id, n);
CREATE INDEX driver_report_by_about ON driver_report (about);
CREATE INDEX driver_report_by_order ON driver_report (order_id, segment_id, observed_at, n);
COMMENT ON TABLE driver_report IS 'What a driver tapped, once each, by the number that the phone gave it. Of vehicles, never of persons.';
COMMENT ON COLUMN driver_report.n IS 'Its place among the reports of its phone.';
COMMENT ON COLUMN driver_report.said_at IS 'By the clock of the phone, which may be wrong.';
COMMENT ON COLUMN driver_report.observed_at IS 'By our clock: when it came, less how long the phone had kept it by its own clock.';
COMMENT ON COLUMN driver_report.about IS 'The report that this one takes back, or says more of.';
COMMENT ON COLUMN driver_report.content IS 'As it was sent: the same number with other contents is refused.';
COMMENT ON COLUMN driver_report.became IS 'A step of its order (became_n), an observation (became_id), nothing new, only kept, another taken back, or kept because it could not be (problem).';
CREATE TRIGGER driver_report_is_history BEFORE UPDATE ON driver_report
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE report_answer (
    report_id uuid NOT NULL REFERENCES driver_report ON DELETE CASCADE,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    text text NOT NULL,
    PRIMARY KEY (report_id, at)
);
COMMENT ON TABLE report_answer IS 'Somebody at the depot has seen a report, and what they said to it.';

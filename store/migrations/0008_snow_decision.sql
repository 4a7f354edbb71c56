-- The snow decision: what people saw and declined, the curves that each plan decided by, drafts of the watch, and what a call-out costs at least.

ALTER TABLE contractor ADD COLUMN least_hours double precision CHECK (least_hours >= 0);

CREATE TABLE human_truth (
    truth_id uuid PRIMARY KEY,
    segments text[] NOT NULL CHECK (cardinality(segments) > 0),
    quantity text NOT NULL CHECK (quantity IN ('snow_depth', 'slippery')),
    value double precision NOT NULL CHECK (value >= 0 AND value < 1000),
    at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > at),
    who text NOT NULL CHECK (who <> ''),
    why text NOT NULL,
    noted_at timestamptz NOT NULL
);
COMMENT ON TABLE human_truth IS 'What an officer or driver saw, which overrules the model for a stated time; who is a role or a vehicle, never a person.';
CREATE TABLE human_truth_end (
    truth_id uuid PRIMARY KEY REFERENCES human_truth,
    at timestamptz NOT NULL,
    who text NOT NULL
);
COMMENT ON TABLE human_truth_end IS 'A truth that was taken back before its time was out.';

CREATE TABLE decline (
    plan_id uuid NOT NULL,
    key text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('precipitation', 'drifting', 'road_temperature', 'practice', 'other')),
    note text NOT NULL DEFAULT '',
    who text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (plan_id, key, at),
    FOREIGN KEY (plan_id, key) REFERENCES intervention
);
COMMENT ON TABLE decline IS 'An intervention that a person turned down, with one of the causes known from the field, for the accuracy page.';

CREATE TABLE snow_archive (
    plan_id uuid PRIMARY KEY REFERENCES plan,
    at timestamptz NOT NULL,
    service_day date NOT NULL,
    simulated boolean NOT NULL,
    strands bytea NOT NULL
);
CREATE INDEX snow_archive_by_time ON snow_archive (at);
COMMENT ON TABLE snow_archive IS 'The curves by which each snow plan decided, so that other thresholds can be tried on them; packed by planner/backtest.';

CREATE TABLE snow_draft (
    draft_id uuid PRIMARY KEY,
    base_plan uuid NOT NULL REFERENCES plan,
    made_at timestamptz NOT NULL,
    event text NOT NULL,
    inputs_hash text NOT NULL,
    difference jsonb NOT NULL,
    doc jsonb NOT NULL,
    strands bytea NOT NULL,
    UNIQUE (base_plan, inputs_hash)
);
CREATE INDEX snow_draft_by_time ON snow_draft (made_at DESC);
COMMENT ON TABLE snow_draft IS 'A plan that the watch proposes, as its difference from the live one. It is no plan until somebody takes it.';
CREATE TABLE snow_draft_answer (
    draft_id uuid PRIMARY KEY REFERENCES snow_draft,
    taken boolean NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    plan_id uuid REFERENCES plan
);

CREATE TRIGGER human_truth_is_history BEFORE UPDATE OR DELETE ON human_truth
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decline_is_history BEFORE UPDATE OR DELETE ON decline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snow_draft_is_a_value BEFORE UPDATE OR DELETE ON snow_draft
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER human_truth_is_kept BEFORE TRUNCATE ON human_truth
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decline_is_kept BEFORE TRUNCATE ON decline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snow_draft_is_kept BEFORE TRUNCATE ON snow_draft
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What each look of the watch found, so that a change is proposed when it has stood for a while, and not at its first flicker.

CREATE TABLE watch_look (
    base_plan uuid NOT NULL REFERENCES plan,
    at timestamptz NOT NULL,
    event text NOT NULL,
    added text[] NOT NULL,
    dropped text[] NOT NULL,
    PRIMARY KEY (base_plan, at, event)
);
CREATE INDEX watch_look_by_time ON watch_look (at DESC);
COMMENT ON TABLE watch_look IS 'What a look of the watch found: the keys that a plan of what is known at that time would add to the live plan, and those it would drop, proposed or not.';
CREATE TRIGGER watch_look_is_history BEFORE UPDATE OR DELETE ON watch_look
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
